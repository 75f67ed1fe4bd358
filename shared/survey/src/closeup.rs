//! One agreement alone: what it asks for, and what lies on the few roles that can be concerned.

use std::collections::{BTreeMap, BTreeSet};

use access::{Documents, Source, Step};
use clients::agreements::Agreements;
use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::objects::{ObjectNames, VersionedObjects};
use clients::role_inventory::RoleInventory;
use clients::tables::TableCatalog;
use domain::agreement::{Activity, Agreement};
use domain::event::Family;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::Entry;
use domain::plan::Wanted;
use domain::role::RoleArn;
use lambda::chain::Chain;
use time::{Duration, OffsetDateTime};
use tokio::time::Instant;

use crate::judged::{Bench, Judged, Subject, unknown};
use crate::looks::{Looks, Walked};
use crate::picture::Picture;
use crate::{Survey, SurveyError};

/// Longest look at the few roles of one agreement.
const PATIENCE: Duration = Duration::minutes(2);

/// What was seen of one agreement.
#[derive(Debug)]
pub struct Closeup {
    /// The comparison, of this agreement only.
    pub picture: Picture,
    /// The agreement as the catalog shows it; `None` when it is gone.
    pub source: Option<Source>,
    /// What was read on the way to what it asks for, in order.
    pub trail: Vec<Step>,
}

impl<C, I, O, T> Survey<C, I, O, T>
where
    C: Catalog + Agreements,
    I: Roles + RoleInventory,
    O: VersionedObjects + ObjectNames,
    T: TableCatalog,
{
    /// Compares one agreement. Roles that neither it nor the ledger names are not looked at: a policy
    /// left behind there is found by a survey of everything.
    pub async fn look_closely(
        &self,
        id: &AgreementId,
        began: OffsetDateTime,
    ) -> Result<Closeup, SurveyError> {
        let entry = self.ledger.load(id).await.map_err(SurveyError::Ledger)?.entry;
        let mut subject =
            Subject { id: id.clone(), agreement: None, entry, found: BTreeMap::new() };
        let (source, agreement) = match self.read(id, began).await {
            Ok(read) => read.unzip(),
            Err(problem) => return Ok(self.nothing_said(unknown(subject, &problem), began)),
        };
        subject.agreement = agreement;
        let mut bench = Bench {
            assessor: &self.assessor,
            documents: Documents::with_trail(&self.assessor.catalog),
            used: BTreeMap::new(),
            barred: BTreeMap::new(),
            began,
        };
        let wanted = bench.wanted(&subject).await;
        let trail = bench.documents.trail();
        let roles = self.concerned(&bench, &subject, wanted.as_ref().ok()).await;
        let trail = if trail.is_empty() { bench.documents.trail() } else { trail };
        let (looks, mut problems) = self.look_at(&roles).await;
        subject.found = looks.policies().remove(&PolicyName::of(id)).unwrap_or_default();
        bench.used = looks.roles.iter().map(|(role, look)| (role.clone(), look.used)).collect();
        bench.barred.clone_from(&looks.barred);
        let judged = bench.compare(subject, wanted);
        problems.extend(judged.problem.clone());
        let picture = self.picture_of(judged, looks, problems, began);
        Ok(Closeup { picture, source, trail })
    }

    /// The agreement, as it is written and as it is understood; `None` when it is gone.
    async fn read(
        &self,
        id: &AgreementId,
        began: OffsetDateTime,
    ) -> Result<Option<(Source, Agreement)>, String> {
        let source =
            self.assessor.find(Family::Access, id).await.map_err(|err| Chain(&err).to_string())?;
        let Some(source) = source else { return Ok(None) };
        let read = Agreement::read(id, &source.document, began.date());
        read.map(|agreement| Some((source, agreement))).map_err(|err| Chain(&err).to_string())
    }

    async fn concerned(
        &self,
        bench: &Bench<'_, C, crate::KnownRoles<I>, T>,
        subject: &Subject,
        wanted: Option<&Option<Wanted>>,
    ) -> BTreeSet<RoleArn> {
        let mut roles = subject.entry.as_ref().map(Entry::may_hold).unwrap_or_default();
        roles.extend(subject.entry.as_ref().and_then(|entry| entry.role_arn.clone()));
        match (wanted, &subject.agreement) {
            (Some(Some(Wanted::Grant(grant))), _) => roles.extend([grant.role.clone()]),
            (_, Some(agreement)) => {
                // Only one place more to look at: that it is not known is no trouble.
                let role = self.assessor.consumers_role(agreement, &bench.documents).await;
                roles.extend(role.ok().flatten());
            }
            (_, None) => {}
        }
        roles
    }

    async fn look_at(&self, roles: &BTreeSet<RoleArn>) -> (Looks, Vec<String>) {
        let until = Instant::now() + PATIENCE.unsigned_abs();
        let mut looks = Looks::default();
        let walked = looks.walk(&self.assessor.roles, roles, &self.pace, until).await;
        if let Walked::SoFar(why) = walked {
            let why = why.unwrap_or_else(|| "no answer in time".to_owned());
            let known = |role: &RoleArn| looks.roles.contains_key(role);
            let left: Vec<RoleArn> = roles.iter().filter(|role| !known(role)).cloned().collect();
            looks.barred.extend(left.into_iter().map(|role| (role, why.clone())));
        }
        let problems = looks.problems();
        (looks, problems)
    }

    fn nothing_said(&self, judged: Judged, began: OffsetDateTime) -> Closeup {
        let problems = judged.problem.iter().cloned().collect();
        let picture = self.picture_of(judged, Looks::default(), problems, began);
        Closeup { picture, source: None, trail: Vec::new() }
    }

    fn picture_of(
        &self,
        judged: Judged,
        looks: Looks,
        problems: Vec<String>,
        began: OffsetDateTime,
    ) -> Picture {
        let agreement = judged.subject.agreement.as_ref();
        let is_active = agreement.is_some_and(|found| found.activity == Activity::Active);
        Picture {
            began,
            agreements: usize::from(agreement.is_some()),
            active: usize::from(is_active),
            judged: vec![judged],
            strays: Vec::new(),
            looks,
            reach: self.assessor.allowed.reach().clone(),
            problems,
        }
    }
}
