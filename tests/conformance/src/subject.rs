//! Who is asked: an account, an emulator, a double.

use std::future::Future;

use crate::fact::{Call, Event, Fact, Seen, Standing};

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it means; `None` where no fact knows such an answer.
    pub seen: Option<Seen>,
    /// The answer in words: status and code.
    pub words: String,
}

impl Answer {
    /// An answer that means this.
    pub fn of(seen: Seen) -> Self {
        Self { seen: Some(seen), words: format!("{seen:?}") }
    }
}

/// Why something cannot be seen here. That is never a pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Reason(pub String);

impl Reason {
    /// In these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

/// What the facts are asked of.
pub trait Subject: Send {
    /// Prepares what the story of this fact begins with.
    fn begin(&mut self, fact: &Fact) -> impl Future<Output = Result<(), Reason>> + Send;

    /// The caller asks.
    fn ask(&mut self, call: Call) -> impl Future<Output = Result<Answer, Reason>> + Send;

    /// Somebody else does something.
    fn meanwhile(&mut self, event: Event) -> impl Future<Output = Result<Answer, Reason>> + Send;

    /// Whether the caller's rights are so that the answer means what the fact says.
    fn stands(&mut self, standing: Standing) -> impl Future<Output = Result<(), Reason>> + Send;

    /// What an expected answer is to this subject, which may know fewer words.
    fn expects(&self, call: Call, seen: Seen) -> Seen {
        let _ = call;
        seen
    }
}
