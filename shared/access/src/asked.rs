//! What an agreement asks for, before anybody looks at what that means.

use domain::agreement::{Activity, Agreement};
use domain::event::Verb;
use domain::ledger::{Entry, State};

/// What an agreement asks for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The right to read.
    Right,
    /// No right.
    Nothing,
    /// Neither: the server does not say, and neither does the event.
    NoChange,
}

/// The verb counts only on servers that state nothing.
pub fn asked(agreement: &Agreement, verb: Verb, recorded: Option<&Entry>) -> Asked {
    match (agreement.activity, verb) {
        (Activity::Active, _) | (Activity::Unstated, Verb::Activated) => Asked::Right,
        (Activity::Inactive, _)
        | (
            Activity::Unstated,
            Verb::Deactivated | Verb::Deleted | Verb::Canceled | Verb::Rejected,
        ) => Asked::Nothing,
        (Activity::Unstated, Verb::Updated | Verb::Approved) => match recorded {
            Some(entry) if entry.state == State::Granted => Asked::Right,
            Some(_) => Asked::Nothing,
            None => Asked::NoChange,
        },
    }
}
