//! Each call on the way fails in each way, once and until the message is given back; the next delivery
//! puts it right, and one more finds nothing to do.

use backend::{Case, Lasting};
use serde_json::{Value, json};

use crate::sample::{FOREIGN, ID, policy};
use crate::stories::{ENDED, MOVED, OLD, OLD_ENDED, TABLE, TEAM};
use crate::story::{Ending, Story};

/// What can go wrong with a story, once and lastingly.
fn all_cases(story: Story) -> Vec<Case> {
    [story.cases(Lasting::Once), story.cases(Lasting::UntilTheAnswer)].concat()
}

fn only_entry(ending: &Ending) -> &Value {
    assert_eq!(ending.ledger.len(), 1, "{:?}", ending.ledger);
    &ending.ledger[0]
}

/// The right lies on this role and no other, ledger and catalog say so, and nobody lost anything.
fn is_granted(ending: &Ending, role: &str) -> Value {
    for (name, policies) in &ending.roles {
        assert_eq!(policies[FOREIGN.0], FOREIGN.1);
        assert_eq!(policies.contains_key(&policy(ID)), name == role, "{name}");
        assert_eq!(policies.len(), 1 + usize::from(name == role), "{name}");
    }
    let entry = only_entry(ending);
    assert_eq!((&entry["state"], &entry["phase"]), (&json!("granted"), &json!("fact")));
    assert!(entry["role_arn"].as_str().unwrap().ends_with(&format!("/{role}")));
    let tags = ["mine", "aws-integration", "aws-integration-active"];
    assert_eq!(ending.shown["tags"], json!(tags));
    assert_eq!(ending.shown["custom"]["theirs"], "kept");
    assert_eq!(ending.shown["custom"]["aws-role-arn"], entry["role_arn"]);
    entry["resources"].clone()
}

/// The right lies nowhere, ledger and catalog say so, and nobody lost anything.
fn is_revoked(ending: &Ending) {
    for policies in ending.roles.values() {
        assert_eq!(*policies, [(FOREIGN.0.to_owned(), FOREIGN.1.to_owned())].into());
    }
    let entry = only_entry(ending);
    assert_eq!((&entry["state"], &entry["phase"]), (&json!("revoked"), &json!("fact")));
    let tags = ["mine", "aws-integration", "aws-integration-inactive"];
    assert_eq!(ending.shown["tags"], json!(tags));
    assert_eq!(ending.shown["custom"], json!({"theirs": "kept"}));
}

#[tokio::test]
async fn the_calls_of_a_delivery_are_these() {
    let ending = MOVED.is_made_of_its_calls().await;
    is_granted(&ending, "other");
    assert_eq!(ending.told.as_deref(), Some("provisioning-succeeded"));
}

#[tokio::test]
async fn the_calls_of_a_grant_on_a_table_that_glue_describes_are_these() {
    let ending = TABLE.is_made_of_its_calls().await;
    let resources = is_granted(&ending, "churn").to_string();
    assert!(resources.contains("table/sales/orders") && resources.contains(":::lake/orders/"));
    assert_eq!(ending.told.as_deref(), Some("provisioning-succeeded"));
}

#[tokio::test]
async fn the_calls_of_a_grant_to_a_team_by_a_data_contract_are_these() {
    let ending = TEAM.is_made_of_its_calls().await;
    assert!(is_granted(&ending, "churn").to_string().contains("arn:aws:s3:::data/orders/"));
    assert_eq!(ending.told.as_deref(), Some("provisioning-succeeded"));
}

#[tokio::test]
async fn the_calls_of_a_grant_in_the_older_generation_are_these() {
    let ending = OLD.is_made_of_its_calls().await;
    is_granted(&ending, "churn");
    assert_eq!(ending.told, None, "it takes no reports");
}

#[tokio::test]
async fn the_calls_of_a_revocation_are_these() {
    let ending = ENDED.is_made_of_its_calls().await;
    is_revoked(&ending);
    assert_eq!(ending.told.as_deref(), Some("deprovisioning-succeeded"));
}

#[tokio::test]
async fn the_calls_of_a_revocation_in_the_older_generation_are_these() {
    let ending = OLD_ENDED.is_made_of_its_calls().await;
    is_revoked(&ending);
    assert_eq!(ending.told, None, "it takes no reports");
}

#[tokio::test]
async fn a_call_that_goes_wrong_once_in_any_way_is_put_right() {
    assert_eq!(MOVED.ends_alike(MOVED.cases(Lasting::Once)).await, 142);
}

#[tokio::test]
async fn a_call_that_goes_wrong_until_the_message_is_given_back_is_put_right_by_the_next_delivery()
{
    assert_eq!(MOVED.ends_alike(MOVED.cases(Lasting::UntilTheAnswer)).await, 142);
}

#[tokio::test]
async fn whatever_goes_wrong_a_table_that_glue_describes_is_granted_by_the_next_delivery() {
    assert_eq!(TABLE.ends_alike(all_cases(TABLE)).await, 170);
}

#[tokio::test]
async fn whatever_goes_wrong_a_team_is_granted_what_a_contract_describes_by_the_next_delivery() {
    assert_eq!(TEAM.ends_alike(all_cases(TEAM)).await, 178);
}

#[tokio::test]
async fn whatever_goes_wrong_the_older_generation_is_granted_by_the_next_delivery() {
    assert_eq!(OLD.ends_alike(all_cases(OLD)).await, 156);
}

#[tokio::test]
async fn whatever_goes_wrong_what_ended_is_revoked_by_the_next_delivery() {
    assert_eq!(ENDED.ends_alike(all_cases(ENDED)).await, 122);
}

#[tokio::test]
async fn whatever_goes_wrong_what_ended_in_the_older_generation_is_revoked_by_the_next_delivery() {
    // What AWS is asked is the same in both generations.
    let mut cases = all_cases(OLD_ENDED);
    cases.retain(|case| case.call.ends_with("agreement"));
    assert_eq!(OLD_ENDED.ends_alike(cases).await, 42);
}
