//! The catalog's event feed.

use std::future::Future;

use domain::event::{Event, EventError, EventId};
use serde_json::value::RawValue;

use crate::http::CatalogError;

/// Why a page of the feed could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The catalog did not answer as asked.
    #[error("feed")]
    Catalog(#[source] CatalogError),
    /// The answer is not a list.
    #[error("the feed's answer is not a JSON array")]
    Form(#[source] serde_json::Error),
    /// An entry cannot be passed over: its place in the feed is not known.
    #[error("entry {position} of the page cannot be read")]
    Entry {
        /// Its place in the page, from 0.
        position: usize,
        /// What is wrong with it.
        #[source]
        source: EventError,
    },
}

impl FeedError {
    /// What to do about it.
    pub fn failure(&self) -> domain::Failure {
        match self {
            Self::Catalog(source) => source.failure(),
            Self::Form(_) | Self::Entry { .. } => domain::Failure::Retry,
        }
    }
}

/// Events in order.
pub trait Feed: Send + Sync {
    /// The page after `last`; empty at the end of the feed. `None` is the start of the feed.
    fn after(
        &self,
        last: Option<&EventId>,
    ) -> impl Future<Output = Result<Vec<Event>, FeedError>> + Send;
}

/// Reads a page: all of it, or none of it.
pub fn read_page(json: &str) -> Result<Vec<Event>, FeedError> {
    let entries: Vec<&RawValue> = serde_json::from_str(json).map_err(FeedError::Form)?;
    let read = |(position, entry): (usize, &&RawValue)| {
        Event::read(entry.get()).map_err(|source| FeedError::Entry { position, source })
    };
    entries.iter().enumerate().map(read).collect()
}
