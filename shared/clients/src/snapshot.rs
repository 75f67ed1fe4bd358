//! A value that one invocation leaves for the next, as a JSON object in S3 that is written only in the
//! state it was read in.

use domain::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::objects::{ObjectError, Version, VersionedObjects};

/// Why a snapshot could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The object could not be read or written.
    #[error("checkpoint")]
    Object(#[source] ObjectError),
    /// It is not one of ours.
    #[error("checkpoint {key} cannot be read; delete the object, and the next run begins anew")]
    Malformed {
        /// The object.
        key: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl SnapshotError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Object(source) => source.failure(),
            Self::Malformed { .. } => Failure::Halt,
        }
    }
}

/// The value, and the object it was read from.
#[derive(Clone, Debug, Default)]
pub struct Snapshot<T> {
    /// The value.
    pub value: T,
    version: Option<Version>,
}

impl<T: Serialize + DeserializeOwned + Default> Snapshot<T> {
    /// Reads it; no object means that nothing was ever left.
    pub async fn load(objects: &impl VersionedObjects, key: &str) -> Result<Self, SnapshotError> {
        let stored = objects.get(key).await.map_err(SnapshotError::Object)?;
        let Some(stored) = stored else { return Ok(Self::default()) };
        let malformed = |source| SnapshotError::Malformed { key: key.to_owned(), source };
        let value = serde_json::from_slice(&stored.body).map_err(malformed)?;
        Ok(Self { value, version: Some(stored.version) })
    }

    /// Writes it, if nobody else did meanwhile. `false`: somebody did, and goes on with the work.
    pub async fn save(
        &mut self,
        objects: &impl VersionedObjects,
        key: &str,
    ) -> Result<bool, SnapshotError> {
        let malformed = |source| SnapshotError::Malformed { key: key.to_owned(), source };
        let body = serde_json::to_vec(&self.value).map_err(malformed)?;
        match objects.put(key, body, self.version.as_ref()).await {
            Ok(version) => {
                self.version = Some(version);
                Ok(true)
            }
            Err(ObjectError::Conflict { .. }) => Ok(false),
            Err(error) => Err(SnapshotError::Object(error)),
        }
    }
}
