//! When there is anything to say about an agreement that asks for nothing.

use std::collections::BTreeMap;

use domain::ledger::{Entry, Occasion, State};
use domain::plan::{Plan, Showing, Situation, Wanted, plan};

fn occasion() -> Occasion {
    Occasion { event_id: "e1".to_owned(), time: "2026-08-01T06:00:00Z".to_owned() }
}

/// What is planned where nothing is wanted and nothing lies on any role.
fn planned(recorded: Option<Entry>, shown: bool) -> Plan {
    plan(&Situation {
        agreement: "acc-42".parse().unwrap(),
        wanted: Wanted::Nothing,
        recorded,
        found: BTreeMap::new(),
        shown,
        occasion: occasion(),
    })
}

#[test]
fn what_the_catalog_shows_is_corrected_although_no_ledger_knows_it_and_nothing_changes() {
    let plan = planned(None, true);
    assert!(plan.changes.is_empty());
    assert_eq!(plan.showing, Some(Showing::Inactive));
    assert_eq!(plan.record.map(|entry| entry.state), Some(State::Revoked));
}

#[test]
fn what_nobody_knows_and_nothing_shows_is_nobodys_business() {
    let plan = planned(None, false);
    assert_eq!((plan.changes.len(), plan.showing, plan.record), (0, None, None));
}

#[test]
fn what_the_ledger_says_already_is_shown_and_not_written_again() {
    let revoked = Entry::revoked(&"acc-42".parse().unwrap(), None, occasion());
    let plan = planned(Some(revoked), false);
    assert_eq!((plan.changes.len(), plan.record), (0, None));
    assert_eq!(plan.showing, Some(Showing::Inactive));
}
