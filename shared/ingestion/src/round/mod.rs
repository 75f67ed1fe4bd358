//! One round after the other over one connection: read, send what differs, take away what is gone. A
//! round may take several ticks.

mod catalog;
mod jobs;
mod schedules;
mod work;
mod workflows;

use std::time::Duration as StdDuration;

use clients::objects::VersionedObjects;
use clients::snapshot::{Snapshot, SnapshotError};
use domain::Failure;
use lambda::deadline::Deadline;
use lambda::interval::is_within;
use time::{Duration, OffsetDateTime};
use tokio::time::{Instant, timeout_at};

use crate::model::Place;
use crate::progress::{Progress, Stage, State, Summary};
use crate::removal::{Permission, accept, remove};
use crate::scope::Scope;
use crate::source::{GlueSource, SourceError};
use crate::target::Target;

use work::Work;

/// Kept back at the end of a tick for writing down what was sent.
const FOR_SAVING: StdDuration = StdDuration::from_secs(20);
/// After so long, what was sent so far is written down: more would be sent again after a crash.
const BETWEEN_SAVES: StdDuration = StdDuration::from_mins(1);
/// Most times that one round begins a list anew.
const MOST_RESTARTS: u32 = 5;
/// A round that is older than this begins anew: places in lists and what was read are too old.
const STALE: Duration = Duration::hours(24);

/// Why a tick failed. What was sent is kept; the next tick goes on.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The state could not be read or written.
    #[error(transparent)]
    Snapshot(SnapshotError),
    /// Glue did not answer.
    #[error("Glue")]
    Source(#[source] SourceError),
    /// No target takes anything.
    #[error("nothing can be sent: {0}")]
    NoTarget(String),
}

impl RoundError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Snapshot(source) => source.failure(),
            Self::Source(source) => source.failure(),
            Self::NoTarget(_) => Failure::Retry,
        }
    }
}

/// Everything that the rounds of one connection need.
#[derive(Debug)]
pub struct Rounds<'a, S, T, B> {
    /// Glue.
    pub source: &'a S,
    /// Where that Glue is.
    pub place: Place,
    /// Whose credentials read it, and who AWS says that is.
    pub reader: String,
    /// Where it goes.
    pub targets: Vec<T>,
    /// Where the state is kept: always with the function's own role.
    pub objects: &'a B,
    /// The state's object.
    pub key: String,
    /// What is read.
    pub scope: &'a Scope,
}

/// What a tick did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Nothing more: another tick goes on with the same round.
    Overtaken,
    /// A part of a round.
    Continued,
    /// The end of a round.
    Finished(Summary),
}

/// Whether a connection has anything to do now. Asked before anything else, so that a connection that
/// rests costs one call.
pub fn is_due(state: &State, interval: Duration, now: OffsetDateTime) -> bool {
    let rests = |last: &Summary| is_within(interval, last.began, now);
    state.progress.is_some() || !state.last.as_ref().is_some_and(rests)
}

impl<S, T, B> Rounds<'_, S, T, B>
where
    S: GlueSource,
    T: Target,
    B: VersionedObjects,
{
    /// Goes on with the round, or begins one.
    pub async fn tick(
        &self,
        mut snapshot: Snapshot<State>,
        deadline: Deadline,
        now: fn() -> OffsetDateTime,
    ) -> Result<Tick, RoundError> {
        let (start, left) = (Instant::now(), deadline.left());
        let until = start + left.saturating_sub(FOR_SAVING.min(left / 4));
        let mut work = Work::begin(self, &mut snapshot.value, now()).await;
        let mut saved_at = Instant::now();
        let ended = loop {
            if let Some(reasons) = work.all_closed() {
                break Err(RoundError::NoTarget(reasons));
            }
            if work.progress.stage == Stage::Removal {
                break Ok(self.take_away(&mut work, until).await);
            }
            match timeout_at(until, self.step(&mut work)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => break Err(RoundError::Source(error)),
                Err(_) => break Ok(false),
            }
            if saved_at.elapsed() > BETWEEN_SAVES {
                snapshot.value = work.put_down();
                if !self.save(&mut snapshot).await? {
                    return Ok(Tick::Overtaken);
                }
                work.take_up(&mut snapshot.value);
                saved_at = Instant::now();
            }
        };
        snapshot.value = work.put_down();
        let finished = matches!(ended, Ok(true)).then(|| self.conclude(&mut snapshot.value, now()));
        if !self.save(&mut snapshot).await? {
            return Ok(Tick::Overtaken);
        }
        ended.map(|_| finished.flatten().map_or(Tick::Continued, Tick::Finished))
    }

    async fn save(&self, snapshot: &mut Snapshot<State>) -> Result<bool, RoundError> {
        snapshot.save(self.objects, &self.key).await.map_err(RoundError::Snapshot)
    }

    /// Reads and sends one piece. Ended half-way, it leaves the progress where it was. A place in a list that is not valid any more means
    /// that list from its beginning: what was sent already is not sent again.
    async fn step(&self, work: &mut Work<'_, T>) -> Result<(), SourceError> {
        if work.progress.looks_at_entities() && !work.admits(self.scope.max_entities) {
            work.progress.miss_this();
            work.progress.pass_over_all();
            return Ok(());
        }
        let stage = work.progress.stage.clone();
        let stepped = match &stage {
            Stage::Databases { page } => self.databases(work, page.as_deref()).await,
            Stage::Tables { page } => self.tables(work, page.as_deref()).await,
            Stage::WorkflowNames { page } => self.workflow_names(work, page.as_deref()).await,
            Stage::Workflows => self.workflow(work).await,
            Stage::Jobs { page } => self.jobs(work, page.as_deref()).await,
            Stage::Triggers { page } => self.triggers(work, page.as_deref()).await,
            Stage::Crawlers { page } => self.crawlers(work, page.as_deref()).await,
            Stage::Removal => Ok(Stage::Removal),
        };
        match stepped {
            Ok(next) => work.progress.stage = next,
            Err(SourceError::Expired { .. }) if work.progress.restarts < MOST_RESTARTS => {
                work.progress.restarts += 1;
                work.progress.begin_list_again();
            }
            Err(error @ SourceError::Denied { .. }) => {
                work.progress.unread(&error);
                work.progress.miss_this();
                work.progress.pass_over();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// `true`: all of it.
    async fn take_away(&self, work: &mut Work<'_, T>, until: Instant) -> bool {
        let permission = self.permission();
        let left = || until.saturating_duration_since(Instant::now());
        let Work { targets, standings, state, progress } = work;
        remove(targets, standings, state, progress, (permission, left)).await
    }

    fn permission(&self) -> Permission {
        Permission { is_wanted: self.scope.mark_deleted, allows_empty: self.scope.allow_empty }
    }

    fn conclude(&self, state: &mut State, ended: OffsetDateTime) -> Option<Summary> {
        let progress = state.progress.take()?;
        accept(state, &progress, self.permission());
        let complete = progress.is_complete();
        let Progress { began, totals, problems, .. } = progress;
        let seconds = (ended - began).whole_seconds();
        let reader = self.reader.clone();
        let summary = Summary { began, seconds, complete, totals, problems, reader };
        state.last = Some(summary.clone());
        Some(summary)
    }
}

/// Whether a round can go on from there.
fn is_usable(progress: &Progress, now: OffsetDateTime) -> bool {
    let is_usable = is_within(STALE, progress.began, now);
    if !is_usable {
        metrics::counter!("IngestRoundFailed").increment(1);
        tracing::error!(
            entities = progress.totals.entities,
            "a round that did not end within a day is given up; narrow the filters, or raise the \
             function's timeout or memory"
        );
    }
    is_usable
}
