//! Compares the end of the demonstration with what was expected; every difference is one line.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    expectation::{Allow, EXPECTED, End, Expected},
    permissions::{Permission, Permissions, permissions},
    world::{Ledger, Policies},
};
use crate::catalog::{Catalog, Generation};

/// Everything that is not as it must be.
pub(crate) fn mismatches(policies: &Policies, ledger: &Ledger, catalog: &Catalog) -> Vec<String> {
    let mut found = wrong_policies(policies);
    found.extend(wrong_entries(ledger));
    for expected in &EXPECTED {
        let shown = catalog.agreement(expected.agreement);
        let wrong = wrong_agreement(expected, shown.as_ref(), catalog.generation());
        found.extend(wrong.into_iter().map(|text| format!("{}: {text}", expected.agreement)));
    }
    found
}

/// Each expected policy is there with exactly its permissions, and there is no other.
fn wrong_policies(policies: &Policies) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expected = BTreeSet::new();
    for one in &EXPECTED {
        let End::Granted { role, policy, allows } = &one.end else { continue };
        let role = role.rsplit('/').next().unwrap_or_default();
        let key = (role.to_owned(), (*policy).to_owned());
        match policies.get(&key).map(permissions) {
            None => wrong.push(format!("{role} has no policy {policy}")),
            Some(Err(problem)) => wrong.push(format!("{policy} on {role}: {problem}")),
            Some(Ok(found)) => {
                for text in differences(&flattened(allows), &found) {
                    wrong.push(format!("{policy} on {role}: {text}"));
                }
            }
        }
        expected.insert(key);
    }
    let others = policies.keys().filter(|key| !expected.contains(*key));
    wrong.extend(others.map(|(role, policy)| format!("{role} must not have policy {policy}")));
    wrong
}

fn flattened(allows: &[Allow]) -> Permissions {
    let mut all = Permissions::new();
    for Allow { actions, resources, condition } in allows {
        for resource in *resources {
            all.extend(actions.iter().map(|action| Permission {
                resource: (*resource).to_owned(),
                condition: (*condition).to_owned(),
                action: (*action).to_owned(),
            }));
        }
    }
    all
}

fn differences(expected: &Permissions, found: &Permissions) -> Vec<String> {
    let text = |sign: &str, one: &Permission| {
        format!("{sign} {} on {} {}", one.action, one.resource, one.condition)
    };
    let missing = expected.difference(found).map(|one| text("lacks", one));
    let excess = found.difference(expected).map(|one| text("must not allow", one));
    missing.chain(excess).collect()
}

/// Each agreement has the entry that it must have, and there is no other.
fn wrong_entries(ledger: &Ledger) -> Vec<String> {
    let mut wrong = Vec::new();
    for Expected { agreement, end, .. } in &EXPECTED {
        let (found, wanted) = (ledger.get(*agreement).map(String::as_str), end.in_ledger());
        if found != wanted {
            wrong.push(format!("{agreement}: the ledger says {found:?} instead of {wanted:?}"));
        }
    }
    let known = |id: &str| EXPECTED.iter().any(|one| one.agreement == id);
    let others = ledger.keys().filter(|id| !known(id));
    wrong.extend(others.map(|id| format!("the ledger must not have an entry for {id}")));
    wrong
}

fn wrong_agreement(
    expected: &Expected,
    shown: Option<&Value>,
    generation: Generation,
) -> Vec<String> {
    let Some(shown) = shown else {
        let deleted = matches!(expected.end, End::Deleted);
        return if deleted { Vec::new() } else { vec!["is gone".to_owned()] };
    };
    let (state, report) = match expected.end {
        End::Granted { .. } => (Some("aws-integration-active"), Some("provisioned")),
        End::Inactive => (Some("aws-integration-inactive"), Some("deprovisioned")),
        End::Refused(_) => (Some("aws-integration-failed"), Some("provisioning-failed")),
        End::NotOurs => (None, None),
        End::Deleted => return vec!["is still there".to_owned()],
    };
    let mut wrong = wrong_tags(expected, shown, state);
    wrong.extend(wrong_fields(expected, shown));
    // The older API has no reports.
    let report = report.filter(|_| generation == Generation::Access);
    let reported = shown.pointer("/provisioning/status").and_then(Value::as_str);
    if reported != report {
        wrong.push(format!("reported is {reported:?} instead of {report:?}"));
    }
    wrong
}

fn wrong_tags(expected: &Expected, shown: &Value, state: Option<&str>) -> Vec<String> {
    let tags = shown.get("tags").and_then(Value::as_array).into_iter().flatten();
    let found: BTreeSet<&str> = tags.filter_map(Value::as_str).collect();
    let mut wanted: BTreeSet<&str> = expected.own_tags.iter().copied().collect();
    wanted.extend(state.into_iter().flat_map(|state| ["aws-integration", state]));
    if found == wanted { Vec::new() } else { vec![format!("tags {found:?} instead of {wanted:?}")] }
}

/// Exactly the fields that are expected; of a reason for a refusal only its important words.
fn wrong_fields(expected: &Expected, shown: &Value) -> Vec<String> {
    let fields = shown.get("custom").and_then(Value::as_object).into_iter().flatten();
    let found: BTreeMap<&str, &str> =
        fields.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default())).collect();
    let mut wanted: BTreeMap<&str, &str> = expected.own_fields.iter().copied().collect();
    match expected.end {
        End::Granted { role, policy, .. } => {
            wanted.extend([("aws-policy-name", policy), ("aws-role-arn", role)]);
        }
        End::Refused(words) => {
            wanted.insert("aws-integration-error", words);
        }
        End::Inactive | End::Deleted | End::NotOurs => {}
    }
    let fits = |name: &str, value: &str| match found.get(name) {
        Some(text) if name == "aws-integration-error" => text.contains(value),
        Some(text) => *text == value,
        None => false,
    };
    let same = found.len() == wanted.len() && wanted.iter().all(|(name, value)| fits(name, value));
    if same { Vec::new() } else { vec![format!("custom {found:?} instead of {wanted:?}")] }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policies() -> Policies {
        let mut all = Policies::new();
        for one in &EXPECTED {
            let End::Granted { role, policy, allows } = &one.end else { continue };
            let statements: Vec<Value> = flattened(allows).iter().map(statement).collect();
            let role = role.rsplit('/').next().unwrap().to_owned();
            all.insert((role, (*policy).to_owned()), json!({ "Statement": statements }));
        }
        all
    }

    fn statement(one: &Permission) -> Value {
        let mut statement = json!({
            "Sid": "A", "Effect": "Allow", "Action": one.action, "Resource": one.resource,
        });
        if let Some((_, values)) = one.condition.split_once(" like ") {
            let values: Vec<&str> = values.split(" or ").collect();
            statement["Condition"] = json!({ "StringLike": { "s3:prefix": values } });
        }
        statement
    }

    #[test]
    fn what_is_expected_is_accepted() {
        assert_eq!(wrong_policies(&policies()), Vec::<String>::new());
    }

    #[test]
    fn a_missing_policy_and_one_too_many_are_both_named() {
        let mut found = policies();
        let (key, document) = found.pop_first().unwrap();
        found.insert(("admin".to_owned(), key.1.clone()), document);
        let wrong = wrong_policies(&found);
        assert_eq!(wrong.len(), 2);
        assert!(wrong[0].contains("has no policy"));
        assert!(wrong[1].contains("admin must not have"));
    }

    #[test]
    fn one_permission_too_many_is_named() {
        let mut found = policies();
        let document = found.values_mut().next().unwrap();
        document["Statement"].as_array_mut().unwrap().push(json!({
            "Sid": "A", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::x",
        }));
        let wrong = wrong_policies(&found);
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].contains("must not allow s3:PutObject"));
    }

    #[test]
    fn a_lost_tag_or_field_of_the_owner_is_a_mismatch() {
        let mut shown = json!({
            "tags": ["gdpr-checked", "reviewed", "aws-integration", "aws-integration-active"],
            "custom": {
                "cost-center": "4711",
                "reviewer": "b.sample",
                "aws-policy-name": "DMM_DataUsageAgreement_orders-for-churn",
                "aws-role-arn": "arn:aws:iam::000000000000:role/data-products/churn",
            },
            "provisioning": { "status": "provisioned" },
        });
        let wrong = |shown: &Value| wrong_agreement(&EXPECTED[0], Some(shown), Generation::Access);
        assert_eq!(wrong(&shown), Vec::<String>::new());
        shown["tags"].as_array_mut().unwrap().remove(0);
        shown["custom"].as_object_mut().unwrap().remove("cost-center");
        assert_eq!(wrong(&shown).len(), 2);
    }

    #[test]
    fn what_is_not_ours_must_show_no_trace() {
        let is_not_ours = |one: &&Expected| matches!(one.end, End::NotOurs);
        let expected = EXPECTED.iter().find(is_not_ours).unwrap();
        let wrong = |shown: &Value| wrong_agreement(expected, Some(shown), Generation::Access);
        let mut shown = json!({ "tags": [], "custom": {} });
        assert_eq!(wrong(&shown), Vec::<String>::new());
        shown["tags"] = json!(["aws-integration"]);
        shown["custom"] = json!({ "aws-integration-error": "no" });
        shown["provisioning"] = json!({ "status": "provisioning-failed" });
        assert_eq!(wrong(&shown).len(), 3);
    }

    #[test]
    fn a_report_that_the_older_api_cannot_have_is_a_mismatch_there() {
        let inactive = EXPECTED.iter().find(|one| matches!(one.end, End::Inactive)).unwrap();
        let shown = json!({
            "tags": ["aws-integration", "aws-integration-inactive"], "custom": {},
            "provisioning": { "status": "deprovisioned" },
        });
        let wrong = |generation| wrong_agreement(inactive, Some(&shown), generation).len();
        assert_eq!(wrong(Generation::Access), 0);
        assert_eq!(wrong(Generation::DataUsageAgreement), 1);
    }

    #[test]
    fn the_ledger_holds_what_was_decided_and_nothing_else() {
        let entries = EXPECTED
            .iter()
            .filter_map(|one| Some((one.agreement.to_owned(), one.end.in_ledger()?.to_owned())));
        let mut ledger: Ledger = entries.collect();
        assert_eq!(wrong_entries(&ledger), Vec::<String>::new());
        ledger.remove("orders-for-churn");
        ledger.insert("orders-for-dashboard".to_owned(), "revoked intent".to_owned());
        ledger.insert("campaigns-for-churn".to_owned(), "rejected".to_owned());
        ledger.insert("other".to_owned(), "granted".to_owned());
        assert_eq!(wrong_entries(&ledger).len(), 4);
    }
}
