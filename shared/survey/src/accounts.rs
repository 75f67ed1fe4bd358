//! The accounts of a picture, for the report.

use std::collections::BTreeSet;

use domain::account::{AccountId, Tie};
use report::AccountRow;

use crate::looks::Looks;
use crate::picture::Picture;

/// One row for our own account, for each connected one, and for each in which a role was to be
/// looked at.
pub(crate) fn accounts(picture: &Picture) -> Vec<AccountRow> {
    let looks = &picture.looks;
    let mut all: BTreeSet<AccountId> = looks.roles.keys().map(AccountId::of).collect();
    all.extend(looks.barred.keys().map(AccountId::of));
    all.extend(picture.reach.own().cloned());
    all.extend(picture.reach.connected().iter().cloned());
    all.into_iter().map(|account| row(&account, picture)).collect()
}

fn row(account: &AccountId, picture: &Picture) -> AccountRow {
    let roles = picture.looks.roles.iter().filter(|(role, _)| role.account() == account.as_str());
    let grants = roles.clone().map(|(_, look)| look.held.len()).sum::<usize>();
    AccountRow {
        id: account.to_string(),
        tie: match picture.reach.tie_to(account) {
            Tie::Own => report::Tie::Own,
            Tie::Connected => report::Tie::Connected,
            Tie::None => report::Tie::NotConnected,
        },
        roles: u64::try_from(roles.count()).unwrap_or(u64::MAX),
        grants: u64::try_from(grants).unwrap_or(u64::MAX),
        problem: problem(account, &picture.looks),
    }
}

fn problem(account: &AccountId, looks: &Looks) -> Option<String> {
    if let Some(why) = looks.unseen.get(account) {
        return Some(why.clone());
    }
    let barred = looks.barred.iter().filter(|(role, _)| role.account() == account.as_str());
    let (first, number) = (barred.clone().next()?, barred.count());
    Some(match number {
        1 => format!("role {} cannot be looked at: {}", first.0, first.1),
        _ => format!("{number} roles cannot be looked at, among them {}: {}", first.0, first.1),
    })
}
