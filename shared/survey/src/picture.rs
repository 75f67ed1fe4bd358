//! All agreements side by side.

use std::collections::{BTreeMap, BTreeSet};

use access::{Assessor, Documents};
use clients::agreements::Agreements;
use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::tables::TableCatalog;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::{Entry, State};
use domain::role::RoleArn;
use futures_util::{StreamExt as _, stream};
use time::{Duration, OffsetDateTime};

use crate::SurveyError;
use crate::judged::{Bench, Judged, Subject};
use crate::listing::Listing;
use crate::looks::{Held, Looks};

/// Agreements judged side by side.
const SIDE_BY_SIDE: usize = 8;
/// Agreements that are in no list and are asked for one by one. More than that are not gone: the list
/// is wrong.
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
    entries: Vec<Entry>,
    (began, settles_in): (OffsetDateTime, Duration),
) -> Result<Picture, SurveyError>
where
    C: Catalog + Agreements,
    R: Roles,
    T: TableCatalog,
{
    let listing = Listing::read(&assessor.catalog, began.date()).await;
    let listing = listing.map_err(SurveyError::Agreements)?;
    let (agreements, active) = (listing.agreements.len(), listing.active());
    let mut problems = listing.problems.clone();
    let barred = looks.barred.iter();
    problems.extend(barred.map(|(role, why)| format!("role {role} cannot be looked at: {why}")));

    let (mut subjects, strays) = subjects(listing.agreements.clone(), entries, &looks);
    subjects.retain(|subject| !listing.unreadable.contains(&subject.id));
    let unlisted = |subject: &Subject| subject.agreement.is_none() && still_matters(subject);
    let missing = subjects.iter().filter(|subject| unlisted(subject)).count();
    if missing > 0 && !listing.is_trusted {
        subjects.retain(|subject| !unlisted(subject));
        problems
            .push(format!("{missing} agreements are in no list; none of them is taken for gone"));
    }
    let bench = Bench {
        assessor,
        documents: Documents::new(&assessor.catalog),
        used: looks.roles.iter().map(|(role, look)| (role.clone(), look.used)).collect(),
        barred: looks.barred.clone(),
        began,
        settles_in,
        confirms: missing <= MOST_CONFIRMED,
    };
    let judging = subjects.into_iter().map(|subject| bench.judge(subject));
    let judged: Vec<Judged> = stream::iter(judging).buffered(SIDE_BY_SIDE).collect().await;
    let mut troubles = judged.iter().filter_map(|judged| judged.problem.clone());
    problems.extend(troubles.by_ref().take(MOST_TOLD));
    let more = troubles.count();
    if more > 0 {
        problems.push(format!("and {more} more agreements about which nothing can be said"));
    }
    Ok(Picture { began, judged, strays, looks, agreements, active, problems })
}

/// An agreement that was revoked long ago and is in no list is nobody's concern.
fn still_matters(subject: &Subject) -> bool {
    let recorded = subject.entry.as_ref().is_some_and(|entry| entry.state != State::Revoked);
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
