//! What a round asks of Glue is what its role is told to need, and what Terraform allows.

use std::collections::BTreeSet;

use ingestion::model::Place;
use local_servers::neighbourhood::{CONNECTION, Neighbourhood, REGION};
use serde_json::{Value, json};

use crate::function::Function;
use crate::shown::{ACCOUNT, account};

const OWN: &str = include_str!("../../../../terraform/ingest_glue.tf");
const OTHERS: &str = include_str!("../../../../terraform/modules/glue_account/main.tf");

/// Actions of Glue that a whole round asks for, and those of the policy that `doctor` prints.
async fn asked_and_printed(source_config: Value) -> [BTreeSet<String>; 2] {
    let around = Neighbourhood::start(account()).await.unwrap();
    let mut configuration = around.configuration();
    configuration["connections"][CONNECTION]["sourceConfig"] = source_config.clone();
    around.configure(&configuration);
    let function = Function::start(&around).await;
    function.tick_well().await;
    let printed = function.kill().await;
    assert_eq!(printed.with_message("round finished")[0]["complete"], true);
    let asked = around.glue.asked().into_iter().map(|asked| format!("glue:{}", asked.action));
    let scope = serde_json::from_value(source_config).unwrap();
    let policy = ingestion::least_privilege::policy(&Place::of(REGION, ACCOUNT), &scope);
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().unwrap());
    [asked.collect(), actions.map(|action| action.as_str().unwrap().to_owned()).collect()]
}

/// Every action of Glue that stands in a Terraform file, between quotation marks.
fn allowed(file: &str) -> BTreeSet<String> {
    let quoted = file.split('"').filter(|text| text.starts_with("glue:"));
    quoted.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_round_without_tags_asks_for_exactly_what_the_printed_policy_allows() {
    let [asked, printed] = asked_and_printed(json!({})).await;
    assert_eq!(asked, printed);
    assert!(!asked.contains("glue:GetTags"));
}

#[tokio::test]
async fn a_round_with_tags_asks_for_exactly_what_the_printed_policy_and_terraform_allow() {
    let [asked, printed] = asked_and_printed(json!({ "owner": { "tag": "team" } })).await;
    assert_eq!(asked, printed);
    assert_eq!(asked, allowed(OWN));
    assert_eq!(asked, allowed(OTHERS));
}
