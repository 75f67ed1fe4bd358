//! What is written: every catalog turns an entity into writes without any call, and sends those that
//! differ from what it was sent before.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;

use domain::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Published;

/// What kind of thing a write makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A database, or what stands for it.
    Database,
    /// A table.
    Table,
    /// A workflow, or a job that is shown as one.
    Workflow,
    /// A job.
    Job,
    /// A trigger.
    Trigger,
    /// A crawler.
    Crawler,
    /// One run of something. Never removed.
    Run,
    /// What flows from where to where. Goes with its job.
    Lineage,
}

/// Names one thing in one target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What kind of thing.
    pub kind: Kind,
    /// Its id or fully qualified name there; unique among its kind.
    pub id: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, id } = self;
        write!(f, "{kind:?} {id}")
    }
}

/// One thing as a target should have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// Which.
    pub key: Key,
    /// All of it. Equal bodies are not sent twice.
    pub body: Value,
}

/// Everything that an entity is in one target, parents first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendering {
    /// What should be there.
    pub writes: Vec<Write>,
    /// Runs that cannot be shown, because the task they belong to is not there any more.
    pub skipped_runs: usize,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there.
    Written,
    /// It was there already, just so.
    Unchanged,
}

/// What became of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Gone,
    /// The target keeps it because something there still uses it.
    InUse,
}

/// Why a target did not do what was asked. Never carries a key or token.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// This one thing is not taken; others may be.
    #[error("{target} does not take {key}: {reason}")]
    Refused {
        /// The target.
        target: String,
        /// The thing.
        key: String,
        /// In the target's own words.
        reason: String,
    },
    /// Nothing is taken until an operator acts: a refused token, a missing service, a wrong version.
    #[error("{target} takes nothing: {reason}")]
    Closed {
        /// The target.
        target: String,
        /// What to do.
        reason: String,
    },
    /// Busy, unreachable, or an answer never met before.
    #[error("{target} cannot be reached")]
    Unavailable {
        /// The target.
        target: String,
        /// What happened.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl TargetError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Refused { .. } => Failure::Reject,
            Self::Closed { .. } => Failure::Halt,
            Self::Unavailable { .. } => Failure::Retry,
        }
    }
}

/// A catalog that people look at.
pub trait Target: Send + Sync {
    /// A short name that is unique in its connection; what was sent is remembered under it.
    fn name(&self) -> &str;

    /// Whether it can be reached and what must be there is there. Called once a round before anything
    /// else, and by whoever tests the connection; repeating it changes nothing.
    fn prepare(&self) -> impl Future<Output = Result<(), TargetError>> + Send;

    /// What an entity is here. Pure: the same entity gives the same writes.
    fn render(&self, published: &Published<'_>) -> Rendering;

    /// Makes one thing as it should be.
    fn put(&self, write: &Write) -> impl Future<Output = Result<Put, TargetError>> + Send;

    /// Takes one thing away; one that is gone already is a success.
    fn remove(&self, key: &Key) -> impl Future<Output = Result<Removed, TargetError>> + Send;
}

impl<T: Target> Target for &T {
    fn name(&self) -> &str {
        (*self).name()
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        (*self).prepare().await
    }

    fn render(&self, published: &Published<'_>) -> Rendering {
        (*self).render(published)
    }

    async fn put(&self, write: &Write) -> Result<Put, TargetError> {
        (*self).put(write).await
    }

    async fn remove(&self, key: &Key) -> Result<Removed, TargetError> {
        (*self).remove(key).await
    }
}
