//! Data Mesh Manager's assets.

use clients::base_url::BaseUrl;
use clients::json_api::{GivenKey, JsonApi};
use domain::Failure;
use ingestion::assets::Assets;
use ingestion::model::{Crawler, Entity, Outcome, Table, Trigger};
use ingestion::target::{Key, Kind, Put, Removed, Target, TargetError};
use local_servers::assets::AssetServer;
use local_servers::running::Running;
use proptest::prelude::*;
use serde_json::Value::Null;
use serde_json::json;

use super::sample::{
    database, done, job, job_run, nightly, publish, render, render_owned, state, table, table_name,
    workflow_run,
};

const KEY: &str = "sample-key";
const ORDERS: &str = "glue.111122223333.eu-central-1.sales.orders";
const LOAD: &str = "glue-job.111122223333.eu-central-1.load";

fn target_at(url: &str, key: &str) -> Assets<GivenKey> {
    let base: BaseUrl = url.parse().unwrap();
    Assets::new("assets".into(), JsonApi::with_token(base, key.into()).unwrap())
}

async fn server() -> (AssetServer, Running, Assets<GivenKey>) {
    let server = AssetServer::default();
    let running = server.start(KEY).await.unwrap();
    let target = target_at(&running.url(), KEY);
    (server, running, target)
}

#[tokio::test]
async fn a2_all_kinds_are_assets_that_the_schema_takes() {
    let (server, _running, target) = server().await;
    let (workflow, mut load) = (nightly(), job("load"));
    load.reads = vec![table_name("sales", "orders")];
    let trigger = Trigger {
        name: "start".into(),
        workflow: Some("nightly".into()),
        jobs: vec!["load".into()],
        ..Trigger::default()
    };
    let crawler =
        Crawler { name: "look".into(), database: Some("sales".into()), ..Crawler::default() };
    let (runs, workflows) = ([job_run("jr_1", "load", done(), 0)], [nightly()]);
    for entity in [
        Entity::Database(&database("sales")),
        Entity::Table(&table("sales", "orders")),
        Entity::Workflow { workflow: &workflow, runs: &[workflow_run("wr_1", done(), vec![])] },
        Entity::Job { job: &load, workflows: &workflows, runs: &runs },
        Entity::Trigger(&trigger),
        Entity::Crawler(&crawler),
    ] {
        publish(&target, entity).await.unwrap();
    }
    let kinds: Vec<_> = server.assets().iter().map(|asset| asset["info"]["type"].clone()).collect();
    let expected = ["database", "table", "workflow", "job", "trigger", "crawler"];
    assert_eq!(kinds, expected.map(|kind| json!(format!("glue_{kind}"))));
    let load = server.asset(LOAD).unwrap();
    let workflow = "glue-workflow.111122223333.eu-central-1.nightly";
    assert_eq!(
        load["relationships"][0],
        json!({ "relationshipType": "parent", "assetId": workflow })
    );
    assert_eq!(load["custom"]["reads"], json!([ORDERS]));
    let tasks = &server.asset(workflow).unwrap()["custom"]["tasks"];
    assert_eq!(tasks[1]["downstream"], json!(["look"]));
    assert_eq!(tasks[1]["assetId"], LOAD);
}

#[tokio::test]
async fn a5_a_running_run_has_no_end_and_the_last_run_is_the_status() {
    let (server, _running, target) = server().await;
    let load = job("load");
    let going = job_run("jr_2", "load", state("RUNNING", Outcome::Pending), 30);
    let runs = [going, job_run("jr_1", "load", done(), 0)];
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &runs }).await.unwrap();
    let asset = server.asset(LOAD).unwrap();
    assert_eq!(asset["info"]["status"], "RUNNING");
    let last = json!({
        "id": "jr_2", "state": "RUNNING", "outcome": "pending",
        "startedOn": "2026-01-01T00:30:00.000Z",
    });
    assert_eq!(asset["custom"]["lastRun"], last);
    assert_eq!(asset["custom"]["recentRuns"][1]["endedOn"], "2026-01-01T00:10:00.000Z");
}

#[tokio::test]
async fn a5_an_asset_written_without_new_runs_keeps_those_it_has() {
    let (server, _running, target) = server().await;
    let mut load = job("load");
    let runs = [job_run("jr_1", "load", done(), 0)];
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &runs }).await.unwrap();
    load.script = Some("s3://acme/load.py".into());
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &[] }).await.unwrap();
    let asset = server.asset(LOAD).unwrap();
    assert_eq!(asset["custom"]["script"], "s3://acme/load.py");
    assert_eq!(asset["custom"]["lastRun"]["id"], "jr_1");
    assert_eq!(asset["info"]["status"], "SUCCEEDED");
}

#[tokio::test]
async fn a17_an_asset_leads_to_its_page_in_the_console() {
    let (server, _running, target) = server().await;
    let mut workflow = nightly();
    workflow.name = "a b/ä".into();
    publish(&target, Entity::Workflow { workflow: &workflow, runs: &[] }).await.unwrap();
    let asset = server.assets().remove(0);
    let page = "https://eu-central-1.console.aws.amazon.com/glue/home?region=eu-central-1\
                #/v2/etl-configuration/workflows/view/a%20b%2F%C3%A4";
    assert_eq!(asset["info"]["sourceUrl"], page);
    assert_eq!(asset["links"]["AWS console"], page);
}

#[tokio::test]
async fn a18_what_is_there_just_so_is_not_written_again() {
    let (server, _running, target) = server().await;
    let (orders, load, runs) =
        (table("sales", "orders"), job("load"), [job_run("jr_1", "load", done(), 0)]);
    let all = [Entity::Table(&orders), Entity::Job { job: &load, workflows: &[], runs: &runs }];
    for entity in all {
        assert!(publish(&target, entity).await.unwrap().iter().all(|put| *put == Put::Written));
    }
    server.edit(ORDERS, |asset| asset["assignedTags"] = json!(["by-hand"]));
    server.journal().clear();
    for entity in all {
        assert!(publish(&target, entity).await.unwrap().iter().all(|put| *put == Put::Unchanged));
    }
    assert!(server.calls().iter().all(|call| call.method == "GET"));
}

#[tokio::test]
async fn what_people_added_survives_a_change_of_the_table() {
    let (server, _running, target) = server().await;
    let mut orders = table("sales", "orders");
    publish(&target, Entity::Table(&orders)).await.unwrap();
    server.add_team("sales-team");
    server.edit(ORDERS, |asset| {
        asset["tags"] = json!(["gold"]);
        asset["custom"]["cost-centre"] = json!("7");
        asset["links"]["Wiki"] = json!("https://wiki.example.com");
        asset["info"]["owner"] = json!("sales-team");
        asset["info"]["description"] = json!("by hand");
    });
    orders.format = Some("csv".into());
    assert_eq!(publish(&target, Entity::Table(&orders)).await.unwrap(), [Put::Written]);
    let asset = server.asset(ORDERS).unwrap();
    assert_eq!(
        (&asset["custom"]["format"], &asset["custom"]["cost-centre"]),
        (&"csv".into(), &"7".into())
    );
    assert_eq!(
        (&asset["tags"][0], &asset["info"]["owner"]),
        (&"gold".into(), &"sales-team".into())
    );
    assert_eq!(asset["info"]["description"], "by hand");
    assert_eq!(asset["links"].as_object().unwrap().len(), 2);
    let sent = server.calls().into_iter().rfind(|call| call.method == "PUT").unwrap();
    assert!(sent.body.get("assignedTags").is_none());
}

#[tokio::test]
async fn an_asset_whose_owner_is_no_team_is_written_without_an_owner_and_stays_so() {
    let (server, _running, target) = server().await;
    let orders = table("sales", "orders");
    let write = render_owned(&target, Entity::Table(&orders), Some("nobody")).writes.remove(0);
    assert_eq!(target.put(&write).await.unwrap(), Put::Written);
    let asset = server.asset(ORDERS).unwrap();
    assert_eq!((&asset["info"]["name"], &asset["info"]["owner"]), (&"orders".into(), &Null));
    assert_eq!(target.put(&write).await.unwrap(), Put::Unchanged);
}

#[tokio::test]
async fn an_owner_that_is_no_team_takes_the_place_of_nobody() {
    let (server, _running, target) = server().await;
    server.add_team("sales-team");
    let mut orders = table("sales", "orders");
    let owned = |orders: &Table, team: &str| {
        render_owned(&target, Entity::Table(orders), Some(team)).writes.remove(0)
    };
    target.put(&owned(&orders, "sales-team")).await.unwrap();
    orders.format = Some("csv".into());
    assert_eq!(target.put(&owned(&orders, "nobody")).await.unwrap(), Put::Written);
    let asset = server.asset(ORDERS).unwrap();
    assert_eq!(
        (&asset["info"]["owner"], &asset["custom"]["format"]),
        (&"sales-team".into(), &"csv".into())
    );
}

#[tokio::test]
async fn an_asset_that_is_not_taken_without_its_owner_either_is_refused_in_the_catalogs_own_words()
{
    let (server, _running, target) = server().await;
    let orders = table("sales", "orders");
    let mut write = render_owned(&target, Entity::Table(&orders), Some("nobody")).writes.remove(0);
    write.body["colour"] = json!("red");
    let error = target.put(&write).await.unwrap_err();
    assert_eq!(error.failure(), Failure::Reject);
    assert!(error.to_string().contains("no such team"), "{error}");
    assert!(server.asset(ORDERS).is_none());
}

#[tokio::test]
async fn a9_an_asset_that_is_gone_or_in_use_is_no_error() {
    let (server, _running, target) = server().await;
    publish(&target, Entity::Table(&table("sales", "orders"))).await.unwrap();
    let key = Key { kind: Kind::Table, id: ORDERS.into() };
    server.use_in_product(ORDERS);
    assert_eq!(target.remove(&key).await.unwrap(), Removed::InUse);
    let other = Key { kind: Kind::Table, id: "glue.1.x.a.b".into() };
    assert_eq!(target.remove(&other).await.unwrap(), Removed::Gone);
}

#[tokio::test]
async fn c8_a_refused_key_closes_the_target_and_is_not_shown() {
    let (server, running, target) = server().await;
    assert!(target.prepare().await.is_ok());
    let wrong = target_at(&running.url(), "wrong-key");
    let error = wrong.prepare().await.unwrap_err();
    assert_eq!(error.failure(), Failure::Halt);
    assert!(!format!("{error:?} {error} {wrong:?}").contains("wrong-key"));
    server.journal().fail_next(3, 503);
    assert!(matches!(target.prepare().await, Err(TargetError::Unavailable { .. })));
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof!["[a./\"%?# é]{1,6}", "\\PC{1,255}", Just("..".into()), "[a-z/]{255}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn hostile_names_are_taken_each_under_its_own_id(
        names in prop::collection::btree_set((hostile(), hostile()), 2..5)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (server, _running, target) = server().await;
            let tables: Vec<Table> = names.iter().map(|(d, t)| table(d, t)).collect();
            for table in &tables {
                publish(&target, Entity::Table(table)).await.unwrap();
            }
            assert_eq!(server.assets().len(), names.len());
            for table in &tables {
                let key = render(&target, Entity::Table(table)).writes.remove(0).key;
                assert!(server.asset(&key.id).is_some());
                assert_eq!(target.remove(&key).await.unwrap(), Removed::Gone);
            }
            assert!(server.assets().is_empty());
        });
    }
}
