//! Takes away what Glue does not have any more. Only what this integration sent itself, and only after
//! everything of its kind was read.

use std::time::Duration;

use crate::delivery::Standing;
use crate::memory::REMOVAL_ORDER;
use crate::progress::{Progress, State};
use crate::target::{Key, Kind, Removed, Target};

/// Why nothing of a kind is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Withheld {
    /// Not everything could be read, or the target missed something.
    Incomplete,
    /// Nothing at all was found, which is more often a missing right than an empty catalog: Lake
    /// Formation leaves out what may not be seen instead of refusing.
    Empty,
}

/// What may be taken away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permission {
    /// `markDeleted`: whether anything is.
    pub(crate) is_wanted: bool,
    /// `allowEmpty`: whether an empty list counts as one.
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

/// Everything of a target that was not read in this round and may go.
fn due(target: &str, state: &State, progress: &mut Progress, permission: Permission) -> Vec<Key> {
    let mut due = Vec::new();
    let Some(memory) = state.memory.get(target).filter(|_| permission.is_wanted) else {
        return due;
    };
    for kind in REMOVAL_ORDER {
        let unseen = memory.unseen(kind, state.round);
        if unseen.is_empty() {
            continue;
        }
        let is_incomplete = progress.incomplete.contains(&kind) || progress.missed.contains(target);
        // What flows where goes with its job: a catalog without any is nothing unusual.
        let is_empty = kind != Kind::Lineage && !memory.has_seen(kind, state.round);
        let withheld = match (is_incomplete, is_empty && !permission.allows_empty) {
            (true, _) => Withheld::Incomplete,
            (false, true) => Withheld::Empty,
            (false, false) => {
                due.extend(unseen);
                continue;
            }
        };
        progress.totals.deletions_withheld += 1;
        tell(target, kind, unseen.len(), withheld, progress);
    }
    due
}

fn tell(target: &str, kind: Kind, count: usize, why: Withheld, progress: &mut Progress) {
    let reason = match why {
        Withheld::Incomplete => "not everything could be read or sent",
        Withheld::Empty => {
            "none was found at all; if that is right, set allowEmpty on the connection"
        }
    };
    tracing::warn!(target, ?kind, count, reason, "nothing of this kind is taken away");
    progress.problem(format!("{target}: no {kind:?} is taken away: {reason}"));
}
