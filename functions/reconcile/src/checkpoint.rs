//! What one tick leaves for the next.

use clients::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use survey::{Looks, Remembered};
use time::OffsetDateTime;

/// A round under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub began: OffsetDateTime,
    /// The roles looked at so far.
    pub looks: Looks,
}

/// Where the rounds stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The round under way.
    #[serde(default)]
    pub progress: Option<Progress>,
    /// When the last finished round began.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub last_began: Option<OffsetDateTime>,
    /// What differed when it ended, and what was repaired lately.
    #[serde(default)]
    pub remembered: Remembered,
}

/// The state, and the object it was read from.
pub type Checkpoint = Snapshot<State>;
