//! Whole rounds from Glue's protocol to both catalogs' APIs.

use local_servers::glue::Account;
use serde_json::json;

use super::world::{ACCOUNT, Log, ROLE, World, connection};
use crate::config::Connection;

/// Both targets, read under a role.
fn both(world: &World) -> Connection {
    let block = world.block(json!({ "assumeRoleArn": ROLE }));
    let targets = [json!({ "type": "dataMeshManager" }), world.open_metadata(json!({}))];
    connection(Some(block), &targets)
}

#[tokio::test]
async fn a1_sixty_workflows_on_three_pages_become_sixty_pipelines() {
    let mut account = Account::empty(ACCOUNT);
    for number in 0..60 {
        account.workflows.insert(format!("workflow_{number:02}"), json!({}));
    }
    let world = World::of(account).await;
    let summary = world.round(&both(&world)).await;
    assert!(summary.complete, "{summary:?}");
    assert_eq!(world.glue.count("ListWorkflows"), 3);
    let pipelines = world.metadata.entities("pipelines");
    let names: Vec<_> = pipelines.iter().map(|pipeline| pipeline["name"].clone()).collect();
    let expected: Vec<_> = (0..60).map(|number| json!(format!("workflow_{number:02}"))).collect();
    assert_eq!(names, expected);
    assert_eq!(world.assets.assets().len(), 60);
}

#[tokio::test]
async fn a10_without_the_right_to_read_runs_pipelines_are_published_and_the_action_is_named() {
    let world = World::sampled().await;
    world.glue.deny("GetJobRuns");
    let summary = world.round(&both(&world)).await;
    assert!(world.metadata.entity("pipelines", "glue_eu.nightly_sales").is_some());
    assert!(world.metadata.entity("pipelines", "glue_eu.orders_daily (job)").is_some());
    assert_eq!(summary.problems, ["not allowed to glue:GetJobRuns"]);
    assert!(!summary.complete);
}

#[tokio::test]
async fn a9_a_workflow_that_is_gone_is_deleted_softly_once() {
    let world = World::sampled().await;
    world.glue.account(|account| {
        account.workflows.insert("monthly".to_owned(), json!({}));
    });
    world.round(&both(&world)).await;
    world.glue.account(|account| account.workflows.remove("monthly"));
    assert_eq!(world.round(&both(&world)).await.totals.removed, 2);
    assert_eq!(world.round(&both(&world)).await.totals.removed, 0);
    let deleted = |name: &str| world.metadata.entity("pipelines", name).unwrap()["deleted"].clone();
    assert_eq!(deleted("glue_eu.monthly"), true);
    assert_eq!(deleted("glue_eu.nightly_sales"), false);
    let calls = world.metadata.calls();
    assert_eq!(calls.iter().filter(|call| call.method == "DELETE").count(), 1);
}

#[tokio::test]
async fn a9_after_a_list_or_a_workflow_that_may_not_be_read_no_catalog_is_asked_to_delete() {
    for action in ["ListWorkflows", "GetWorkflow"] {
        let world = World::sampled().await;
        world.round(&both(&world)).await;
        world.glue.deny(action);
        let summary = world.round(&both(&world)).await;
        assert!(summary.totals.deletions_withheld > 0, "{action}: {summary:?}");
        let calls = world.metadata.calls().into_iter().chain(world.assets.calls());
        assert!(calls.into_iter().all(|call| call.method != "DELETE"), "{action}");
    }
}

#[tokio::test]
async fn a18_a_second_round_writes_to_no_catalog_and_doubles_no_run() {
    let world = World::sampled().await;
    let first = world.round(&both(&world)).await;
    assert!(first.complete && first.totals.sent > 0, "{first:?}");
    let runs = world.metadata.statuses("glue_eu.nightly_sales");
    assert_eq!(runs.len(), 3);
    world.metadata.journal().clear();
    world.assets.journal().clear();
    let second = world.round(&both(&world)).await;
    assert_eq!((second.totals.sent, second.totals.removed), (0, 0));
    let calls = world.metadata.calls().into_iter().chain(world.assets.calls());
    let writes: Vec<_> = calls.filter(|call| call.method != "GET").collect();
    assert!(writes.is_empty(), "{writes:?}");
    assert_eq!(world.metadata.statuses("glue_eu.nightly_sales"), runs);
}

#[tokio::test]
async fn d6_the_report_of_a_round_names_the_source_and_the_caller() {
    let world = World::sampled().await;
    let summary = world.round(&both(&world)).await;
    let caller = "arn:aws:sts::123456789012:assumed-role/reader/dmm-aws-integration";
    let reader = format!("assumed role {ROLE} (connection), caller {caller}");
    assert_eq!(summary.reader, reader);
}

#[tokio::test]
async fn c8_neither_log_nor_report_of_a_whole_round_holds_a_secret() {
    let (log, _guard) = Log::kept();
    let world = World::sampled().await;
    let fields = json!({
        "awsAccessKeyId": "AKIDKEYS", "awsSecretAccessKey": "LEAK-secret",
        "awsSessionToken": "LEAK-token", "assumeRoleArn": ROLE,
    });
    let targets = [json!({ "type": "dataMeshManager" }), world.open_metadata(json!({}))];
    let connection = connection(Some(world.block(fields)), &targets);
    world.metadata.journal().fail_next(1, 503);
    let summary = world.round(&connection).await;
    let told = format!("{} {summary:?} {connection:?}", log.text());
    assert!(told.contains("AKIDKEYS"), "nothing was logged");
    for secret in ["LEAK", "sample.bot.token", "sample-key"] {
        assert!(!told.contains(secret), "{secret}");
    }
}
