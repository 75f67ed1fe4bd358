//! By whose right what is done.

use std::collections::BTreeSet;

use local_servers::aws::{ASSUMED_TOKEN, OWN_KEY};
use local_servers::neighbourhood::{CONNECTION, Neighbourhood, REGION, SECRET_OF_TOKEN, SERVICES};
use local_servers::open_metadata::TOKEN;
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;

use crate::function::Function;
use crate::printed::Printed;
use crate::shown::{account, account_of, now};

/// The account that the role reads.
const READ: &str = "222233334444";
const ROLE: &str = "arn:aws:iam::222233334444:role/glue-reader";
const OTHER: &str = "arn:aws:iam::555566667777:role/configured";
const EXTERNAL_ID: &str = "sample-external-id-81f3";

/// A neighbourhood with a connection that assumes `role`.
async fn with_role(role: &str) -> Neighbourhood {
    let around = Neighbourhood::start(account_of(READ)).await.unwrap();
    let mut configuration = around.configuration();
    let block = &mut configuration["connections"][CONNECTION]["awsConfig"];
    block["assumeRoleArn"] = json!(role);
    block["assumeRoleExternalId"] = json!(EXTERNAL_ID);
    around.configure(&configuration);
    around
}

/// Both services, with this connection.
fn store(around: &Neighbourhood, aws_config: &Value) {
    for ((collection, name), kind) in SERVICES.into_iter().zip(["Glue", "GluePipeline"]) {
        let connection = json!({ "config": { "type": kind, "awsConfig": aws_config } });
        let service = json!({ "name": name, "serviceType": kind, "connection": connection });
        around.metadata.add_service(collection, &service);
    }
}

/// One tick in a process of its own.
async fn ticked(around: &Neighbourhood) -> Printed {
    let function = Function::start(around).await;
    function.tick_well().await;
    function.kill().await
}

/// Roles that were assumed, each with its external id.
fn assumed(around: &Neighbourhood) -> Vec<(String, Option<String>)> {
    let asked = around.aws.asked().into_iter().filter(|asked| asked.action == "sts:AssumeRole");
    asked.map(|asked| (asked.resource, asked.external_id)).collect()
}

/// Keys that signed calls of Glue.
fn readers(around: &Neighbourhood) -> BTreeSet<String> {
    around.glue.asked().into_iter().map(|asked| asked.access_key).collect()
}

#[tokio::test]
async fn d5_glue_is_read_as_the_role_and_state_and_secrets_by_the_functions_own_right() {
    let around = with_role(ROLE).await;
    around.aws.add_role(ROLE, Some(EXTERNAL_ID));
    ticked(&around).await;
    assert_eq!(assumed(&around), [(ROLE.to_owned(), Some(EXTERNAL_ID.to_owned()))]);
    let glue = around.glue.asked();
    let token =
        |token: &Option<String>| token.as_ref().is_some_and(|t| t.starts_with(ASSUMED_TOKEN));
    let is_assumed = |key: &str| key.starts_with("ASIAASSUMED");
    assert!(!glue.is_empty());
    assert!(glue.iter().all(|it| is_assumed(&it.access_key) && token(&it.security_token)));
    let mut own = BTreeSet::new();
    for asked in around.aws.asked() {
        if asked.action == "sts:GetCallerIdentity" {
            assert!(is_assumed(&asked.signature.access_key), "{asked:?}");
            continue;
        }
        assert_eq!(asked.signature.access_key, OWN_KEY, "{asked:?}");
        own.insert(asked.action);
    }
    let actions =
        ["s3:GetObject", "s3:PutObject", "secretsmanager:GetSecretValue", "sts:AssumeRole"];
    assert_eq!(own, actions.map(str::to_owned).into());
}

#[tokio::test]
async fn d6_the_log_and_the_report_state_source_and_caller() {
    let around = with_role(ROLE).await;
    around.aws.add_role(ROLE, Some(EXTERNAL_ID));
    let printed = ticked(&around).await;
    let caller = "arn:aws:sts::222233334444:assumed-role/glue-reader/";
    let lines = [printed.with_message("reading Glue"), printed.with_message("round finished")];
    for line in lines {
        let reader = line[0]["reader"].as_str().unwrap();
        assert!(reader.contains(ROLE) && reader.contains(caller), "{reader}");
    }
}

#[tokio::test]
async fn c2_the_stored_role_is_assumed_the_stored_service_stays_and_a_notice_is_logged() {
    let around = with_role(OTHER).await;
    store(&around, &json!({ "awsRegion": REGION, "assumeRoleArn": ROLE }));
    let services = || SERVICES.map(|(collection, name)| around.metadata.service(collection, name));
    let before = services();
    around.aws.add_role(ROLE, None);
    let printed = ticked(&around).await;
    assert_eq!(assumed(&around), [(ROLE.to_owned(), None)]);
    assert_eq!(services(), before);
    let notices = printed.with_message("the stored connection counts, not the configured one");
    assert_eq!(notices.len(), 1);
    assert!(notices[0]["stored"].as_str().unwrap().contains(ROLE), "{notices:?}");
    assert!(notices[0]["configured"].as_str().unwrap().contains(OTHER), "{notices:?}");
    assert!(!around.assets.assets().is_empty());
}

#[tokio::test]
async fn c2_where_both_lead_to_the_same_place_the_configured_external_id_is_used() {
    let around = with_role(ROLE).await;
    store(&around, &json!({ "awsRegion": REGION, "assumeRoleArn": ROLE }));
    around.aws.add_role(ROLE, Some(EXTERNAL_ID));
    let printed = ticked(&around).await;
    assert_eq!(assumed(&around), [(ROLE.to_owned(), Some(EXTERNAL_ID.to_owned()))]);
    let notice = "the stored connection counts, not the configured one";
    assert!(printed.with_message(notice).is_empty());
}

/// The SDK takes credentials for expired five to ten seconds before their end.
#[tokio::test]
async fn a16_credentials_that_end_in_the_middle_of_a_round_are_asked_for_once_more() {
    let around = with_role(ROLE).await;
    around.aws.add_role(ROLE, Some(EXTERNAL_ID));
    around.aws.next_credentials_end(|| (now() + Duration::seconds(14)).format(&Rfc3339).unwrap());
    around.glue.answer_after(std::time::Duration::from_millis(600));
    let printed = ticked(&around).await;
    assert_eq!(assumed(&around).len(), 2, "the first, and one more");
    assert_eq!(readers(&around).len(), 2, "calls before, and calls after");
    let finished = printed.with_message("round finished");
    assert_eq!(finished[0]["complete"], true, "{finished:?}");
}

#[tokio::test]
async fn a_token_that_was_replaced_in_its_secret_is_taken_by_the_next_tick_of_the_same_process() {
    let around = Neighbourhood::start(account()).await.unwrap();
    around.configure(&around.configuration());
    around.aws.put_secret(SECRET_OF_TOKEN, "not-a-real-old-token");
    let function = Function::start(&around).await;
    function.tick().await;
    assert_eq!(around.metadata.entities("tables").len(), 0);
    around.aws.put_secret(SECRET_OF_TOKEN, TOKEN);
    function.tick_well().await;
    assert!(!around.metadata.entities("tables").is_empty());
    function.kill().await;
}
