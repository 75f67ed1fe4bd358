//! Which grants are in force.

use domain::ledger::Entry;

/// The entries whose policy may lie on a role, by agreement. A change that was begun and not
/// finished counts: what it may have left is not known to be gone.
pub fn in_force(entries: Vec<Entry>) -> Vec<Entry> {
    let mut held: Vec<Entry> =
        entries.into_iter().filter(|entry| !entry.may_hold().is_empty()).collect();
    held.sort_by(|a, b| a.agreement_id.as_str().cmp(b.agreement_id.as_str()));
    held
}
