//! All agreements side by side.

use std::collections::{BTreeMap, BTreeSet};

use access::{Assessor, Documents};
use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::ledger::Readable;
use clients::tables::TableCatalog;
use domain::account::Reach;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::{Entry, Phase, State};
use domain::role::RoleArn;
use futures_util::{StreamExt as _, stream};
use time::OffsetDateTime;

use crate::judged::{Bench, Judged, Subject};
use crate::listing::Listing;
use crate::looks::{Held, Looks};

/// Agreements judged side by side.
const SIDE_BY_SIDE: usize = 8;
/// Agreements that are in no list and are asked for one by one, in one survey. Of more than that
/// nothing is said: either the list is wrong, or their turn comes.
const MOST_CONFIRMED: usize = 100;
/// Problems that are told one by one.
const MOST_TOLD: usize = 50;

/// A policy with our name of which nobody knows the agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The role that holds it.
    pub role: RoleArn,
    /// Its name.
    pub policy: PolicyName,
    /// What it says.
    pub held: Held,
}

/// What a survey saw.
#[derive(Clone, Debug)]
pub struct Picture {
    /// When it began.
    pub began: OffsetDateTime,
    /// Every agreement that is in the catalog, in the ledger or on a role.
    pub judged: Vec<Judged>,
    /// Policies that belong to no agreement anybody knows.
    pub strays: Vec<Stray>,
    /// The roles.
    pub looks: Looks,
    /// The accounts in which the integration can work.
    pub reach: Reach,
    /// Agreements in the catalog.
    pub agreements: usize,
    /// Agreements in the catalog that are active.
    pub active: usize,
    /// What could not be looked at; empty when the picture is whole.
    pub problems: Vec<String>,
}

pub(crate) async fn compare<C, R, T>(
    assessor: &Assessor<C, R, T>,
    looks: Looks,
    listing: Listing,
    ledger: Readable,
    began: OffsetDateTime,
) -> Picture
where
    C: Catalog,
    R: Roles,
    T: TableCatalog,
{
    let (agreements, active) = (listing.agreements.len(), listing.active());
    let mut problems = looks.problems();
    problems.extend(listing.problems);

    let (mut subjects, strays) = subjects(listing.agreements, ledger.entries, &looks);
    subjects.retain(|subject| !listing.unreadable.contains(&subject.id));
    problems.extend(without_ledger(&mut subjects, &ledger.unreadable));
    problems.extend(without_unlisted(&mut subjects, listing.is_trusted));
    let bench = Bench {
        assessor,
        documents: Documents::once(&assessor.catalog),
        used: looks.roles.iter().map(|(role, look)| (role.clone(), look.used)).collect(),
        barred: looks.barred.clone(),
        began,
    };
    let judging = subjects.into_iter().map(|subject| bench.judge(subject));
    let judged: Vec<Judged> = stream::iter(judging).buffered(SIDE_BY_SIDE).collect().await;
    let mut troubles = judged.iter().filter_map(|judged| judged.problem.clone());
    problems.extend(troubles.by_ref().take(MOST_TOLD));
    let more = troubles.count();
    if more > 0 {
        problems.push(format!("and {more} more agreements about which nothing can be said"));
    }
    let reach = assessor.allowed.reach().clone();
    Picture { began, judged, strays, looks, reach, agreements, active, problems }
}

/// Leaves out agreements whose ledger entry cannot be read: what they hold is not known.
fn without_ledger(subjects: &mut Vec<Subject>, unreadable: &[String]) -> Vec<String> {
    if !unreadable.is_empty() {
        subjects.retain(|subject| !unreadable.contains(&Entry::object_name(&subject.id)));
    }
    let told = |name: &String| {
        format!("ledger entry {name} cannot be read; restore an earlier version of the object")
    };
    unreadable.iter().map(told).collect()
}

/// Leaves out agreements that no list has, where the lists cannot be trusted, and where there are so
/// many that the lists must be wrong. The others are asked for one by one.
fn without_unlisted(subjects: &mut Vec<Subject>, is_trusted: bool) -> Option<String> {
    let unlisted = |subject: &Subject| subject.agreement.is_none();
    let missing = subjects.iter().filter(|subject| unlisted(subject)).count();
    let most = if is_trusted { MOST_CONFIRMED } else { 0 };
    let mut left = most;
    subjects.retain(|subject| {
        let stays = !unlisted(subject) || left > 0;
        left = left.saturating_sub(usize::from(unlisted(subject)));
        stays
    });
    let dropped = missing.saturating_sub(most);
    (dropped > 0).then(|| {
        format!("{missing} agreements are in no list; of {dropped} of them nothing is said")
    })
}

/// An agreement that was revoked long ago and is in no list is nobody's concern.
fn still_matters(subject: &Subject) -> bool {
    let recorded = subject
        .entry
        .as_ref()
        .is_some_and(|entry| entry.state != State::Revoked || entry.phase == Phase::Intent);
    recorded || !subject.found.is_empty()
}

fn subjects(
    mut listed: BTreeMap<AgreementId, domain::agreement::Agreement>,
    entries: Vec<Entry>,
    looks: &Looks,
) -> (Vec<Subject>, Vec<Stray>) {
    let mut policies = looks.policies();
    let mut recorded: BTreeMap<AgreementId, Entry> =
        entries.into_iter().map(|entry| (entry.agreement_id.clone(), entry)).collect();
    let mut ids: BTreeSet<AgreementId> = listed.keys().chain(recorded.keys()).cloned().collect();
    ids.extend(policies.keys().filter_map(|policy| policy.agreement()));
    let subject = |id: AgreementId| Subject {
        agreement: listed.remove(&id),
        entry: recorded.remove(&id),
        found: policies.remove(&PolicyName::of(&id)).unwrap_or_default(),
        id,
    };
    let mut subjects: Vec<Subject> = ids.into_iter().map(subject).collect();
    subjects.retain(|subject| subject.agreement.is_some() || still_matters(subject));
    let stray = |(policy, roles): (&PolicyName, BTreeMap<RoleArn, Held>)| {
        let policy = policy.clone();
        roles.into_iter().map(move |(role, held)| Stray { role, policy: policy.clone(), held })
    };
    (subjects, policies.into_iter().flat_map(stray).collect())
}
