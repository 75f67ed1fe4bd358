//! The grant ledger: what was granted where. Revocation reads it, never the catalog.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::absence::MissedTables;
use crate::canonical::same_policy;
use crate::ids::{AgreementId, PolicyName, sha256_hex};
use crate::policy::Grant;
use crate::role::RoleArn;

/// IAM is eventually consistent; within this time after a write a look at it proves nothing. Nor does
/// a look at a table that is made anew.
pub const SETTLED: Duration = Duration::minutes(5);

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The role can read.
    Granted,
    /// It could, and no longer can.
    Revoked,
    /// It was refused; `reason` says why.
    Rejected,
}

/// Whether the entry says what is about to happen or what has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Written before IAM is touched: a crash leaves this behind, and the next run finishes it.
    Intent,
    /// Written when IAM and the catalog are as the entry says.
    Fact,
}

/// One agreement's entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The agreement.
    pub agreement_id: AgreementId,
    /// Where it stands.
    pub state: State,
    /// Whether that is done.
    pub phase: Phase,
    /// The role that is granted to, or was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<RoleArn>,
    /// The policy's name, the same on every role.
    pub policy_name: String,
    /// The document granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
    /// SHA-256 of the minified document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
    /// The resources it names.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Tables that Glue did not show when it was asked last, and on which the right stays.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missed_tables: MissedTables,
    /// Roles from which the policy is still to be removed; empty once the entry is a fact.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub still_to_revoke: BTreeSet<RoleArn>,
    /// The event that led here.
    pub event_id: String,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the entry was written, RFC 3339.
    pub time: String,
}

/// Which event led to an entry, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// The event.
    pub event_id: String,
    /// RFC 3339.
    pub time: String,
}

impl Entry {
    /// The entry that says `grant` is in force.
    pub fn granted(agreement: &AgreementId, grant: &Grant, occasion: Occasion) -> Self {
        Self {
            state: State::Granted,
            role_arn: Some(grant.role.clone()),
            document: Some(grant.document.value().clone()),
            document_sha256: Some(grant.document.sha256()),
            resources: grant.document.resources(),
            missed_tables: grant.missed.clone(),
            ..Self::revoked(agreement, None, occasion)
        }
    }

    /// The entry that says nothing is granted any more. `last` is the role that had it.
    pub fn revoked(agreement: &AgreementId, last: Option<RoleArn>, occasion: Occasion) -> Self {
        Self {
            agreement_id: agreement.clone(),
            state: State::Revoked,
            phase: Phase::Fact,
            role_arn: last,
            policy_name: PolicyName::of(agreement).as_str().to_owned(),
            document: None,
            document_sha256: None,
            resources: Vec::new(),
            missed_tables: MissedTables::new(),
            still_to_revoke: BTreeSet::new(),
            event_id: occasion.event_id,
            reason: None,
            time: occasion.time,
        }
    }

    /// The entry that says the agreement was refused.
    pub fn rejected(
        agreement: &AgreementId,
        last: Option<RoleArn>,
        reason: String,
        occasion: Occasion,
    ) -> Self {
        let revoked = Self::revoked(agreement, last, occasion);
        Self { state: State::Rejected, reason: Some(reason), ..revoked }
    }

    /// The same entry as an intent that first has to clear `roles`.
    #[must_use]
    pub fn intending(mut self, roles: BTreeSet<RoleArn>) -> Self {
        self.phase = Phase::Intent;
        self.still_to_revoke = roles;
        self
    }

    /// Roles on which the policy may lie, as far as the ledger knows.
    pub fn may_hold(&self) -> BTreeSet<RoleArn> {
        let mut roles = self.still_to_revoke.clone();
        if self.state == State::Granted {
            roles.extend(self.role_arn.clone());
        }
        roles
    }

    /// The role among those `looked_at` whose policy, as `found`, is not the one recorded. What was
    /// written a moment ago does not count: IAM may still show what was there before.
    pub fn drifted<'a>(
        &self,
        looked_at: &'a [RoleArn],
        found: &BTreeMap<RoleArn, Value>,
        now: OffsetDateTime,
    ) -> Option<&'a RoleArn> {
        let written = OffsetDateTime::parse(&self.time, &Rfc3339).ok()?;
        if self.state != State::Granted || self.phase != Phase::Fact || now - written < SETTLED {
            return None;
        }
        let recorded = self.document.as_ref()?;
        let role = looked_at.iter().find(|role| Some(*role) == self.role_arn.as_ref())?;
        let as_recorded = found.get(role).is_some_and(|found| same_policy(found, recorded));
        (!as_recorded).then_some(role)
    }

    /// Whether both say the same about the agreement; when and why they were written aside.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let timeless =
            |entry: &Self| Self { event_id: String::new(), time: String::new(), ..entry.clone() };
        timeless(self) == timeless(other)
    }

    /// The name of the agreement's object below the prefix.
    pub fn object_name(agreement: &AgreementId) -> String {
        format!("{}.json", sha256_hex(agreement.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output_port::DataAccess;
    use crate::policy::Document;
    use crate::s3::S3Location;

    const WRITTEN: &str = "2026-08-01T06:00:00Z";

    fn role() -> RoleArn {
        "arn:aws:iam::123456789012:role/churn".parse().unwrap()
    }

    fn granted() -> Entry {
        let agreement: AgreementId = "acc-42".parse().unwrap();
        let access = DataAccess::from("arn:aws:s3:::data".parse::<S3Location>().unwrap());
        let grant = Grant {
            role: role(),
            policy: PolicyName::of(&agreement),
            document: Document::of(&access, None),
            also_needed: Vec::new(),
            missed: MissedTables::new(),
        };
        let occasion = Occasion { event_id: "e1".to_owned(), time: WRITTEN.to_owned() };
        Entry::granted(&agreement, &grant, occasion)
    }

    /// What the entry makes of a look at the role, `minutes` after it was written.
    fn drifted(entry: &Entry, found: Option<Value>, minutes: i64) -> bool {
        let now = OffsetDateTime::parse(WRITTEN, &Rfc3339).unwrap() + Duration::minutes(minutes);
        let found = found.map(|document| (role(), document)).into_iter().collect();
        entry.drifted(&[role()], &found, now).is_some()
    }

    #[test]
    fn a_policy_that_was_removed_or_edited_by_somebody_else_is_drift() {
        assert!(drifted(&granted(), None, 60));
        assert!(drifted(&granted(), Some(serde_json::json!({"Version": "2012-10-17"})), 60));
        assert!(!drifted(&granted(), granted().document, 60));
    }

    #[test]
    fn what_iam_shows_just_after_a_write_is_no_drift() {
        assert!(!drifted(&granted(), None, 4));
        assert!(drifted(&granted(), None, 5));
    }

    #[test]
    fn a_write_that_was_never_finished_and_a_right_that_ended_are_no_drift() {
        assert!(!drifted(&granted().intending(BTreeSet::new()), None, 60));
        let occasion = Occasion { event_id: "e2".to_owned(), time: WRITTEN.to_owned() };
        let revoked = Entry::revoked(&granted().agreement_id, Some(role()), occasion);
        assert!(!drifted(&revoked, None, 60));
    }

    #[test]
    fn an_entry_of_before_tables_were_missed_is_read_and_written_as_it_was() {
        let text = serde_json::to_string(&granted()).unwrap();
        assert!(!text.contains("missed_tables"), "{text}");
        let read: Entry = serde_json::from_str(&text).unwrap();
        assert_eq!(read, granted());
    }

    #[test]
    fn a_role_nobody_looked_at_says_nothing() {
        let now = OffsetDateTime::parse(WRITTEN, &Rfc3339).unwrap() + Duration::hours(1);
        assert_eq!(granted().drifted(&[], &BTreeMap::new(), now), None);
    }
}
