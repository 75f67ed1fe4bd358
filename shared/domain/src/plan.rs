//! Compares what is wanted with what is recorded and found, and says what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::Rejection;
use crate::canonical::same_policy;
use crate::ids::{AgreementId, PolicyName};
use crate::ledger::{Entry, Occasion, State};
use crate::policy::{Document, Grant};
use crate::role::RoleArn;

/// What the catalog's state now asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// Exactly this.
    Grant(Grant),
    /// No right at all.
    Nothing,
    /// A right that cannot be given.
    Refused(Rejection),
    /// A right on another platform: the business of somebody else.
    NotOurs,
}

/// All that is known about one agreement before deciding.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The agreement.
    pub agreement: AgreementId,
    /// What the catalog asks for.
    pub wanted: Wanted,
    /// What the ledger says.
    pub recorded: Option<Entry>,
    /// The agreement's policy on each role that was looked at, where there is one.
    pub found: BTreeMap<RoleArn, Value>,
    /// Whether the catalog shows something of ours, as the predecessor may have left it.
    pub shown: bool,
    /// What to write into the ledger about why and when.
    pub occasion: Occasion,
}

/// One change to IAM.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Remove the agreement's policy from a role.
    Revoke {
        /// The role.
        role: RoleArn,
        /// The policy.
        policy: PolicyName,
    },
    /// Put it there.
    Grant(Grant),
}

impl Change {
    /// The role that is changed.
    pub fn role(&self) -> &RoleArn {
        match self {
            Self::Revoke { role, .. } => role,
            Self::Grant(grant) => &grant.role,
        }
    }
}

/// What the catalog should show afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Showing {
    /// Granted, with where.
    Granted {
        /// The role.
        role: RoleArn,
        /// The policy.
        policy: PolicyName,
        /// What else its owners have to know.
        note: Option<String>,
    },
    /// Not granted.
    Inactive,
    /// Refused, with why.
    Failed(Rejection),
}

/// What to do about one agreement: nothing is left to decide.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Revocations first: they free room in the quota, and if it stops half-way, too little access
    /// is the safer state.
    pub changes: Vec<Change>,
    /// The entry to write as an intent before the changes and as a fact after the write-back;
    /// `None` when the ledger already says so.
    pub record: Option<Entry>,
    /// What to show in the catalog; `None` when the agreement was never any business of ours.
    pub showing: Option<Showing>,
}

impl Plan {
    /// The entry to write before the first change.
    pub fn intent(&self) -> Option<Entry> {
        let revoked = self.changes.iter().filter_map(|change| match change {
            Change::Revoke { role, .. } => Some(role.clone()),
            Change::Grant(_) => None,
        });
        self.record.clone().map(|entry| entry.intending(revoked.collect()))
    }
}

/// Decides. Pure: the same situation always gives the same plan.
pub fn plan(situation: &Situation) -> Plan {
    let Situation { agreement, wanted, recorded, found, shown, occasion } = situation;
    let policy = PolicyName::of(agreement);
    let mut held: BTreeSet<RoleArn> = found.keys().cloned().collect();
    held.extend(recorded.iter().flat_map(Entry::may_hold));
    let target = match wanted {
        Wanted::Grant(grant) => Some(grant),
        Wanted::Nothing | Wanted::NotOurs | Wanted::Refused(_) => None,
    };
    let keep = target.map(|grant| &grant.role);
    // IAM knows a role by its name: what is taken from it under an earlier path is taken from what is kept.
    let leaving = held.iter().filter(|role| !keep.is_some_and(|keep| keep.is_known_as(role)));
    let mut changes: Vec<Change> =
        leaving.map(|role| Change::Revoke { role: role.clone(), policy: policy.clone() }).collect();
    changes
        .extend(target.filter(|grant| !is_in_force(grant, situation)).cloned().map(Change::Grant));

    let last = held.into_iter().next().or_else(|| recorded.clone()?.role_arn);
    let known = recorded.is_some() || *shown || !changes.is_empty();
    let entry = match wanted {
        Wanted::Grant(grant) => Some(Entry::granted(agreement, grant, occasion.clone())),
        Wanted::Refused(why) => {
            Some(Entry::rejected(agreement, last, why.to_string(), occasion.clone()))
        }
        Wanted::Nothing | Wanted::NotOurs if known => {
            Some(Entry::revoked(agreement, last, occasion.clone()))
        }
        Wanted::Nothing | Wanted::NotOurs => None,
    };
    let written = |entry: &Entry| recorded.as_ref().is_some_and(|r| r.says_the_same(entry));
    let record = entry.filter(|entry| !changes.is_empty() || !written(entry));
    let showing = match wanted {
        Wanted::Grant(grant) => {
            Some(Showing::Granted { role: grant.role.clone(), policy, note: grant.note() })
        }
        Wanted::Refused(why) => Some(Showing::Failed(why.clone())),
        Wanted::Nothing | Wanted::NotOurs => known.then_some(Showing::Inactive),
    };
    Plan { changes, record, showing }
}

/// Whether the grant needs no write. What IAM answers may be seconds old, so it counts only where
/// the ledger does not say otherwise.
fn is_in_force(grant: &Grant, situation: &Situation) -> bool {
    let found = situation.found.get(&grant.role);
    let equal = found.is_some_and(|found| same_policy(found, grant.document.value()));
    let recorded = situation.recorded.as_ref().is_none_or(|entry| {
        entry.state == State::Granted
            && entry.role_arn.as_ref() == Some(&grant.role)
            && entry.document.as_ref().is_some_and(|d| same_policy(d, grant.document.value()))
    });
    equal && recorded
}

/// A plan for people: one line a change, `+` granted, `-` removed.
pub struct Printed<'a>(pub &'a Plan);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Showing::Failed(why)) = &self.0.showing {
            write!(f, "refused: {why}")?;
        } else if self.0.changes.is_empty() {
            return f.write_str("no change");
        }
        for (index, change) in self.0.changes.iter().enumerate() {
            let first = index == 0 && !matches!(self.0.showing, Some(Showing::Failed(_)));
            let line = if first { "" } else { "\n" };
            match change {
                Change::Revoke { role, policy } => write!(f, "{line}- {policy} on {role}")?,
                Change::Grant(Grant { role, policy, document, also_needed: _, missed: _ }) => {
                    write!(f, "{line}+ {policy} on {role}: {}", lines(document))?;
                }
            }
        }
        Ok(())
    }
}

fn lines(document: &Document) -> String {
    document.resources().join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::absence::{Absence, Missed, MissedTables};
    use crate::output_port::DataAccess;
    use crate::s3::S3Location;

    fn role(name: &str) -> RoleArn {
        format!("arn:aws:iam::123456789012:role/{name}").parse().unwrap()
    }

    fn agreement() -> AgreementId {
        "acc-42".parse().unwrap()
    }

    fn grant(role_name: &str, bucket: &str) -> Grant {
        let place: S3Location = format!("arn:aws:s3:::{bucket}").parse().unwrap();
        let access = DataAccess::from(place);
        Grant {
            role: role(role_name),
            policy: PolicyName::of(&agreement()),
            document: Document::of(&access, None),
            also_needed: Vec::new(),
            missed: MissedTables::new(),
        }
    }

    fn occasion() -> Occasion {
        Occasion { event_id: "e1".to_owned(), time: "2026-08-01T06:00:00Z".to_owned() }
    }

    fn situation(wanted: Wanted) -> Situation {
        Situation {
            agreement: agreement(),
            wanted,
            recorded: None,
            found: BTreeMap::new(),
            shown: false,
            occasion: occasion(),
        }
    }

    fn printed(situation: &Situation) -> String {
        Printed(&plan(situation)).to_string()
    }

    #[test]
    fn what_is_kept_is_not_taken_away_under_an_earlier_path_of_its_role() {
        let grant = grant("data-products/eu/churn", "data");
        let earlier: BTreeSet<RoleArn> = [role("data-products/churn"), role("other")].into();
        let entry = Entry::granted(&agreement(), &grant, occasion()).intending(earlier);
        let found = [(grant.role.clone(), grant.document.value().clone())].into();
        let situation =
            Situation { recorded: Some(entry), found, ..situation(Wanted::Grant(grant.clone())) };
        let revoked = Change::Revoke { role: role("other"), policy: PolicyName::of(&agreement()) };
        assert_eq!(plan(&situation).changes, [revoked]);
    }

    #[test]
    fn a_new_agreement_is_granted() {
        let printed = printed(&situation(Wanted::Grant(grant("churn", "data"))));
        insta::assert_snapshot!(printed, @"+ DMM_DataUsageAgreement_acc-42 on arn:aws:iam::123456789012:role/churn: arn:aws:s3:::data, arn:aws:s3:::data/*");
    }

    #[test]
    fn the_role_field_changed_so_the_old_role_loses_before_the_new_one_gains() {
        let mut situation = situation(Wanted::Grant(grant("new", "data")));
        situation.recorded = Some(Entry::granted(&agreement(), &grant("old", "data"), occasion()));
        insta::assert_snapshot!(printed(&situation), @"
        - DMM_DataUsageAgreement_acc-42 on arn:aws:iam::123456789012:role/old
        + DMM_DataUsageAgreement_acc-42 on arn:aws:iam::123456789012:role/new: arn:aws:s3:::data, arn:aws:s3:::data/*
        ");
    }

    #[test]
    fn an_agreement_that_ended_is_revoked_where_the_ledger_says() {
        let mut situation = situation(Wanted::Nothing);
        situation.recorded = Some(Entry::granted(&agreement(), &grant("old", "data"), occasion()));
        let plan = plan(&situation);
        assert_eq!(plan.changes.len(), 1);
        assert_eq!(plan.showing, Some(Showing::Inactive));
        let intent = plan.intent().unwrap();
        assert_eq!(intent.may_hold(), BTreeSet::from([role("old")]));
    }

    #[test]
    fn the_predecessors_policy_is_adopted_without_a_write_when_it_is_right() {
        let grant = grant("churn", "data");
        let mut situation = situation(Wanted::Grant(grant.clone()));
        situation.found.insert(grant.role.clone(), grant.document.value().clone());
        let plan = plan(&situation);
        assert!(plan.changes.is_empty());
        assert_eq!(plan.record.unwrap().state, State::Granted);
    }

    #[test]
    fn the_predecessors_policy_of_an_ended_agreement_is_removed() {
        let mut situation = situation(Wanted::Nothing);
        situation.found.insert(role("churn"), serde_json::json!({}));
        assert_eq!(plan(&situation).changes.len(), 1);
    }

    #[test]
    fn an_agreement_that_was_never_granted_is_left_alone() {
        let plan = plan(&situation(Wanted::Nothing));
        assert_eq!(plan, Plan { changes: vec![], record: None, showing: None });
    }

    #[test]
    fn a_refused_agreement_loses_what_it_had() {
        let mut situation = situation(Wanted::Refused(Rejection::ConsumerMissing));
        situation.recorded = Some(Entry::granted(&agreement(), &grant("old", "data"), occasion()));
        let plan = plan(&situation);
        assert_eq!(plan.changes.len(), 1);
        assert_eq!(plan.record.unwrap().state, State::Rejected);
    }

    #[test]
    fn a_stale_answer_of_iam_does_not_hide_a_missing_grant() {
        let wanted = grant("churn", "data");
        let mut situation = situation(Wanted::Grant(wanted.clone()));
        situation.found.insert(wanted.role.clone(), wanted.document.value().clone());
        situation.recorded = Some(Entry::revoked(&agreement(), None, occasion()));
        assert_eq!(plan(&situation).changes.len(), 1);
    }

    fn wanted() -> impl Strategy<Value = Wanted> {
        let missed = |is_missed: bool| {
            let table = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders".parse().unwrap();
            let since = time::OffsetDateTime::UNIX_EPOCH;
            let missed = MissedTables::from([(table, Missed { why: Absence::Denied, since })]);
            if is_missed { missed } else { MissedTables::new() }
        };
        let grants = ("[ab]", "(aaa|bbb)", any::<bool>()).prop_map(move |(r, b, is_missed)| {
            Wanted::Grant(Grant { missed: missed(is_missed), ..grant(&r, &b) })
        });
        let refused = Just(Wanted::Refused(Rejection::ConsumerMissing));
        prop_oneof![3 => grants, 1 => Just(Wanted::Nothing), 1 => Just(Wanted::NotOurs), 1 => refused]
    }

    /// Applies a plan to a model of IAM.
    fn apply(found: &mut BTreeMap<RoleArn, Value>, plan: &Plan) {
        for change in &plan.changes {
            match change {
                Change::Revoke { role, .. } => {
                    found.remove(role);
                }
                Change::Grant(grant) => {
                    found.insert(grant.role.clone(), grant.document.value().clone());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn after_a_plan_iam_holds_what_is_wanted_and_a_second_plan_is_empty(
            steps in prop::collection::vec(wanted(), 1..6)
        ) {
            let mut iam = BTreeMap::new();
            let mut recorded = None;
            for wanted in steps {
                // Like the loader, look only at the role that is wanted now.
                let looked_at = |iam: &BTreeMap<RoleArn, Value>| match &wanted {
                    Wanted::Grant(grant) => {
                        iam.iter().filter(|(r, _)| **r == grant.role).map(|(r, d)| (r.clone(), d.clone())).collect()
                    }
                    Wanted::Nothing | Wanted::NotOurs | Wanted::Refused(_) => BTreeMap::new(),
                };
                let mut situation = situation(wanted.clone());
                situation.recorded = recorded.clone();
                situation.found = looked_at(&iam);
                let first = plan(&situation);
                apply(&mut iam, &first);
                recorded = first.record.or(recorded);
                let expected: BTreeMap<_, _> = match &wanted {
                    Wanted::Grant(grant) => BTreeMap::from([(grant.role.clone(), grant.document.value().clone())]),
                    Wanted::Nothing | Wanted::NotOurs | Wanted::Refused(_) => BTreeMap::new(),
                };
                prop_assert_eq!(&iam, &expected);
                situation.recorded = recorded.clone();
                situation.found = looked_at(&iam);
                let second = plan(&situation);
                prop_assert!(second.changes.is_empty() && second.record.is_none());
            }
        }

        #[test]
        fn no_plan_touches_a_policy_that_is_not_the_agreements(wanted in wanted()) {
            let plan = plan(&situation(wanted));
            for change in plan.changes {
                let policy = match change {
                    Change::Revoke { policy, .. } => policy,
                    Change::Grant(grant) => grant.policy,
                };
                prop_assert_eq!(policy, PolicyName::of(&agreement()));
            }
        }
    }
}
