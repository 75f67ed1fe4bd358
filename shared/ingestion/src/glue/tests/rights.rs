//! Calls that are refused, throttled or meet a broken service, and whose credentials sign them.

use domain::Failure;

use super::{all, sampled};
use crate::source::{GlueSource, SourceError};

#[tokio::test]
async fn a10_a_missing_right_names_its_action_and_leaves_the_rest_readable() {
    let (server, glue) = sampled().await;
    server.deny("GetJobRuns");
    let denied = glue.job_runs("load_orders", None).await.unwrap_err();
    assert!(matches!(denied, SourceError::Denied { action: "glue:GetJobRuns", .. }), "{denied:?}");
    assert_eq!(denied.failure(), Failure::Halt);
    assert_eq!(all!(page => glue.workflow_names(page)), ["nightly_sales"]);
    assert!(glue.workflow("nightly_sales").await.unwrap().is_some());
}

#[tokio::test]
async fn a_missing_right_in_the_middle_of_a_list_is_not_an_expired_place() {
    let (server, glue) = sampled().await;
    server.deny("GetTables");
    let denied = glue.tables("sales", Some("any")).await.unwrap_err();
    assert!(matches!(denied, SourceError::Denied { .. }), "{denied:?}");
}

#[tokio::test]
async fn a_throttled_call_is_repeated_and_its_throttles_are_counted() {
    let recorder = metrics_util::debugging::DebuggingRecorder::new();
    let counted = recorder.snapshotter();
    let _here = metrics::set_default_local_recorder(&recorder);
    let (server, glue) = sampled().await;
    server.throttle("GetDatabases", 2);
    assert_eq!(glue.databases(None).await.unwrap().items.len(), 2);
    assert_eq!(server.count("GetDatabases"), 3);
    assert_eq!(glue.calls().of("glue:GetDatabases"), 1);
    let mut values: Vec<(String, String)> = counted
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| (key.key().name().to_owned(), format!("{value:?}")))
        .collect();
    values.sort();
    let expected = [("GlueCalls", "Counter(1)"), ("GlueThrottled", "Counter(2)")];
    assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn a_broken_service_is_worth_another_try() {
    let (server, glue) = sampled().await;
    server.fail("GetCrawlers", 1);
    assert_eq!(glue.crawlers(None).await.unwrap().items.len(), 1);
    assert_eq!(server.count("GetCrawlers"), 2);
}

#[tokio::test]
async fn calls_are_signed_with_the_credentials_given() {
    let (server, glue) = sampled().await;
    glue.triggers(None).await.unwrap();
    let asked = server.asked().remove(0);
    assert_eq!((asked.access_key.as_str(), asked.region.as_str()), ("AKIDEXAMPLE", "eu-central-1"));
    assert_eq!(asked.security_token.as_deref(), Some("a-token"));
}
