//! Takes away what Glue does not have any more. Only what this integration sent itself, and only after
//! everything of its kind was read.

use std::time::Duration;

use crate::delivery::Standing;
use crate::memory::REMOVAL_ORDER;
use crate::progress::{Progress, State};
use crate::shrinkage::Shrunk;
use crate::target::{Key, Kind, Removed, Target};

/// Why nothing of a kind is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Withheld {
    /// Not everything could be read, or the target missed something.
    Incomplete,
    /// Nothing at all was found, which is more often a missing right than an empty catalog: Lake
    /// Formation leaves out what may not be seen instead of refusing.
    Empty,
    /// A list is so much shorter than the last one that was believed that the same may be true of it.
    Shrunk(Shrunk),
}

/// What may be taken away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permission {
    /// `markDeleted`: whether anything is.
    pub(crate) is_wanted: bool,
    /// `allowEmpty`: whether an empty list counts as one, and one that is much shorter than before.
    pub(crate) allows_empty: bool,
}

/// Takes things away until the time is over. `true`: all of them.
pub(crate) async fn remove<T: Target>(
    targets: &[T],
    standings: &mut [Standing],
    state: &mut State,
    progress: &mut Progress,
    (permission, left): (Permission, impl Fn() -> Duration),
) -> bool {
    for (target, standing) in targets.iter().zip(standings) {
        for key in due(target.name(), state, progress, permission) {
            if left().is_zero() {
                return false;
            }
            if standing.closed.is_some() {
                progress.missed.insert(target.name().to_owned());
                break;
            }
            match target.remove(&key).await {
                Ok(Removed::Gone) => {
                    progress.totals.removed += 1;
                    tracing::info!(target = target.name(), %key, "taken away");
                    if let Some(memory) = state.memory.get_mut(target.name()) {
                        memory.forget(&key);
                    }
                }
                // Asked again in the next round.
                Ok(Removed::InUse) => progress.totals.in_use += 1,
                Err(error) => progress.not_taken(target.name(), &key, &error, standing),
            }
        }
    }
    true
}

/// Everything of a target that was not read in this round and may go. A list that is suddenly much
/// shorter withholds all of it: what is hidden of one kind may hide what belongs to it of another.
fn due(
    target: &str,
    state: &mut State,
    progress: &mut Progress,
    permission: Permission,
) -> Vec<Key> {
    let mut due = Vec::new();
    let shrunk = shrunk(target, state, progress, permission);
    let Some(memory) = state.memory.get(target).filter(|_| permission.is_wanted) else {
        return due;
    };
    for kind in REMOVAL_ORDER {
        let unseen = memory.unseen(kind, state.round);
        if unseen.is_empty() {
            continue;
        }
        let found = memory.seen_in(kind, state.round);
        let is_empty = is_empty(kind, found) && !permission.allows_empty;
        let withheld = match (is_incomplete(target, kind, progress), is_empty, shrunk) {
            (true, _, _) => Withheld::Incomplete,
            (false, true, _) => Withheld::Empty,
            (false, false, Some(shrunk)) => Withheld::Shrunk(shrunk),
            (false, false, None) => {
                due.extend(unseen);
                continue;
            }
        };
        progress.totals.deletions_withheld += 1;
        tell(target, kind, unseen.len(), withheld, progress);
    }
    due
}

/// Compares later rounds with this one, as far as it is believed.
pub(crate) fn accept(state: &mut State, progress: &Progress, permission: Permission) {
    let targets: Vec<String> = state.memory.keys().cloned().collect();
    for target in &targets {
        for (kind, found, known) in counted(target, state, progress) {
            if is_empty(kind, found) && !permission.allows_empty {
                continue;
            }
            let counts = state.counts.entry(target.clone()).or_default();
            let judged = counts.judge(kind, (found, known), progress.began);
            if judged.is_none() || permission.allows_empty {
                counts.accept(kind, found);
            }
        }
    }
}

/// The first kind of which a target was shown too little.
fn shrunk(
    target: &str,
    state: &mut State,
    progress: &Progress,
    permission: Permission,
) -> Option<Shrunk> {
    let counted = counted(target, state, progress);
    let counts = state.counts.entry(target.to_owned()).or_default();
    let mut first = None;
    // Each is judged, so that the day begins for each of them now.
    for (kind, found, known) in counted {
        let judged = counts.judge(kind, (found, known), progress.began);
        first = first.or(judged);
    }
    first.filter(|_| !permission.allows_empty)
}

/// The kinds of which everything was read: how many were found, and how many the target has. What
/// flows where goes with its job.
fn counted(target: &str, state: &State, progress: &Progress) -> Vec<(Kind, usize, usize)> {
    let Some(memory) = state.memory.get(target) else { return Vec::new() };
    let kinds = REMOVAL_ORDER.into_iter().filter(|kind| *kind != Kind::Lineage);
    let complete = kinds.filter(|kind| !is_incomplete(target, *kind, progress));
    complete.map(|kind| (kind, memory.seen_in(kind, state.round), memory.count(kind))).collect()
}

fn is_incomplete(target: &str, kind: Kind, progress: &Progress) -> bool {
    progress.incomplete.contains(&kind) || progress.missed.contains(target)
}

/// What flows where goes with its job: a catalog without any is nothing unusual.
fn is_empty(kind: Kind, found: usize) -> bool {
    kind != Kind::Lineage && found == 0
}

fn tell(target: &str, kind: Kind, count: usize, why: Withheld, progress: &mut Progress) {
    let reason = match why {
        Withheld::Incomplete => "not everything could be read or sent".to_owned(),
        Withheld::Empty => {
            "none was found at all; if that is right, set allowEmpty on the connection".to_owned()
        }
        Withheld::Shrunk(Shrunk { kind, found, accepted }) => format!(
            "only {found} of {accepted} were found of {kind:?}; if that is right, it is believed after \
             a day, or at once with allowEmpty on the connection"
        ),
    };
    tracing::warn!(target, ?kind, count, reason, "nothing of this kind is taken away");
    progress.problem(format!("{target}: no {kind:?} is taken away: {reason}"));
}
