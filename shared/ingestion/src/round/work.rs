//! What one tick has in hand.

use lambda::chain::Chain;
use time::OffsetDateTime;

use super::{Rounds, is_usable};
use crate::delivery::{Consignment, Delivered, Delivery, Standing};
use crate::marks::{Mark, Run};
use crate::progress::{Progress, State};
use crate::source::SourceError;
use crate::target::Target;

/// How many entities are on their way to the targets at once.
const LANES: usize = 8;

/// The state, taken apart.
pub(super) struct Work<'a, T> {
    pub(super) targets: &'a [T],
    pub(super) standings: Vec<Standing>,
    pub(super) state: State,
    pub(super) progress: Progress,
}

impl<'a, T: Target> Work<'a, T> {
    /// Takes the state up, with a new round where none is under way, and prepares the targets.
    pub(super) async fn begin<S, B>(
        rounds: &'a Rounds<'_, S, T, B>,
        state: &mut State,
        now: OffsetDateTime,
    ) -> Self {
        let mut state = std::mem::take(state);
        let usable = state.progress.take().filter(|progress| is_usable(progress, now));
        let progress = usable.unwrap_or_else(|| {
            state.round = state.round.wrapping_add(1);
            Progress::begin(now)
        });
        let mut work = Self { targets: &rounds.targets, standings: Vec::new(), state, progress };
        for target in work.targets {
            let standing = match target.prepare().await {
                Ok(()) => Standing::default(),
                Err(error) => {
                    let (target, failure) = (target.name(), error.failure().name());
                    let reason = Chain(&error).to_string();
                    tracing::error!(target, failure, error = reason, "nothing can be sent there");
                    work.progress.problem(reason.clone());
                    Standing::closed(reason)
                }
            };
            work.standings.push(standing);
        }
        work
    }

    /// Why nothing can be sent anywhere.
    pub(super) fn all_closed(&self) -> Option<String> {
        let reasons: Vec<&str> =
            self.standings.iter().filter_map(|standing| standing.closed.as_deref()).collect();
        (reasons.len() == self.standings.len()).then(|| reasons.join("; "))
    }

    /// The state as it is to be stored.
    pub(super) fn put_down(&mut self) -> State {
        let mut state = std::mem::take(&mut self.state);
        state.progress = Some(self.progress.clone());
        state
    }

    /// Goes on with what was stored.
    pub(super) fn take_up(&mut self, state: &mut State) {
        self.state = std::mem::take(state);
        self.state.progress = None;
    }

    /// Sends what the targets lack of these entities, several at once.
    pub(super) async fn send(&mut self, entities: &[Consignment<'_>]) -> Vec<Delivered> {
        self.send_in_lanes(entities, LANES).await
    }

    /// Sends one after the other: what comes later needs what came before.
    pub(super) async fn send_in_order(&mut self, entities: &[Consignment<'_>]) -> Vec<Delivered> {
        self.send_in_lanes(entities, 1).await
    }

    async fn send_in_lanes(
        &mut self,
        entities: &[Consignment<'_>],
        lanes: usize,
    ) -> Vec<Delivered> {
        self.progress.totals.entities += entities.len() as u64;
        let Self { targets, standings, state, progress } = self;
        Delivery { targets, standings, state, progress, lanes }.send(entities).await
    }

    /// The mark of a job or workflow.
    pub(super) fn mark(&self, name: &str) -> Mark {
        self.state.marks.get(name).cloned().unwrap_or_default()
    }

    /// Remembers what was sent of its runs, and moves the mark on if nothing was left behind.
    pub(super) fn move_mark<R: Run>(
        &mut self,
        name: String,
        mut mark: Mark,
        runs: &[R],
        delivered: Delivered,
    ) {
        self.progress.totals.runs += runs.len() as u64;
        for (target, key, fingerprint) in delivered.sent_runs {
            mark.sent(&target, &key, fingerprint);
        }
        if delivered.everywhere {
            mark.advance(runs, &delivered.runs);
        }
        self.state.marks.insert(name, mark);
    }

    /// What may not be read is left out: everything else is published all the same. `false`: left out.
    pub(super) fn unless_denied<V: Default>(
        &mut self,
        read: Result<V, SourceError>,
    ) -> Result<(V, bool), SourceError> {
        match read {
            Ok(value) => Ok((value, true)),
            Err(error @ SourceError::Denied { .. }) => {
                self.progress.unread(&error);
                self.progress.is_partial = true;
                Ok((V::default(), false))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether this round may read more entities. Noted as a problem when it may not.
    pub(super) fn admits(&mut self, most: u64) -> bool {
        let is_full = self.progress.totals.entities >= most;
        if is_full {
            self.progress.problem(format!(
                "there are more than {most} entities; narrow the filters or raise maxEntities"
            ));
        }
        !is_full
    }
}
