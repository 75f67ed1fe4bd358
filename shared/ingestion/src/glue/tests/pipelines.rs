//! Workflows and runs.

use serde_json::json;

use super::{ACCOUNT, NOW, all, sampled, serving};
use crate::model::{Outcome, TaskKind};
use crate::source::GlueSource;
use local_servers::glue::Account;

#[tokio::test]
async fn a2_a_graph_is_read_as_tasks_with_what_follows() {
    let (_server, glue) = sampled().await;
    let workflow = glue.workflow("nightly_sales").await.unwrap().unwrap();
    let tasks: Vec<(&str, TaskKind, Vec<&str>)> = workflow
        .tasks
        .iter()
        .map(|task| {
            let after = task.downstream.iter().map(String::as_str).collect();
            (task.name.as_str(), task.kind, after)
        })
        .collect();
    assert_eq!(
        tasks,
        [
            ("load_orders", TaskKind::Job, vec!["nightly_sales_loaded"]),
            ("nightly_sales_loaded", TaskKind::Trigger, vec!["sales_lake"]),
            ("nightly_sales_start", TaskKind::Trigger, vec!["load_orders"]),
            ("sales_lake", TaskKind::Crawler, vec![]),
        ]
    );
}

#[tokio::test]
async fn a3_a_workflow_without_a_graph_is_read_without_tasks() {
    let mut account = Account::empty(ACCOUNT);
    account.workflows.insert("bare".to_owned(), json!({ "Description": "nothing yet" }));
    let (_server, glue) = serving(account).await;
    let workflow = glue.workflow("bare").await.unwrap().unwrap();
    assert_eq!(workflow.description.as_deref(), Some("nothing yet"));
    assert!(workflow.tasks.is_empty());
}

#[tokio::test]
async fn a4_every_state_arrives_with_its_meaning() {
    let mut account = Account::empty(ACCOUNT);
    account.jobs.insert("load".to_owned(), json!({}));
    let states = [
        ("SUCCEEDED", Outcome::Successful),
        ("FAILED", Outcome::Failed),
        ("ERROR", Outcome::Failed),
        ("TIMEOUT", Outcome::Failed),
        ("EXPIRED", Outcome::Failed),
        ("STOPPED", Outcome::Failed),
        ("STARTING", Outcome::Pending),
        ("WAITING", Outcome::Pending),
        ("STOPPING", Outcome::Pending),
        ("RUNNING", Outcome::Pending),
        ("HIBERNATING", Outcome::Pending),
    ];
    let run = |(text, _): &(&str, Outcome)| json!({ "Id": text, "JobName": "load", "JobRunState": text, "StartedOn": NOW });
    account.job_runs.insert("load".to_owned(), states.iter().map(run).collect());
    let (_server, glue) = serving(account).await;
    let runs = glue.job_runs("load", None).await.unwrap().items;
    let read: Vec<(&str, Outcome)> =
        runs.iter().map(|run| (run.state.text.as_str(), run.state.outcome)).collect();
    assert_eq!(read, states);
}

#[tokio::test]
async fn a5_a_running_job_hides_none_of_its_history() {
    let mut account = Account::empty(ACCOUNT);
    account.jobs.insert("load".to_owned(), json!({}));
    let mut runs: Vec<_> = (1..=3)
        .map(|day| {
            json!({ "Id": format!("jr_{day}"), "JobName": "load", "JobRunState": "SUCCEEDED",
                    "StartedOn": NOW - day * 86_400, "CompletedOn": NOW - day * 86_400 + 60 })
        })
        .collect();
    runs.push(json!({ "Id": "jr_0", "JobRunState": "RUNNING", "StartedOn": NOW }));
    account.job_runs.insert("load".to_owned(), runs);
    let (_server, glue) = serving(account).await;
    let runs = glue.job_runs("load", None).await.unwrap().items;
    let ends: Vec<(&str, bool)> =
        runs.iter().map(|run| (run.id.as_str(), run.ended.is_some())).collect();
    assert_eq!(ends, [("jr_0", false), ("jr_1", true), ("jr_2", true), ("jr_3", true)]);
}

#[tokio::test]
async fn a7_a_beginning_on_the_wire_is_that_moment() {
    let mut account = Account::empty(ACCOUNT);
    account.jobs.insert("load".to_owned(), json!({}));
    let run = json!({ "Id": "jr_1", "JobRunState": "RUNNING", "StartedOn": 1_767_225_600.123_f64 });
    account.job_runs.insert("load".to_owned(), vec![run]);
    let (_server, glue) = serving(account).await;
    let runs = glue.job_runs("load", None).await.unwrap().items;
    assert_eq!(runs[0].started.unix_timestamp_nanos() / 1_000_000, 1_767_225_600_123);
}

#[tokio::test]
async fn every_run_is_read_whatever_page_it_is_on() {
    let mut account = Account::empty(ACCOUNT);
    account.jobs.insert("load".to_owned(), json!({}));
    let run = |number: i64| {
        json!({ "Id": format!("jr_{number}"), "JobRunState": "SUCCEEDED",
                "StartedOn": NOW - number })
    };
    account.job_runs.insert("load".to_owned(), (0..450).map(run).collect());
    let (server, glue) = serving(account).await;
    let runs = all!(page => glue.job_runs("load", page));
    assert_eq!(runs.len(), 450);
    assert!(runs.is_sorted_by(|newer, older| newer.started > older.started));
    assert_eq!(server.count("GetJobRuns"), 3);
}

#[tokio::test]
async fn a_workflow_run_knows_what_became_of_it_and_of_its_jobs() {
    let (_server, glue) = sampled().await;
    let runs = glue.workflow_runs("nightly_sales", None).await.unwrap().items;
    let read: Vec<(&str, &str, Outcome, bool)> = runs
        .iter()
        .map(|run| {
            let job = run.jobs[0].id.as_str();
            (run.id.as_str(), job, run.state.outcome, run.ended.is_some())
        })
        .collect();
    assert_eq!(
        read,
        [
            ("wr_3", "jr_3", Outcome::Pending, false),
            ("wr_2", "jr_2", Outcome::Failed, true),
            ("wr_1", "jr_1", Outcome::Successful, true),
        ]
    );
    assert_eq!(runs[1].jobs[0].workflow_run.as_deref(), Some("wr_2"));
    assert_eq!(runs[1].jobs[0].job, "load_orders");
}
