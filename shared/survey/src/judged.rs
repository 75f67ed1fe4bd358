//! What can be said of one agreement.

use std::collections::BTreeMap;

use access::{Asked, Assessor, Documents, asked};
use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::tables::TableCatalog;
use domain::agreement::Agreement;
use domain::canonical::Fingerprint;
use domain::difference::{Difference, Sight};
use domain::event::{Family, Verb};
use domain::ids::AgreementId;
use domain::ledger::Entry;
use domain::plan::Wanted;
use domain::role::RoleArn;
use lambda::chain::Chain;
use time::OffsetDateTime;

use crate::looks::Held;

/// An agreement, and what is known of it before the catalog is asked for more.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The agreement.
    pub id: AgreementId,
    /// As the catalog's list has it.
    pub agreement: Option<Agreement>,
    /// As the ledger has it.
    pub entry: Option<Entry>,
    /// Where its policy lies.
    pub found: BTreeMap<RoleArn, Held>,
}

/// What can be said of an agreement.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was known.
    pub subject: Subject,
    /// What the catalog asks for; `None` where that cannot be said.
    pub wanted: Option<Wanted>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Why nothing can be said.
    pub problem: Option<String>,
    /// Whether the absence of a difference means that there is none.
    pub is_decided: bool,
}

/// What every judgement needs.
pub(crate) struct Bench<'a, C, R, T> {
    pub(crate) assessor: &'a Assessor<C, R, T>,
    pub(crate) documents: Documents<'a, C>,
    pub(crate) used: BTreeMap<RoleArn, usize>,
    pub(crate) barred: BTreeMap<RoleArn, String>,
    pub(crate) began: OffsetDateTime,
}

impl<C: Catalog, R: Roles, T: TableCatalog> Bench<'_, C, R, T> {
    pub(crate) async fn judge(&self, mut subject: Subject) -> Judged {
        if subject.agreement.is_none() {
            match self.confirm(&subject.id).await {
                Ok(agreement) => subject.agreement = agreement,
                Err(problem) => return unknown(subject, &problem),
            }
        }
        let wanted = self.wanted(&subject).await;
        self.compare(subject, wanted)
    }

    /// Judges once it is known what the catalog asks for.
    pub(crate) fn compare(
        &self,
        subject: Subject,
        wanted: Result<Option<Wanted>, String>,
    ) -> Judged {
        let wanted = match wanted {
            Ok(Some(wanted)) => wanted,
            Ok(None) => {
                let (differences, problem) = (Vec::new(), None);
                return Judged { subject, wanted: None, differences, problem, is_decided: false };
            }
            Err(problem) => return unknown(subject, &problem),
        };
        if let Some((role, why)) = self.out_of_sight(&subject, &wanted) {
            let problem = format!("role {role} cannot be looked at: {why}");
            return unknown(subject, &problem);
        }
        let (differences, is_decided) = self.differences(&subject, &wanted);
        Judged { subject, wanted: Some(wanted), differences, problem: None, is_decided }
    }

    /// A role that matters and cannot be looked at: that nothing was found there says nothing.
    fn out_of_sight(&self, subject: &Subject, wanted: &Wanted) -> Option<(&RoleArn, &String)> {
        let mut roles = subject.entry.as_ref().map(Entry::may_hold).unwrap_or_default();
        if let Wanted::Grant(grant) = wanted {
            roles.insert(grant.role.clone());
        }
        roles.iter().find_map(|role| self.barred.get_key_value(role))
    }

    /// An agreement that is in no list may have moved between two pages.
    async fn confirm(&self, id: &AgreementId) -> Result<Option<Agreement>, String> {
        let found =
            self.assessor.find(Family::Access, id).await.map_err(|err| Chain(&err).to_string())?;
        let Some(source) = found else { return Ok(None) };
        let read = Agreement::read(id, &source.document, self.began.date());
        read.map(Some).map_err(|err| Chain(&err).to_string())
    }

    /// `None` where the server does not say whether the agreement is active.
    pub(crate) async fn wanted(&self, subject: &Subject) -> Result<Option<Wanted>, String> {
        let Some(agreement) = &subject.agreement else { return Ok(Some(Wanted::Nothing)) };
        match asked(agreement, Verb::Updated, subject.entry.as_ref()) {
            Asked::Nothing => Ok(Some(Wanted::Nothing)),
            Asked::NoChange => Ok(None),
            Asked::Right => {
                let before = (subject.entry.as_ref(), self.began);
                let asked = self.assessor.wanted(&subject.id, agreement, before, &self.documents);
                let wanted = asked.await;
                wanted.map(Some).map_err(|err| Chain(&err).to_string())
            }
        }
    }

    fn differences(&self, subject: &Subject, wanted: &Wanted) -> (Vec<Difference>, bool) {
        let found: BTreeMap<RoleArn, Fingerprint> = subject
            .found
            .iter()
            .map(|(role, held)| (role.clone(), held.fingerprint.clone()))
            .collect();
        let why_nothing = match subject.agreement {
            Some(_) => "the agreement is not active",
            None => "the agreement is gone",
        };
        let sight = Sight {
            wanted,
            why_nothing,
            recorded: subject.entry.as_ref(),
            found: &found,
            used: &self.used,
            now: self.began,
            settles_in: self.assessor.settles_in,
        };
        (sight.differences(), sight.is_decided())
    }
}

pub(crate) fn unknown(subject: Subject, problem: &str) -> Judged {
    let problem = format!("agreement {}: {problem}", subject.id);
    let (differences, problem) = (Vec::new(), Some(problem));
    Judged { subject, wanted: None, differences, problem, is_decided: false }
}
