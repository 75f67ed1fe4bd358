//! What was read on the way to an agreement's right, for people who ask why.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Whose description was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// Of whoever reads: the data product, its team, a person, and the role they name.
    Consumer,
    /// Of what is read: the data product, its port, the contract, its server, the tables.
    Provider,
}

/// One thing that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Whose description it is.
    pub side: Side,
    /// What was read.
    pub read: String,
    /// What it said, in words.
    pub said: String,
}

/// Steps in the order in which they were made; kept only where somebody asks for them.
#[derive(Debug, Default)]
pub(crate) struct Trail(Option<Mutex<Vec<Step>>>);

impl Trail {
    pub(crate) fn kept() -> Self {
        Self(Some(Mutex::default()))
    }

    pub(crate) fn note(&self, side: Side, read: &str, said: impl FnOnce() -> String) {
        let Some(steps) = &self.0 else { return };
        let step = Step { side, read: read.to_owned(), said: said() };
        steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    /// The consumer's steps, then the provider's: both are read at the same time.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let Some(steps) = &self.0 else { return Vec::new() };
        let mut steps = steps.lock().unwrap_or_else(PoisonError::into_inner).clone();
        steps.sort_by_key(|step| step.side);
        steps
    }
}
