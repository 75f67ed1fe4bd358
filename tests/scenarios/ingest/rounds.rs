//! What a round sends, and what it does not send again.

use ingestion::model::{Outcome, WorkflowRun};
use ingestion::scope::Ownership;
use ingestion::target::Kind;

use super::world::{NOW, World, run, running, table, workflow};

#[tokio::test(start_paused = true)]
async fn everything_that_glue_has_is_in_both_targets_after_one_round() {
    let world = World::filled();
    let summary = world.round().await;
    for target in [&world.assets, &world.metadata] {
        assert_eq!(target.ids(Kind::Database), ["logistics", "sales"]);
        let tables = ["logistics.shelves", "sales.orders", "sales.returns"];
        assert_eq!(target.ids(Kind::Table), tables);
        assert_eq!(target.ids(Kind::Workflow), ["nightly"]);
        assert_eq!(target.ids(Kind::Job), ["load", "report"]);
        assert_eq!(target.ids(Kind::Trigger), ["at-two"]);
        assert_eq!(target.ids(Kind::Crawler), ["landing"]);
        assert_eq!(target.ids(Kind::Run), ["load jr_1", "load jr_2"]);
    }
    assert!(summary.complete, "{summary:?}");
    assert_eq!(summary.totals.entities, 10);
}

/// Row A18.
#[tokio::test(start_paused = true)]
async fn a_second_round_over_an_unchanged_catalog_makes_no_write() {
    let world = World::filled();
    world.round().await;
    let before = world.assets.written();
    let summary = world.round().await;
    assert_eq!(world.assets.written(), before);
    assert_eq!((summary.totals.sent, summary.totals.removed), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn only_what_changed_is_sent() {
    let world = World::filled();
    world.round().await;
    let before = world.assets.written();
    world.change(|glue| glue.tables[0].location = Some("s3://elsewhere/".to_owned()));
    world.round().await;
    assert_eq!(
        world.assets.writes.lock().unwrap()[before..],
        [ingestion::target::Key { kind: Kind::Table, id: "sales.orders".to_owned() }]
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_is_sent_again_when_its_state_changes_and_only_then() {
    let world = World::filled();
    world.change(|glue| glue.job_runs = vec![running("load", "jr_3", 0), run("load", "jr_2", 1)]);
    world.round().await;
    world.round().await;
    let runs = |world: &World| {
        let writes = world.assets.writes.lock().unwrap();
        writes
            .iter()
            .filter(|key| key.kind == Kind::Run)
            .map(|key| key.id.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(runs(&world), ["load jr_3", "load jr_2"]);
    world.change(|glue| glue.job_runs[0] = run("load", "jr_3", 0));
    world.round().await;
    assert_eq!(runs(&world), ["load jr_3", "load jr_2", "load jr_3"]);
}

#[tokio::test(start_paused = true)]
async fn a_long_backlog_of_runs_is_sent_whole_and_later_rounds_read_one_page() {
    let world = World::filled();
    world.change(|glue| {
        glue.page = 20;
        glue.job_runs = (0..90).map(|hours| run("load", &format!("jr_{hours}"), hours)).collect();
    });
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Run).len(), 90);
    // Two jobs: five pages of the one, and the other's empty one.
    assert_eq!(world.glue.calls("glue:GetJobRuns"), 6);
    world.round().await;
    assert_eq!(world.glue.calls("glue:GetJobRuns"), 8);
    assert_eq!(world.assets.written(), world.metadata.written());
}

#[tokio::test(start_paused = true)]
async fn runs_beyond_the_first_rounds_horizon_are_left_alone_except_the_latest() {
    let world = World::filled();
    world.change(|glue| {
        glue.job_runs =
            (0..30).map(|day| run("load", &format!("jr_{day}"), 24 * day + 1)).collect();
    });
    world.round().await;
    // Seven days and the ten latest runs: the ten reach further back.
    assert_eq!(world.assets.ids(Kind::Run).len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_job_run_that_belongs_to_a_workflow_run_is_not_shown_twice() {
    let world = World::filled();
    world.change(|glue| {
        glue.workflow_runs = vec![WorkflowRun {
            id: "wr_1".to_owned(),
            workflow: "nightly".to_owned(),
            state: run("load", "jr_2", 1).state,
            started: NOW - time::Duration::hours(1),
            ended: None,
            error: None,
            jobs: vec![run("load", "jr_2", 1)],
        }];
    });
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Run), ["load jr_1", "nightly wr_1"]);
}

#[tokio::test(start_paused = true)]
async fn names_are_filtered_before_any_detail_is_asked_for() {
    let mut world = World::filled();
    world.change(|glue| {
        glue.workflows = vec![workflow("nightly", &[]), workflow("scratch", &[])];
        glue.tables.push(table(("sales", "tmp_orders")));
    });
    let only = |pattern: &str| serde_json::from_value(pattern_of(pattern)).unwrap();
    world.scope.pipeline_filter_pattern = only("night");
    world.scope.database_filter_pattern = only("SALES");
    world.scope.job_filter_pattern = only("load");
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Workflow), ["nightly"]);
    assert_eq!(world.assets.ids(Kind::Database), ["sales"]);
    assert_eq!(world.assets.ids(Kind::Job), ["load"]);
    let calls = |action| world.glue.calls(action);
    assert_eq!((calls("glue:GetWorkflow"), calls("glue:GetJobRuns")), (1, 1));
    assert_eq!(calls("glue:GetTables"), 2, "two pages of the one database");
}

fn pattern_of(include: &str) -> serde_json::Value {
    serde_json::json!({ "includes": [include] })
}

#[tokio::test(start_paused = true)]
async fn owners_come_from_a_parameter_a_tag_or_the_default() {
    let mut world = World::filled();
    world.scope.owner = Ownership {
        tag: Some("team".to_owned()),
        parameter: Some("owner".to_owned()),
        default: Some("platform".to_owned()),
    };
    let named = |team: &str, key: &str| [(key.to_owned(), team.to_owned())].into();
    world.change(|glue| {
        glue.databases[0].parameters = named("sales-team", "owner");
        glue.tables[1].parameters = named("returns-team", "owner");
        let job = "arn:aws:glue:eu-central-1:123456789012:job/load".to_owned();
        glue.tags.insert(job, named("loaders", "team"));
    });
    world.round().await;
    let things = world.assets.things.lock().unwrap();
    let owner = |kind, id: &str| {
        things[&ingestion::target::Key { kind, id: id.to_owned() }]["owner"].clone()
    };
    assert_eq!(owner(Kind::Table, "sales.orders"), "sales-team");
    assert_eq!(owner(Kind::Table, "sales.returns"), "returns-team");
    assert_eq!(owner(Kind::Table, "logistics.shelves"), "platform");
    assert_eq!(owner(Kind::Job, "load"), "loaders");
    assert_eq!(owner(Kind::Trigger, "at-two"), "platform");
}

#[tokio::test(start_paused = true)]
async fn tags_are_asked_for_only_if_they_decide_anything() {
    let world = World::filled();
    world.round().await;
    assert_eq!(world.glue.calls("glue:GetTags"), 0);
}

#[tokio::test(start_paused = true)]
async fn lineage_can_be_left_out() {
    let mut world = World::filled();
    world.change(|glue| glue.jobs[0].reads = vec![table(("sales", "orders")).name]);
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Lineage), ["load from orders"]);
    world.scope.include_lineage = false;
    world.round().await;
    assert!(world.assets.ids(Kind::Lineage).is_empty());
}

/// Row A10: the right to read runs is missing.
#[tokio::test(start_paused = true)]
async fn without_the_right_to_read_runs_everything_else_is_published_and_the_right_is_named() {
    let world = World::filled();
    world.change(|glue| {
        glue.denied.insert("glue:GetJobRuns");
    });
    let summary = world.round().await;
    assert_eq!(world.assets.ids(Kind::Job), ["load", "report"]);
    assert_eq!(summary.problems, ["not allowed to glue:GetJobRuns"]);
    assert!(!summary.complete);
    world.change(|glue| glue.denied.clear());
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Run), ["load jr_1", "load jr_2"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_target_does_not_take_is_told_and_tried_again_and_holds_up_nothing() {
    let world = World::filled();
    world.assets.refused.lock().unwrap().insert("sales.orders".to_owned());
    let summary = world.round().await;
    assert_eq!(summary.totals.refused, 1);
    assert!(summary.problems[0].contains("not like this"), "{summary:?}");
    assert_eq!(world.assets.ids(Kind::Table), ["logistics.shelves", "sales.returns"]);
    assert_eq!(world.metadata.ids(Kind::Table).len(), 3);
    world.assets.refused.lock().unwrap().clear();
    assert!(world.round().await.complete);
    assert_eq!(world.assets.ids(Kind::Table).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_flow_from_a_table_that_is_not_published_is_left_out_and_nothing_is_missing() {
    let world = World::filled();
    world.change(|glue| glue.jobs[0].reads = vec![table(("hidden", "orders")).name]);
    world.assets.refused.lock().unwrap().insert("load from orders".to_owned());
    let summary = world.round().await;
    assert!(summary.complete, "{summary:?}");
    assert_eq!((summary.totals.left_out, summary.totals.refused), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_somebody_took_away_comes_back_when_its_runs_are_refused() {
    let world = World::filled();
    world.change(|glue| glue.job_runs.clear());
    world.round().await;
    world.assets.things.lock().unwrap().retain(|key, _| key.kind != Kind::Job);
    // This target shows runs under the job's own id.
    *world.assets.runs_by_job.lock().unwrap() = true;
    world.assets.refused_runs.lock().unwrap().insert("load".to_owned());
    world.change(|glue| glue.job_runs = vec![run("load", "jr_9", 0)]);
    assert_eq!(world.round().await.totals.refused, 1);
    world.assets.refused_runs.lock().unwrap().clear();
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Job), ["load"]);
    assert_eq!(world.assets.ids(Kind::Run), ["load"]);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_closed_does_not_keep_the_other_from_its_news() {
    let world = World::filled();
    world.assets.faults.lock().unwrap().push("closed");
    let summary = world.round().await;
    assert!(!summary.complete);
    assert_eq!(world.assets.written(), 0);
    assert_eq!(world.metadata.ids(Kind::Table).len(), 3);
    assert_eq!(world.round().await.totals.sent, 12, "the next round makes up for it");
    assert_eq!(world.assets.ids(Kind::Run).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_report_says_whose_credentials_read_glue() {
    let world = World::filled();
    let summary = world.round().await;
    assert!(summary.reader.contains("assumed-role/dmm-ingest_glue"), "{}", summary.reader);
    assert_eq!(world.state().await.last.unwrap(), summary);
}

#[tokio::test(start_paused = true)]
async fn more_than_a_round_may_read_is_told() {
    let mut world = World::filled();
    world.scope.max_entities = 4;
    let summary = world.round().await;
    assert!(summary.problems[0].contains("maxEntities"), "{summary:?}");
    assert_eq!(summary.totals.removed, 0);
}

#[test]
fn a_run_whose_outcome_is_pending_is_not_final() {
    assert_eq!(running("load", "jr", 0).state.outcome, Outcome::Pending);
    assert!(!running("load", "jr", 0).state.is_final());
}
