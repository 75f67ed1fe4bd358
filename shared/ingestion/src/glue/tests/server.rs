//! What the local Glue does not do either, so that nobody gets used to it.

use std::time::{Duration, Instant};

use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::sampled;

#[tokio::test]
async fn a_page_may_not_be_larger_than_in_glue() {
    let (_server, glue) = sampled().await;
    let page = glue.client.list_workflows().max_results(26).send().await.unwrap_err();
    assert_eq!(page.into_service_error().code(), Some("ValidationException"));
}

#[tokio::test]
async fn a_single_table_is_described_in_its_own_catalog_only() {
    let (_server, glue) = sampled().await;
    let get = || glue.client.get_table().database_name("sales").name("orders");
    let table = get().catalog_id(super::ACCOUNT).send().await.unwrap().table.unwrap();
    let location = table.storage_descriptor.unwrap().location;
    assert_eq!(location.as_deref(), Some("s3://acme-lake/sales/orders/"));
    let elsewhere = get().catalog_id("999999999999").send().await.unwrap_err();
    assert_eq!(elsewhere.into_service_error().code(), Some("EntityNotFoundException"));
}

#[tokio::test]
async fn a_graph_is_only_there_if_it_was_asked_for() {
    let (_server, glue) = sampled().await;
    let get = glue.client.get_workflow().name("nightly_sales").send().await.unwrap();
    assert!(get.workflow.unwrap().graph.is_none());
}

#[tokio::test]
async fn what_changes_is_in_the_next_answer() {
    let (server, glue) = sampled().await;
    server.account(|account| account.databases.remove("logistics"));
    let get = glue.client.get_databases().send().await.unwrap();
    assert_eq!(get.database_list.len(), 1);
}

#[tokio::test]
async fn an_answer_may_take_its_time() {
    let (server, glue) = sampled().await;
    server.answer_after(Duration::from_millis(50));
    let began = Instant::now();
    glue.client.get_crawlers().send().await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(50));
}
