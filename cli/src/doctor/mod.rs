//! Checks one thing after the other, and says what to do about each that fails. Reads only: a right
//! to write is judged by IAM's own simulation, never by writing.

pub mod accounts;
pub mod deployment;
pub mod reach;
pub mod rights;
pub mod values;

use std::error::Error;

use serde::Serialize;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// As it should be.
    Pass,
    /// Not as it should be.
    Fail,
    /// It could not be found out, or not without harm.
    NotChecked,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What was checked.
    pub what: String,
    /// What came of it.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do; absent where nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Check {
    /// As it should be.
    pub fn pass(what: impl Into<String>, found: impl Into<String>) -> Self {
        let (what, found) = (what.into(), found.into());
        Self { what, verdict: Verdict::Pass, found, advice: None }
    }

    /// Not as it should be.
    pub fn fail(what: impl Into<String>, found: impl Into<String>, advice: &str) -> Self {
        let (what, found) = (what.into(), found.into());
        Self { what, verdict: Verdict::Fail, found, advice: Some(advice.to_owned()) }
    }

    /// Not known.
    pub fn not_checked(what: impl Into<String>, why: impl Into<String>) -> Self {
        let (what, found) = (what.into(), why.into());
        Self { what, verdict: Verdict::NotChecked, found, advice: None }
    }

    /// Whether something is as it should be.
    pub fn that(what: &str, is_so: bool, found: String, advice: &str) -> Self {
        if is_so { Self::pass(what, found) } else { Self::fail(what, found, advice) }
    }

    /// A call that should succeed, and what it found.
    pub fn call<T, E: Error>(
        what: &str,
        called: Result<T, E>,
        found: impl FnOnce(&T) -> String,
        advice: &str,
    ) -> (Self, Option<T>) {
        match called {
            Ok(value) => (Self::pass(what, found(&value)), Some(value)),
            Err(error) => (Self::fail(what, in_words(&error), advice), None),
        }
    }
}

/// An error with its causes, in one line.
pub(crate) fn in_words(error: &dyn Error) -> String {
    lambda::chain::Chain(error).to_string()
}
