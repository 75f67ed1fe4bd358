//! One scheduled invocation: runs the poller, says what happened, counts it.

use clients::agreements::Agreements;
use clients::feed::Feed;
use clients::objects::VersionedObjects;
use clients::queue::EventQueue;
use domain::Failure;
use lambda::chain::Chain;
use lambda::deadline::Deadline;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::PollError;
use crate::poll::{Poller, Stop, Summary};

/// Runs once. The error is logged here, once, with all its causes.
pub async fn handle<F: Feed + Agreements, Q: EventQueue, O: VersionedObjects>(
    poller: &Poller<F, Q, O>,
    deadline: Deadline,
    now: OffsetDateTime,
) -> Result<Summary, PollError> {
    let result = poller.run(deadline, now).await;
    match &result {
        Ok(summary) => succeeded(summary, now),
        Err(error) => failed(error),
    }
    result
}

fn succeeded(summary: &Summary, now: OffsetDateTime) {
    metrics::counter!("PollSucceeded").increment(1);
    metrics::counter!("EventsRead").increment(count(summary.events));
    metrics::counter!("EventsEnqueued").increment(count(summary.enqueued));
    metrics::counter!("HintsEnqueued").increment(count(summary.hints));
    metrics::counter!("EventsIgnored").increment(count(summary.events - summary.enqueued));
    match summary.stop {
        Stop::EndOfFeed => {}
        Stop::Overtaken => metrics::counter!("CursorConflict").increment(1),
        Stop::OutOfTime | Stop::MostPages => {
            metrics::counter!("BacklogLeft").increment(1);
            tracing::warn!(stop = ?summary.stop, "the feed goes on; the next run takes the rest");
        }
    }
    let lag_seconds = lag(summary, now).unwrap_or_default();
    // Printed once, with this run. A gauge would be printed again by each later run that fails. An
    // idle feed has no lag.
    #[expect(clippy::cast_precision_loss, reason = "2^52 seconds are 142 million years")]
    metrics::histogram!("FeedLagSeconds").record(lag_seconds as f64);
    tracing::info!(
        pages = summary.pages,
        events = summary.events,
        enqueued = summary.enqueued,
        hints = summary.hints,
        lag_seconds,
        stop = ?summary.stop,
        "polled"
    );
}

fn failed(error: &PollError) {
    let failure = error.failure();
    metrics::counter!("PollFailed").increment(1);
    if failure == Failure::Halt {
        metrics::counter!("Halted").increment(1);
    }
    tracing::error!(failure = failure.name(), error = %Chain(error), "poll failed");
}

/// How long ago the last passed event happened, in seconds.
fn lag(summary: &Summary, now: OffsetDateTime) -> Option<i64> {
    let time = OffsetDateTime::parse(summary.last_event_time.as_deref()?, &Rfc3339).ok()?;
    Some((now - time).whole_seconds().max(0))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
