//! OpenMetadata.

use clients::base_url::BaseUrl;
use clients::http::Request;
use clients::json_api::JsonApi;
use domain::Failure;
use ingestion::model::{Entity, Outcome, Table, Workflow};
use ingestion::open_metadata::{OpenMetadata, OpenMetadataOptions};
use ingestion::target::{Key, Kind, Removed, Target, TargetError};
use local_servers::open_metadata::{OpenMetadataServer, TOKEN, TOKEN_WITHOUT_CREDENTIALS};
use local_servers::running::Running;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::sample::{
    NEW_YEAR, database, done, job, job_run, nightly, publish, render, state, table, table_name,
    workflow_run,
};

const SCHEMA: &str = "glue_db.111122223333.sales";

fn connection() -> Value {
    json!({ "awsRegion": "eu-central-1", "awsSecretAccessKey": "sample-secret" })
}

struct World {
    server: OpenMetadataServer,
    running: Running,
}

impl World {
    async fn of(version: &str) -> Self {
        let server = OpenMetadataServer::new(version);
        let running = server.start().await.unwrap();
        Self { server, running }
    }

    fn target(&self, change: impl FnOnce(&mut Value), connection: Option<Value>) -> OpenMetadata {
        let mut options = json!({
            "hostPort": format!("{}/api", self.running.url()), "jwtToken": TOKEN,
            "databaseServiceName": "glue_db", "pipelineServiceName": "glue_eu",
        });
        change(&mut options);
        let options: OpenMetadataOptions = serde_json::from_value(options).unwrap();
        OpenMetadata::new("open-metadata".into(), options, connection).unwrap()
    }

    async fn prepared(version: &str) -> (Self, OpenMetadata) {
        let world = Self::of(version).await;
        let target = world.target(|_| {}, Some(connection()));
        target.prepare().await.unwrap();
        (world, target)
    }

    /// Both services, made by somebody else with this connection.
    fn add_services(&self, databases: &Value, pipelines: &Value) {
        for (collection, name, kind, aws) in [
            ("databaseServices", "glue_db", "Glue", databases),
            ("pipelineServices", "glue_eu", "GluePipeline", pipelines),
        ] {
            let config = json!({ "config": { "type": kind, "awsConfig": aws } });
            let service = json!({ "name": name, "serviceType": kind, "connection": config });
            self.server.add_service(collection, &service);
        }
    }
}

fn closed(result: Result<impl std::fmt::Debug, TargetError>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, TargetError::Closed { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn a2_a_workflow_is_a_pipeline_and_its_nodes_are_tasks_in_order() {
    let (world, target) = World::prepared("1.11.0").await;
    let workflow = nightly();
    publish(&target, Entity::Workflow { workflow: &workflow, runs: &[] }).await.unwrap();
    let pipeline = world.server.entity("pipelines", "glue_eu.nightly").unwrap();
    let task = |name: &str, kind: &str, downstream: &[&str]| {
        json!({
            "name": name, "displayName": name, "taskType": kind, "downstreamTasks": downstream,
        })
    };
    let tasks = [
        task("start", "TRIGGER", &["load"]),
        task("load", "JOB", &["look"]),
        task("look", "CRAWLER", &[]),
    ];
    assert_eq!(pipeline["tasks"], json!(tasks));
}

#[tokio::test]
async fn a2_long_names_of_tasks_are_the_same_wherever_they_stand() {
    let (world, target) = World::prepared("1.1.0").await;
    let (mut workflow, long) = (nightly(), "l".repeat(255));
    workflow.tasks[0].downstream = vec![long.clone()];
    workflow.tasks[1].name.clone_from(&long);
    workflow.tasks[1].node.clone_from(&long);
    let runs = [workflow_run("wr_1", done(), vec![job_run("jr_1", &long, done(), 1)])];
    publish(&target, Entity::Workflow { workflow: &workflow, runs: &runs }).await.unwrap();
    let pipeline = world.server.entity("pipelines", "glue_eu.nightly").unwrap();
    let status = world.server.statuses("glue_eu.nightly").remove(0);
    let name = &pipeline["tasks"][1]["name"];
    assert_eq!(name, &pipeline["tasks"][0]["downstreamTasks"][0]);
    assert_eq!(name, &status["taskStatus"][0]["name"]);
}

#[tokio::test]
async fn a3_a_workflow_without_a_graph_has_no_tasks_and_a_job_outside_has_its_own_pipeline() {
    let (world, target) = World::prepared("1.11.0").await;
    let mut workflow = nightly();
    workflow.tasks.clear();
    publish(&target, Entity::Workflow { workflow: &workflow, runs: &[] }).await.unwrap();
    let pipeline = world.server.entity("pipelines", "glue_eu.nightly").unwrap();
    assert_eq!(pipeline["tasks"], json!([]));
    let (alone, runs) = (job("nightly"), [job_run("jr_1", "nightly", done(), 0)]);
    publish(&target, Entity::Job { job: &alone, workflows: &[], runs: &runs }).await.unwrap();
    let own = world.server.entity("pipelines", "glue_eu.nightly (job)").unwrap();
    assert_eq!(
        (&own["displayName"], &own["tasks"][0]["name"]),
        (&"nightly".into(), &"nightly".into())
    );
    assert_eq!(world.server.statuses("glue_eu.nightly (job)").len(), 1);
    assert_eq!(world.server.statuses("glue_eu.nightly").len(), 0);
}

#[tokio::test]
async fn a4_every_outcome_has_its_word() {
    let (world, target) = World::prepared("1.11.0").await;
    let load = job("load");
    let states = [
        ("SUCCEEDED", Outcome::Successful),
        ("TIMEOUT", Outcome::Failed),
        ("WAITING", Outcome::Pending),
    ];
    let runs = (0..)
        .zip(states)
        .map(|(n, (text, outcome))| job_run(text, "load", state(text, outcome), n));
    let runs = runs.collect::<Vec<_>>();
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &runs }).await.unwrap();
    let words = world.server.statuses("glue_eu.load (job)");
    let words: Vec<_> = words.iter().map(|status| status["executionStatus"].clone()).collect();
    assert_eq!(words, ["Successful", "Failed", "Pending"]);
}

#[tokio::test]
async fn a5_a_running_job_hides_no_run_before_it_and_has_no_end() {
    let (world, target) = World::prepared("1.11.0").await;
    let mut runs = vec![job_run("jr_4", "load", state("RUNNING", Outcome::Pending), 40)];
    runs.extend((1..=3).rev().map(|n| job_run(&format!("jr_{n}"), "load", done(), n)));
    let (load, workflows) = (job("load"), [nightly()]);
    let workflow = nightly();
    publish(&target, Entity::Workflow { workflow: &workflow, runs: &[] }).await.unwrap();
    publish(&target, Entity::Job { job: &load, workflows: &workflows, runs: &runs }).await.unwrap();
    let statuses = world.server.statuses("glue_eu.nightly");
    assert_eq!(statuses.len(), 4);
    assert_eq!(statuses[0]["taskStatus"][0]["endTime"], (NEW_YEAR + 11 * 60) * 1000);
    assert!(statuses[3]["taskStatus"][0].get("endTime").is_none());
}

#[tokio::test]
async fn a6_a_run_of_a_task_that_is_gone_is_counted_and_not_sent() {
    let (world, target) = World::prepared("1.11.0").await;
    let workflow = nightly();
    let jobs = vec![job_run("jr_1", "load", done(), 0), job_run("jr_2", "gone", done(), 0)];
    let entity =
        Entity::Workflow { workflow: &workflow, runs: &[workflow_run("wr_1", done(), jobs)] };
    assert_eq!(render(&target, entity).skipped_runs, 1);
    publish(&target, entity).await.unwrap();
    let status = world.server.statuses("glue_eu.nightly").remove(0);
    assert_eq!(status["taskStatus"].as_array().unwrap().len(), 1);
    let (gone, runs) = (job("gone"), [job_run("jr_3", "gone", done(), 0)]);
    let workflows = [nightly()];
    let entity = Entity::Job { job: &gone, workflows: &workflows, runs: &runs };
    let rendered = render(&target, entity);
    assert_eq!((rendered.writes.len(), rendered.skipped_runs), (0, 1));
}

#[tokio::test]
async fn a6_a_run_that_belongs_to_a_workflow_run_is_shown_once() {
    let (_world, target) = World::prepared("1.11.0").await;
    let (load, workflows) = (job("load"), [nightly()]);
    let mut run = job_run("jr_1", "load", done(), 0);
    run.workflow_run = Some("wr_1".into());
    let entity = Entity::Job { job: &load, workflows: &workflows, runs: &[run] };
    assert!(render(&target, entity).writes.is_empty());
}

#[tokio::test]
async fn a7_times_are_milliseconds_and_runs_of_one_millisecond_are_all_kept() {
    let (world, target) = World::prepared("1.11.0").await;
    let load = job("load");
    let runs = ["c", "a", "b"].map(|id| job_run(id, "load", done(), 0));
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &runs }).await.unwrap();
    let statuses = world.server.statuses("glue_eu.load (job)");
    let kept: Vec<_> =
        statuses.iter().map(|one| (&one["timestamp"], &one["executionId"])).collect();
    let ms = NEW_YEAR * 1000;
    assert_eq!(ms, 1_767_225_600_000);
    let [a, b, c] = [json!(ms), json!(ms + 1), json!(ms + 2)];
    assert_eq!(kept, [(&a, &"a".into()), (&b, &"b".into()), (&c, &"c".into())]);
}

#[tokio::test]
async fn a9_what_is_gone_is_deleted_softly_once_and_comes_back_when_it_does() {
    let (world, target) = World::prepared("1.11.0").await;
    let workflow = nightly();
    let entity = Entity::Workflow { workflow: &workflow, runs: &[] };
    publish(&target, entity).await.unwrap();
    let key = Key { kind: Kind::Workflow, id: "glue_eu.nightly".into() };
    for _ in 0..2 {
        assert_eq!(target.remove(&key).await.unwrap(), Removed::Gone);
    }
    assert_eq!(world.server.entity("pipelines", "glue_eu.nightly").unwrap()["deleted"], true);
    let deletes = world.server.calls().into_iter().filter(|call| call.method == "DELETE");
    let paths: Vec<_> = deletes.map(|call| call.path).collect();
    assert_eq!(paths.len(), 1);
    assert!(paths[0].ends_with("?hardDelete=false&recursive=false"));
    publish(&target, entity).await.unwrap();
    assert_eq!(world.server.entity("pipelines", "glue_eu.nightly").unwrap()["deleted"], false);
}

#[tokio::test]
async fn a9_a_schema_with_tables_in_it_stays() {
    let (_world, target) = World::prepared("1.11.0").await;
    publish(&target, Entity::Database(&database("sales"))).await.unwrap();
    publish(&target, Entity::Table(&table("sales", "orders"))).await.unwrap();
    let schema = Key { kind: Kind::Database, id: SCHEMA.into() };
    assert_eq!(target.remove(&schema).await.unwrap(), Removed::InUse);
    let orders = Key { kind: Kind::Table, id: format!("{SCHEMA}.orders") };
    assert_eq!(target.remove(&orders).await.unwrap(), Removed::Gone);
    assert_eq!(target.remove(&schema).await.unwrap(), Removed::Gone);
}

#[tokio::test]
async fn a17_a_pipeline_leads_to_the_workflows_page() {
    let (world, target) = World::prepared("1.11.0").await;
    let mut workflow = nightly();
    workflow.name = "a b.c/d".into();
    publish(&target, Entity::Workflow { workflow: &workflow, runs: &[] }).await.unwrap();
    let pipeline = world.server.entity("pipelines", "glue_eu.\"a b.c/d\"").unwrap();
    assert!(pipeline["sourceUrl"].as_str().unwrap().ends_with("workflows/view/a%20b.c%2Fd"));
}

#[tokio::test]
async fn a_table_keeps_its_columns_types_and_partitions_in_every_version() {
    for version in ["1.3.0", "1.10.0", "1.11.0"] {
        let (world, target) = World::prepared(version).await;
        publish(&target, Entity::Database(&database("sales"))).await.unwrap();
        publish(&target, Entity::Table(&table("sales", "orders"))).await.unwrap();
        let table = world.server.entity("tables", &format!("{SCHEMA}.orders")).unwrap();
        let columns = table["columns"].as_array().unwrap();
        assert_eq!(columns.len(), 5, "a repeated name is sent once");
        assert_eq!(
            (&columns[0]["dataType"], &columns[1]["dataLength"]),
            (&"BIGINT".into(), &20.into())
        );
        let key = &table["tablePartition"]["columns"][0];
        assert!(*key == "dt" || key["columnName"] == "dt", "{version}");
        assert_eq!(table["locationPath"], "s3://acme-lake/orders/");
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_a_field_after_all_gets_the_rest() {
    let world = World::of("1.5.0").await;
    let target =
        world.target(|options| options["serverVersion"] = json!("1.11"), Some(connection()));
    target.prepare().await.unwrap();
    let (load, runs) = (job("load"), ["a", "b"].map(|id| job_run(id, "load", done(), 0)));
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &runs }).await.unwrap();
    assert_eq!(world.server.statuses("glue_eu.load (job)").len(), 2);
    let refused = world.server.calls().into_iter().filter(|call| call.status == 400);
    assert_eq!(refused.count(), 1, "it is remembered");
}

#[tokio::test]
async fn lineage_leads_from_what_a_job_reads_to_what_it_writes() {
    let (world, target) = World::prepared("1.11.0").await;
    publish(&target, Entity::Database(&database("sales"))).await.unwrap();
    for name in ["raw", "clean"] {
        publish(&target, Entity::Table(&table("sales", name))).await.unwrap();
    }
    let mut load = job("load");
    load.reads = vec![table_name("sales", "raw")];
    load.writes = vec![table_name("sales", "clean")];
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &[] }).await.unwrap();
    let (from, to) = (format!("{SCHEMA}.raw"), format!("{SCHEMA}.clean"));
    let edge = json!({ "from": from, "to": to, "pipeline": "glue_eu.load (job)" });
    assert_eq!(world.server.lineage(), [edge]);
    load.writes = vec![table_name("sales", "elsewhere")];
    let sent = publish(&target, Entity::Job { job: &load, workflows: &[], runs: &[] }).await;
    assert_eq!(sent.unwrap_err().failure(), Failure::Reject);
    load.writes.clear();
    publish(&target, Entity::Job { job: &load, workflows: &[], runs: &[] }).await.unwrap();
    assert_eq!(world.server.lineage().len(), 2);
}

#[tokio::test]
async fn c1_absent_services_are_made_with_the_configured_connection() {
    let (world, _target) = World::prepared("1.11.0").await;
    for (collection, name) in [("databaseServices", "glue_db"), ("pipelineServices", "glue_eu")] {
        let service = world.server.service(collection, name).unwrap();
        assert_eq!(service["connection"]["config"]["awsConfig"], connection());
    }
    let world = World::of("1.11.0").await;
    let without = world.target(|options| options["storeServiceConnection"] = json!(false), None);
    without.prepare().await.unwrap();
    let service = world.server.service("pipelineServices", "glue_eu").unwrap();
    assert!(service.get("connection").is_none());
}

#[tokio::test]
async fn c2_what_is_stored_wins_and_stays() {
    let world = World::of("1.11.0").await;
    let stored = json!({ "awsRegion": "eu-west-1", "assumeRoleArn": "arn:aws:iam::1:role/stored" });
    world.add_services(&stored, &stored);
    let target = world.target(|_| {}, Some(connection()));
    target.prepare().await.unwrap();
    assert_eq!(target.stored_connection().await.unwrap(), Some(stored.clone()));
    let service = world.server.service("pipelineServices", "glue_eu").unwrap();
    assert_eq!(service["connection"]["config"]["awsConfig"], stored);
    assert!(world.server.calls().iter().all(|call| call.method == "GET"));
}

#[tokio::test]
async fn c2_services_that_disagree_are_named() {
    let world = World::of("1.11.0").await;
    world.add_services(&json!({ "awsRegion": "eu-west-1" }), &json!({ "awsRegion": "eu-west-2" }));
    let said = closed(world.target(|_| {}, None).stored_connection().await);
    assert!(said.contains("glue_db") && said.contains("glue_eu"), "{said}");
}

#[tokio::test]
async fn c3_without_any_connection_the_missing_service_is_named() {
    let world = World::of("1.11.0").await;
    let target = world.target(|_| {}, None);
    assert!(closed(target.stored_connection().await).contains("glue_db"));
    assert!(closed(target.prepare().await).contains("glue_db"));
    world.add_services(&connection(), &connection());
    assert_eq!(target.stored_connection().await.unwrap(), Some(connection()));
}

#[tokio::test]
async fn c5_a_stored_connection_changes_only_when_it_is_said_so() {
    for (force, region) in [(false, "eu-west-1"), (true, "eu-central-1")] {
        let world = World::of("1.11.0").await;
        let stored = json!({ "awsRegion": "eu-west-1" });
        world.add_services(&stored, &stored);
        let target =
            world.target(|options| options["forceOverwrite"] = json!(force), Some(connection()));
        target.prepare().await.unwrap();
        let service = world.server.service("databaseServices", "glue_db").unwrap();
        assert_eq!(service["connection"]["config"]["awsConfig"]["awsRegion"], region);
    }
}

#[tokio::test]
async fn c7_a_masked_value_is_neither_used_nor_sent() {
    let world = World::of("1.11.0").await;
    world.add_services(&connection(), &connection());
    let reader = |options: &mut Value| options["jwtToken"] = json!(TOKEN_WITHOUT_CREDENTIALS);
    let said = closed(world.target(reader, None).stored_connection().await);
    assert!(said.contains("token not allowed to read credentials"), "{said}");
    let masked = json!({ "awsRegion": "eu-west-1", "awsSecretAccessKey": "*********" });
    let forced = |options: &mut Value| options["forceOverwrite"] = json!(true);
    assert!(closed(world.target(forced, Some(masked)).prepare().await).contains("masked"));
    assert!(world.server.calls().iter().all(|call| call.method == "GET"));
}

#[tokio::test]
async fn c8_no_token_or_secret_is_in_what_is_shown() {
    let world = World::of("1.11.0").await;
    let wrong = |options: &mut Value| options["jwtToken"] = json!("wrong.jwt.token");
    let target = world.target(wrong, Some(connection()));
    let error = target.prepare().await.unwrap_err();
    assert_eq!(error.failure(), Failure::Halt);
    let shown = format!("{error} {error:?} {target:?}");
    assert!(!shown.contains("wrong.jwt") && !shown.contains("sample-secret"), "{shown}");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_a_race_is_left_to_the_next_round() {
    let (world, target) = World::prepared("1.11.0").await;
    let workflow = nightly();
    let entity = Entity::Workflow { workflow: &workflow, runs: &[] };
    for status in [429, 502, 503, 504] {
        world.server.journal().fail_next(1, status);
        publish(&target, entity).await.unwrap();
    }
    world.server.journal().fail_next(1, 409);
    publish(&target, entity).await.unwrap();
    world.server.journal().fail_next(2, 412);
    assert_eq!(publish(&target, entity).await.unwrap_err().failure(), Failure::Retry);
}

#[tokio::test]
async fn the_sample_server_lists_what_is_not_deleted_page_by_page() {
    let (world, target) = World::prepared("1.11.0").await;
    for name in ["a", "b", "c", "d"] {
        let workflow = Workflow { name: name.into(), ..nightly() };
        publish(&target, Entity::Workflow { workflow: &workflow, runs: &[] }).await.unwrap();
    }
    target.remove(&Key { kind: Kind::Workflow, id: "glue_eu.b".into() }).await.unwrap();
    let base: BaseUrl = format!("{}/api", world.running.url()).parse().unwrap();
    let api = JsonApi::with_token(base, TOKEN.into()).unwrap();
    let (mut names, mut after) = (Vec::new(), Some("0".to_owned()));
    while let Some(place) = after {
        let mut url = api.base().below(&["v1", "pipelines"]);
        url.set_query(Some(&format!("service=glue_eu&limit=2&after={place}")));
        let reply = api.call(&Request::get(url)).await.unwrap();
        let page: Value = serde_json::from_str(&reply.text).unwrap();
        let found = page["data"].as_array().unwrap().iter();
        names.extend(found.map(|one| one["name"].as_str().unwrap().to_owned()));
        after = page["paging"]["after"].as_str().map(str::to_owned);
    }
    assert_eq!(names, ["a", "c", "d"]);
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof!["[a.:/\"%>?# é]{1,6}", "\\PC{1,255}", Just("..".into()), "[a-z\"]{255}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn hostile_names_are_taken_each_under_its_own_name(
        names in prop::collection::btree_set((hostile(), hostile()), 2..5)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (world, target) = World::prepared("1.1.0").await;
            let tables: Vec<Table> = names.iter().map(|(d, t)| table(d, t)).collect();
            for table in &tables {
                publish(&target, Entity::Database(&database(&table.name.database))).await.unwrap();
                publish(&target, Entity::Table(table)).await.unwrap();
            }
            assert_eq!(world.server.entities("tables").len(), names.len());
            for table in &tables {
                let key = render(&target, Entity::Table(table)).writes.remove(0).key;
                assert_eq!(target.remove(&key).await.unwrap(), Removed::Gone);
            }
            let left = world.server.entities("tables").into_iter();
            assert!(left.into_iter().all(|table| table["deleted"] == true));
        });
    }
}
