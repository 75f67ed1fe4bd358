//! The position in the event feed: one object, the last event id and nothing else.

use domain::Failure;
use domain::event::EventId;

use crate::objects::{ObjectError, Removal, Version, VersionedObjects};

/// Why the position is not known or was not written.
#[derive(Debug, thiserror::Error)]
pub enum CursorError {
    /// The object exists and holds no event id. Nothing is guessed: the start of the feed would
    /// replay all of it.
    #[error(
        "the cursor {key} holds no event id; restore an earlier version of the object, or delete it to start from the beginning of the feed"
    )]
    Malformed {
        /// The object.
        key: String,
    },
    /// Another poller was faster.
    #[error("another poller moved the cursor")]
    Overtaken,
    /// The object could not be read or written.
    #[error("cursor")]
    Object(#[source] ObjectError),
}

impl CursorError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Malformed { .. } => Failure::Halt,
            Self::Overtaken => Failure::Retry,
            Self::Object(source) => source.failure(),
        }
    }
}

/// A position, with the state of the object it was read from.
#[derive(Clone, Debug, Default)]
pub struct Position {
    /// The last event passed; `None` is the start of the feed.
    pub last: Option<EventId>,
    version: Option<Version>,
}

/// The cursor object.
#[derive(Clone, Debug)]
pub struct Cursor<O> {
    objects: O,
    key: String,
}

impl<O: VersionedObjects> Cursor<O> {
    /// `key` is the name of the object.
    pub fn new(objects: O, key: String) -> Self {
        Self { objects, key }
    }

    /// Where the feed was left.
    pub async fn load(&self) -> Result<Position, CursorError> {
        let stored = self.objects.get(&self.key).await.map_err(CursorError::Object)?;
        let Some(stored) = stored else { return Ok(Position::default()) };
        let malformed = || CursorError::Malformed { key: self.key.clone() };
        let text = std::str::from_utf8(&stored.body).map_err(|_| malformed())?;
        // Written by hand, the object ends in a line break.
        let id = text.trim_end_matches(['\r', '\n']).parse().map_err(|_| malformed())?;
        Ok(Position { last: Some(id), version: Some(stored.version) })
    }

    /// Moves the cursor from `from` to `last`, unless another poller did.
    pub async fn save(&self, from: &Position, last: EventId) -> Result<Position, CursorError> {
        let body = last.as_str().as_bytes().to_vec();
        let put = self.objects.put(&self.key, body, from.version.as_ref()).await;
        match put {
            Ok(version) => Ok(Position { last: Some(last), version: Some(version) }),
            Err(ObjectError::Conflict { .. }) => Err(CursorError::Overtaken),
            Err(other) => Err(CursorError::Object(other)),
        }
    }
}

impl<O: VersionedObjects + Removal> Cursor<O> {
    /// Moves the cursor to the start of the feed, unless a poller moved it meanwhile.
    pub async fn rewind(&self, from: &Position) -> Result<(), CursorError> {
        let Some(version) = &from.version else { return Ok(()) };
        match self.objects.remove(&self.key, version).await {
            Ok(()) => Ok(()),
            Err(ObjectError::Conflict { .. }) => Err(CursorError::Overtaken),
            Err(other) => Err(CursorError::Object(other)),
        }
    }
}
