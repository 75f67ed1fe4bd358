//! What one tick leaves for the next.

use clients::objects::{ObjectError, Version, VersionedObjects};
use serde::{Deserialize, Serialize};
use survey::{Looks, Remembered};
use time::OffsetDateTime;

use crate::error::ReconcileError;

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
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// Where the rounds stand.
    pub state: State,
    version: Option<Version>,
}

impl Checkpoint {
    /// Reads it; no object means that no round was ever made.
    pub async fn load(objects: &impl VersionedObjects, key: &str) -> Result<Self, ReconcileError> {
        let stored = objects.get(key).await.map_err(ReconcileError::Checkpoint)?;
        let Some(stored) = stored else { return Ok(Self::default()) };
        let malformed = |source| ReconcileError::Malformed { key: key.to_owned(), source };
        let state = serde_json::from_slice(&stored.body).map_err(malformed)?;
        Ok(Self { state, version: Some(stored.version) })
    }

    /// Writes it, if nobody else did meanwhile. `false`: somebody did, and goes on with the round.
    pub async fn save(
        &mut self,
        objects: &impl VersionedObjects,
        key: &str,
    ) -> Result<bool, ReconcileError> {
        let malformed = |source| ReconcileError::Malformed { key: key.to_owned(), source };
        let body = serde_json::to_vec(&self.state).map_err(malformed)?;
        match objects.put(key, body, self.version.as_ref()).await {
            Ok(version) => {
                self.version = Some(version);
                Ok(true)
            }
            Err(ObjectError::Conflict { .. }) => Ok(false),
            Err(error) => Err(ReconcileError::Checkpoint(error)),
        }
    }
}
