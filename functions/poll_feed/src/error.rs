//! Why a run ends early.

use clients::cursor::CursorError;
use clients::feed::FeedError;
use clients::http::CatalogError;
use clients::queue::{QueueError, refusal};
use domain::Failure;
use domain::event::EventId;

/// Why a run stopped before the end of the feed.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The position is not known or could not be written.
    #[error("cannot keep the place in the feed")]
    Cursor(#[source] CursorError),
    /// The feed could not be read.
    #[error("cannot read the feed")]
    Feed(#[source] FeedError),
    /// The feed gives out the same events again; going on would never end.
    #[error("the feed repeats itself: event {event} comes again after it was passed")]
    Repeats {
        /// The event.
        event: EventId,
    },
    /// The agreements that a change concerns are not known.
    #[error("cannot list agreements")]
    Agreements(#[source] CatalogError),
    /// The queue took nothing.
    #[error("cannot queue events")]
    Queue(#[source] QueueError),
    /// The queue took other messages of a batch, but not this one.
    #[error("the queue refuses event {event} ({code})")]
    Refused {
        /// The event.
        event: EventId,
        /// SQS's code.
        code: String,
    },
    /// A call went on until the time was up.
    #[error("out of time while {0}")]
    OutOfTime(&'static str),
}

impl PollError {
    /// What to do about it. The next minute is the retry.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Cursor(source) => source.failure(),
            Self::Feed(source) => source.failure(),
            Self::Agreements(source) => source.failure(),
            Self::Queue(source) => source.failure(),
            Self::Refused { code, .. } => refusal(code),
            Self::Repeats { .. } | Self::OutOfTime(_) => Failure::Retry,
        }
    }
}
