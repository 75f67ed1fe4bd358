//! What is planned, and what is said of it.

use std::collections::BTreeMap;

use domain::absence::{Absence, Missed};
use domain::glue::TableArn;
use domain::ids::{PolicyName, sha256_hex};
use domain::ledger::{Entry, Occasion, State};
use domain::output_port::DataAccess;
use domain::plan::{Change, Plan, Printed, Showing, Situation, Wanted, plan};
use domain::policy::{Document, Grant, admit_results};
use domain::resource_scope::ResourceScope;
use domain::role::RoleArn;
use domain::s3::S3Location;
use domain::second_permission::SecondPermission;
use time::OffsetDateTime;

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

fn role(name: &str) -> RoleArn {
    format!("arn:aws:iam::123456789012:role/{name}").parse().unwrap()
}

fn grant(bucket: &str) -> Grant {
    let place: S3Location = format!("arn:aws:s3:::{bucket}").parse().unwrap();
    Grant {
        role: role("churn"),
        policy: PolicyName::of(&"acc-42".parse().unwrap()),
        document: Document::of(&DataAccess::from(place), None),
        also_needed: Vec::new(),
        missed: BTreeMap::new(),
    }
}

/// What is planned for a grant that lies on the role already, by what the ledger says.
fn planned_with(entry: Option<Entry>) -> Plan {
    let grant = grant("data");
    let found = BTreeMap::from([(grant.role.clone(), grant.document.value().clone())]);
    plan(&Situation {
        agreement: "acc-42".parse().unwrap(),
        wanted: Wanted::Grant(grant),
        recorded: entry,
        found,
        shown: false,
        occasion: occasion(),
    })
}

/// What IAM answers may be seconds old, so each word of the ledger that differs has it written again.
#[test]
fn a_policy_that_lies_there_is_written_again_unless_the_ledger_says_the_same_of_it() {
    let written = |entry: &Entry| !planned_with(Some(entry.clone())).changes.is_empty();
    let as_it_is = Entry::granted(&"acc-42".parse().unwrap(), &grant("data"), occasion());
    assert!(!written(&as_it_is) && planned_with(None).changes.is_empty());
    assert!(written(&Entry { state: State::Rejected, ..as_it_is.clone() }));
    assert!(written(&Entry { role_arn: Some(role("other")), ..as_it_is.clone() }));
    assert!(written(&Entry { document: None, ..as_it_is.clone() }));
    let other = Some(grant("other").document.value().clone());
    assert!(written(&Entry { document: other, ..as_it_is }));
}

#[test]
fn a_plan_is_printed_line_by_line_and_a_refusal_before_what_it_takes() {
    let (grant, policy) = (grant("data"), "DMM_DataUsageAgreement_acc-42");
    let revoke = Change::Revoke { role: role("old"), policy: grant.policy.clone() };
    let gone = format!("- {policy} on arn:aws:iam::123456789012:role/old");
    let given = format!(
        "+ {policy} on arn:aws:iam::123456789012:role/churn: arn:aws:s3:::data, arn:aws:s3:::data/*"
    );
    let printed = |changes, showing| Printed(&Plan { changes, record: None, showing }).to_string();
    let both = vec![revoke.clone(), Change::Grant(grant)];
    assert_eq!(printed(both, None), format!("{gone}\n{given}"));
    assert_eq!(printed(Vec::new(), None), "no change");
    let refused = Some(Showing::Failed(domain::Rejection::ConsumerMissing));
    let words = format!("refused: {}", domain::Rejection::ConsumerMissing);
    assert_eq!(printed(vec![revoke], refused.clone()), format!("{words}\n{gone}"));
    assert_eq!(printed(Vec::new(), refused), words);
}

#[test]
fn owners_are_told_what_else_is_needed_and_what_is_missed_and_nothing_where_neither_is() {
    assert_eq!(grant("data").note(), None);
    let table: TableArn = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders".parse().unwrap();
    let missed = Missed { why: Absence::Missing, since: OffsetDateTime::UNIX_EPOCH };
    let needed = SecondPermission::LakeFormation { role: role("churn"), table: table.clone() };
    let both = Grant {
        also_needed: vec![needed.clone()],
        missed: BTreeMap::from([(table, missed)]),
        ..grant("data")
    };
    let note = both.note().unwrap();
    assert!(
        note.starts_with(&format!("{needed}; ")) && note.contains("Glue has no table"),
        "{note}"
    );
}

#[test]
fn a_document_is_known_by_the_hash_of_its_text() {
    let document = grant("data").document;
    assert_eq!(document.sha256(), sha256_hex(&document.text()));
    assert_eq!(document.sha256().len(), 64);
}

#[test]
fn a_place_for_results_is_admitted_as_strictly_as_data() {
    let results: S3Location = "arn:aws:s3:::results/churn".parse().unwrap();
    let admits = |pattern: &str| {
        let scope = ResourceScope::new(vec![pattern.parse().unwrap()]);
        admit_results(&results, &scope, &role("churn")).is_ok()
    };
    assert!(admits("arn:aws:s3:::results/*") && !admits("arn:aws:s3:::data/*"));
    let elsewhere: RoleArn = "arn:aws-cn:iam::123456789012:role/churn".parse().unwrap();
    assert!(admit_results(&results, &ResourceScope::default(), &elsewhere).is_err());
}
