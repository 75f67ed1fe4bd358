//! One run over the feed: cursor, page, queue, cursor, and so on until the feed or the time ends.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use clients::agreements::Agreements;
use clients::cursor::{Cursor, CursorError, Position};
use clients::feed::Feed;
use clients::objects::VersionedObjects;
use clients::queue::EventQueue;
use domain::event::{Event, EventId};
use lambda::deadline::Deadline;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::time::{error::Elapsed, sleep, timeout};

use crate::batch::{Batch, batches};
use crate::error::PollError;
use crate::follow::{Follower, messages};
use crate::lanes::send_all;

/// Most pages of one run: half a million events. A feed that never ends is left to the next minute.
const MOST_PAGES: usize = 500;
/// How often messages that SQS refuses out of an accepted batch are sent.
const SEND_ATTEMPTS: u32 = 4;
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// Why a run ended without an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// Nothing is left.
    #[default]
    EndOfFeed,
    /// Another poller was faster and goes on.
    Overtaken,
    /// The rest is left to the next run.
    OutOfTime,
    /// So many pages at once are not expected; the rest is left to the next run.
    MostPages,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Pages that were not empty.
    pub pages: usize,
    /// Events passed.
    pub events: usize,
    /// Messages queued.
    pub enqueued: usize,
    /// Hints of our own about agreements whose product, contract or team changed.
    pub hints: usize,
    /// When the last passed event happened, as the feed spells it.
    pub last_event_time: Option<String>,
    /// Why it ended.
    pub stop: Stop,
}

impl Summary {
    /// Running out of time is how a long backlog ends a run; without any progress it is a fault.
    fn out_of_time(mut self, error: PollError) -> Result<Self, PollError> {
        if self.events == 0 {
            return Err(error);
        }
        self.stop = Stop::OutOfTime;
        Ok(self)
    }
}

/// How far into a page the queue has taken everything.
struct Sent<'a> {
    /// The events up to there: safely passed.
    passed: &'a [Event],
    /// How many hints of our own were sent for them.
    hints: usize,
    /// Whether that is all of the page.
    whole: bool,
    error: Option<PollError>,
}

/// Everything a run needs. Made once, at cold start.
#[derive(Debug)]
pub struct Poller<F, Q, O> {
    /// The catalog's events.
    pub feed: F,
    /// Where they go.
    pub queue: Q,
    /// How far they went.
    pub cursor: Cursor<O>,
    /// Whether a changed product, contract or team is a hint about its agreements.
    pub follow: bool,
    /// Who this integration is to the catalog: its own edits come back as events.
    pub own_principal: Option<String>,
}

impl<F: Feed + Agreements, Q: EventQueue, O: VersionedObjects> Poller<F, Q, O> {
    /// Goes on from the cursor until the feed or the time ends. `now` is the time it began.
    pub async fn run(&self, deadline: Deadline, now: OffsetDateTime) -> Result<Summary, PollError> {
        let mut summary = Summary::default();
        let load = within(deadline, "reading the cursor", self.cursor.load()).await?;
        let mut position = load.map_err(PollError::Cursor)?;
        let mut passed: HashSet<u64> = position.last.iter().map(fingerprint).collect();
        for _ in 0..MOST_PAGES {
            if deadline.has_passed() {
                summary.stop = Stop::OutOfTime;
                return Ok(summary);
            }
            let page = self.feed.after(position.last.as_ref());
            let page = match within(deadline, "reading the feed", page).await {
                Ok(page) => page.map_err(PollError::Feed)?,
                Err(error) => return summary.out_of_time(error),
            };
            if page.is_empty() {
                return Ok(summary);
            }
            let own = self.own_principal.as_deref();
            let page: Vec<Event> =
                page.into_iter().map(|event| event.unless_edited_by(own)).collect();
            refuse_repetition(&page, &passed)?;
            passed.extend(page.iter().map(|event| fingerprint(&event.id)));
            let sent = self.send(&page, deadline, now).await;
            match self.advance(&position, &sent, &mut summary, deadline).await? {
                Some(moved) => position = moved,
                None => return Ok(summary),
            }
            match sent.error {
                None => {}
                Some(error @ PollError::OutOfTime(_)) => return summary.out_of_time(error),
                Some(error) => return Err(error),
            }
        }
        summary.stop = Stop::MostPages;
        Ok(summary)
    }

    /// Moves the cursor past what was sent. `None` ends the run.
    async fn advance(
        &self,
        position: &Position,
        sent: &Sent<'_>,
        summary: &mut Summary,
        deadline: Deadline,
    ) -> Result<Option<Position>, PollError> {
        let Some(last) = sent.passed.last() else {
            summary.stop = Stop::OutOfTime;
            return Ok(sent.error.is_some().then(|| position.clone()));
        };
        // The margin is there for this, so it may go on beyond the deadline for work.
        let saving = self.cursor.save(position, last.id.clone());
        let saved = timeout(deadline.left_with_margin(), saving).await;
        let moved = match saved.map_err(|_: Elapsed| PollError::OutOfTime("writing the cursor"))? {
            Ok(moved) => moved,
            Err(CursorError::Overtaken) if sent.error.is_none() => {
                summary.stop = Stop::Overtaken;
                return Ok(None);
            }
            Err(error) => return Err(PollError::Cursor(error)),
        };
        summary.pages += 1;
        summary.events += sent.passed.len();
        summary.enqueued += sent.passed.iter().filter(|event| event.message.is_some()).count();
        summary.hints += sent.hints;
        summary.last_event_time = last.time.clone().or(summary.last_event_time.take());
        if !sent.whole && sent.error.is_none() {
            summary.stop = Stop::OutOfTime;
            return Ok(None);
        }
        Ok(Some(moved))
    }

    /// Sends a page, in order within each agreement, as far as time and queue allow.
    async fn send<'a>(
        &'a self,
        page: &'a [Event],
        deadline: Deadline,
        now: OffsetDateTime,
    ) -> Sent<'a> {
        let follower = self.follow.then(|| Follower::new(&self.feed, deadline, now));
        let messages = messages(follower, page).await;
        let up_to = |place: usize, error| {
            let passed = page.get(..place).unwrap_or_default();
            let hints = messages.outgoing.iter().filter(|one| one.is_hint && one.place < place);
            Sent { passed, hints: hints.count(), whole: place == page.len(), error }
        };
        let may_begin = || !deadline.has_passed();
        let send = async |batch| self.send_batch(batch, page, deadline).await;
        if let Some(end) = send_all(batches(&messages.outgoing), may_begin, send).await {
            return up_to(end.place, end.error);
        }
        match messages.broken {
            Some((place, error)) => up_to(place, Some(error)),
            None => up_to(page.len(), None),
        }
    }

    /// Sends what is refused again, in order. The error comes with the place of the first event that
    /// was not taken.
    async fn send_batch(
        &self,
        mut batch: Batch,
        page: &[Event],
        deadline: Deadline,
    ) -> Result<(), (usize, PollError)> {
        for attempt in 0.. {
            let sent = within(deadline, "queueing events", self.queue.send(&batch.messages)).await;
            let refused = match sent.map_err(|error| (batch.first_place(), error))? {
                Ok(refused) => refused,
                // A queue may take less than SQS does.
                Err(_) if batch.reduce() => continue,
                Err(error) => return Err((batch.first_place(), PollError::Queue(error))),
            };
            let Some(first) = refused.first() else { return Ok(()) };
            let code = first.code.clone();
            let places: Vec<usize> = refused.iter().map(|refused| refused.index).collect();
            batch.keep(&places);
            batch.reduce();
            let backoff = FIRST_BACKOFF * 2_u32.pow(attempt);
            if attempt + 1 == SEND_ATTEMPTS || deadline.left() <= backoff {
                let place = batch.first_place();
                let event = page.get(place).map(|event| event.id.clone());
                let error = event.map(|event| PollError::Refused { event, code });
                return Err((place, error.unwrap_or(PollError::OutOfTime("queueing events"))));
            }
            metrics::counter!("SendRefused").increment(1);
            sleep(backoff).await;
        }
        Ok(())
    }
}

/// An event of an earlier page must not come again.
fn refuse_repetition(page: &[Event], passed: &HashSet<u64>) -> Result<(), PollError> {
    match page.iter().find(|event| passed.contains(&fingerprint(&event.id))) {
        Some(event) => Err(PollError::Repeats { event: event.id.clone() }),
        None => Ok(()),
    }
}

/// Half a million ids are remembered in a few megabytes.
fn fingerprint(id: &EventId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.as_str().hash(&mut hasher);
    hasher.finish()
}

async fn within<T>(
    deadline: Deadline,
    doing: &'static str,
    work: impl Future<Output = T>,
) -> Result<T, PollError> {
    timeout(deadline.left_for_a_call(), work)
        .await
        .map_err(|_: Elapsed| PollError::OutOfTime(doing))
}
