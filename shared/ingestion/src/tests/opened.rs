//! Whose credentials read Glue: those that `OpenMetadata` has stored, those of the configuration, the
//! function's own.

use domain::Failure;
use serde_json::json;

use super::world::{Log, OTHER_ROLE, ROLE, World, block, connection};
use crate::opened::OpenError;
use crate::source::GlueSource;
use crate::target::Target;

#[tokio::test]
async fn c1_the_first_run_makes_the_services_and_reads_with_the_configured_connection() {
    let world = World::sampled().await;
    let configured = world.block(json!({ "assumeRoleArn": ROLE }));
    let connection = connection(Some(configured), &[world.open_metadata(json!({}))]);
    let opened = world.open(&connection).await.unwrap();
    opened.targets[0].prepare().await.unwrap();
    opened.glue.databases(None).await.unwrap();
    assert_eq!(world.stored()["assumeRoleArn"], ROLE);
    let asked = world.glue.asked().remove(0);
    assert_eq!((asked.access_key.as_str(), asked.region.as_str()), ("ASIAROLE", "eu-central-1"));
    assert!(world.assumed().await[0].contains(ROLE));
}

#[tokio::test]
async fn c2_the_stored_role_reads_glue_the_service_stays_and_the_log_says_so() {
    let (log, _guard) = Log::kept();
    let world = World::sampled().await;
    let stored = world.block(json!({ "assumeRoleArn": OTHER_ROLE }));
    world.store(&stored);
    let configured = world.block(json!({ "assumeRoleArn": ROLE }));
    let connection = connection(Some(configured), &[world.open_metadata(json!({}))]);
    let opened = world.open(&connection).await.unwrap();
    opened.targets[0].prepare().await.unwrap();
    let roles = world.assumed().await;
    assert!(roles.len() == 1 && roles[0].contains(OTHER_ROLE), "{roles:?}");
    assert!(opened.identity.source.contains(OTHER_ROLE), "{:?}", opened.identity);
    assert_eq!(world.stored(), stored);
    let told = log.text();
    let notice = told.lines().find(|line| line.contains("the stored connection counts")).unwrap();
    assert!(notice.contains(ROLE) && notice.contains(OTHER_ROLE), "{notice}");
}

#[tokio::test]
async fn c2_where_both_lead_to_the_same_place_the_external_id_is_still_sent() {
    let world = World::sampled().await;
    world.store(&world.block(json!({ "assumeRoleArn": ROLE })));
    let fields = json!({ "assumeRoleArn": ROLE, "assumeRoleExternalId": "agreed-with-sales" });
    let configured = world.block(fields);
    let connection = connection(Some(configured), &[world.open_metadata(json!({}))]);
    world.open(&connection).await.unwrap();
    assert!(world.assumed().await[0].contains("ExternalId=agreed-with-sales"));
}

#[tokio::test]
async fn c3_a_connection_that_says_nothing_is_read_as_the_service_says() {
    let world = World::sampled().await;
    world.store(&world.block(json!({ "assumeRoleArn": OTHER_ROLE })));
    let connection = connection(None, &[world.open_metadata(json!({}))]);
    let opened = world.open(&connection).await.unwrap();
    assert_eq!(opened.glue.databases(None).await.unwrap().items.len(), 2);
    assert!(world.assumed().await[0].contains(OTHER_ROLE));
}

#[tokio::test]
async fn c3_without_service_and_connection_the_service_is_named() {
    let world = World::sampled().await;
    let connection = connection(None, &[world.open_metadata(json!({}))]);
    let error = world.open(&connection).await.unwrap_err();
    assert_eq!(error.failure(), Failure::Halt);
    assert!(error.to_string().contains("service glue_db does not exist"), "{error}");
}

#[tokio::test]
async fn c5_only_with_force_overwrite_the_configured_connection_counts_and_is_stored() {
    for (force, role) in [(false, OTHER_ROLE), (true, ROLE)] {
        let world = World::sampled().await;
        world.store(&world.block(json!({ "assumeRoleArn": OTHER_ROLE })));
        let configured = world.block(json!({ "assumeRoleArn": ROLE }));
        let target = world.open_metadata(json!({ "forceOverwrite": force }));
        let opened = world.open(&connection(Some(configured), &[target])).await.unwrap();
        opened.targets[0].prepare().await.unwrap();
        assert!(world.assumed().await[0].contains(role), "{force}");
        assert_eq!(world.stored()["assumeRoleArn"], role);
    }
}

#[tokio::test]
async fn two_servers_that_have_stored_different_connections_are_both_named() {
    let (world, second) = (World::sampled().await, World::sampled().await);
    world.store(&world.block(json!({ "assumeRoleArn": ROLE })));
    second.store(&second.block(json!({ "assumeRoleArn": OTHER_ROLE })));
    let mut other = second.open_metadata(json!({}));
    other["pipelineServiceName"] = json!(null);
    let connection = connection(None, &[world.open_metadata(json!({})), other]);
    let error = world.open(&connection).await.unwrap_err();
    assert!(matches!(error, OpenError::Ambiguous { .. }), "{error:?}");
    let told = error.to_string();
    assert!(told.contains("glue_db+glue_eu and openMetadata glue_db have"), "{told}");
}

#[tokio::test]
async fn d2_the_role_of_the_connection_beats_that_of_the_outer_block() {
    let world = World::sampled().await;
    let outer = block(world.block(json!({ "assumeRoleArn": OTHER_ROLE })));
    let own = world.block(json!({ "assumeRoleArn": ROLE }));
    let connection = connection(Some(own), &[json!({ "type": "dataMeshManager" })]);
    world.open_within(&connection, Some(&outer)).await.unwrap();
    let roles = world.assumed().await;
    assert!(roles.len() == 1 && roles[0].contains(ROLE), "{roles:?}");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_read_as_the_outer_block_says() {
    let world = World::sampled().await;
    let outer = block(world.block(json!({ "assumeRoleArn": OTHER_ROLE })));
    let connection = connection(None, &[json!({ "type": "dataMeshManager" })]);
    let opened = world.open_within(&connection, Some(&outer)).await.unwrap();
    assert_eq!(opened.glue.databases(None).await.unwrap().items.len(), 2);
    assert!(world.assumed().await[0].contains(OTHER_ROLE));
}

#[tokio::test]
async fn d3_without_any_block_the_functions_own_role_and_region_read_glue() {
    let world = World::sampled().await;
    let connection = connection(None, &[json!({ "type": "dataMeshManager" })]);
    let opened = world.open(&connection).await.unwrap();
    let told = "the function's own role (no connection names another)";
    assert_eq!(opened.identity.source, told);
    assert_eq!(opened.glue.place().region, "eu-central-1");
    assert!(world.assumed().await.is_empty());
}
