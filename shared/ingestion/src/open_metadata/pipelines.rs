//! Workflows and jobs as pipelines, their runs as statuses, and what flows through them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::name::{below, name, of_job, of_workflow, qualified};
use super::tables::Store;
use super::{known, put_of};
use crate::console;
use crate::model::{Job, JobRun, Outcome, Place, RunState, TaskKind, Workflow, WorkflowRun};
use crate::target::{Key, Kind, Rendering, Write};

/// A run as the server keeps it, in milliseconds.
struct Status {
    id: String,
    at: i64,
    outcome: Outcome,
    tasks: Vec<Value>,
}

/// A workflow and its runs: each run is one status with the runs of its jobs in it.
pub(super) fn workflow(
    place: &Place,
    service: &str,
    found: &Workflow,
    runs: &[WorkflowRun],
) -> Rendering {
    let tasks = found.tasks.iter().map(|task| {
        let downstream: Vec<String> = task.downstream.iter().map(|task| name(task)).collect();
        known(json!({
            "name": name(&task.name),
            "displayName": task.name,
            "taskType": task_type(task.kind),
            "downstreamTasks": downstream,
        }))
    });
    let body = known(json!({
        "name": of_workflow(&found.name),
        "displayName": found.name,
        "service": qualified(&[service]),
        "description": found.description,
        "sourceUrl": console::workflow(place, &found.name),
        "tasks": tasks.collect::<Vec<_>>(),
    }));
    let id = qualified(&[service, &of_workflow(&found.name)]);
    let mut writes = vec![pipeline(&id, &body)];
    let mut skipped_runs = 0;
    let statuses = runs.iter().map(|run| {
        let (tasks, skipped) = tasks_of(found, run);
        skipped_runs += skipped;
        Status {
            id: run.id.clone(),
            at: milliseconds(run.started),
            outcome: run.state.outcome,
            tasks,
        }
    });
    let statuses = statuses.collect();
    writes.extend(status_writes(&id, statuses));
    Rendering { writes, skipped_runs }
}

/// Each task with its newest run, and how many runs belong to no task of today.
fn tasks_of(workflow: &Workflow, run: &WorkflowRun) -> (Vec<Value>, usize) {
    let mut newest: BTreeMap<String, &JobRun> = BTreeMap::new();
    let mut skipped = 0;
    for job in &run.jobs {
        let tasks = tasks_with(workflow, &job.job);
        skipped += usize::from(tasks.is_empty());
        for task in tasks {
            let known = newest.entry(task).or_insert(job);
            if (job.started, &job.id) > (known.started, &known.id) {
                *known = job;
            }
        }
    }
    (newest.iter().map(|(task, run)| task_status(task, run)).collect(), skipped)
}

fn tasks_with(workflow: &Workflow, job: &str) -> Vec<String> {
    let tasks = workflow.tasks.iter();
    let tasks = tasks.filter(|task| task.kind == TaskKind::Job && task.node == job);
    tasks.map(|task| name(&task.name)).collect()
}

/// A job with its runs: outside workflows it has a pipeline of its own, inside only those runs are
/// shown that belong to no run of a workflow.
pub(super) fn job(
    place: &Place,
    service: &str,
    found: &Job,
    workflows: &[Workflow],
    runs: &[JobRun],
) -> Rendering {
    let mut all = Rendering::default();
    if workflows.is_empty() {
        let id = own_pipeline(service, found);
        all.writes.push(pipeline(&id, &own_body(place, service, found)));
        let statuses = runs.iter().map(|run| status_of(run, &[name(&found.name)]));
        all.writes.extend(status_writes(&id, statuses.collect()));
        return all;
    }
    let alone: Vec<&JobRun> = runs.iter().filter(|run| run.workflow_run.is_none()).collect();
    for workflow in workflows {
        let tasks = tasks_with(workflow, &found.name);
        if tasks.is_empty() {
            all.skipped_runs += alone.len();
            continue;
        }
        let id = qualified(&[service, &of_workflow(&workflow.name)]);
        let statuses = alone.iter().map(|run| status_of(run, &tasks)).collect();
        all.writes.extend(status_writes(&id, statuses));
    }
    all
}

fn own_pipeline(service: &str, job: &Job) -> String {
    qualified(&[service, &of_job(&job.name)])
}

fn own_body(place: &Place, service: &str, found: &Job) -> Value {
    let task = json!({
        "name": name(&found.name),
        "displayName": found.name,
        "taskType": task_type(TaskKind::Job),
        "downstreamTasks": [],
    });
    known(json!({
        "name": of_job(&found.name),
        "displayName": found.name,
        "service": qualified(&[service]),
        "description": found.description,
        "sourceUrl": console::job(place, &found.name),
        "tasks": [task],
    }))
}

fn pipeline(id: &str, body: &Value) -> Write {
    Write {
        key: Key { kind: Kind::Workflow, id: id.to_owned() },
        body: put_of(&["pipelines"], body),
    }
}

fn task_type(kind: TaskKind) -> Option<&'static str> {
    match kind {
        TaskKind::Job => Some("JOB"),
        TaskKind::Trigger => Some("TRIGGER"),
        TaskKind::Crawler => Some("CRAWLER"),
        TaskKind::Other => None,
    }
}

fn status_of(run: &JobRun, tasks: &[String]) -> Status {
    Status {
        id: run.id.clone(),
        at: milliseconds(run.started),
        outcome: run.state.outcome,
        tasks: tasks.iter().map(|task| task_status(task, run)).collect(),
    }
}

fn task_status(task: &str, run: &JobRun) -> Value {
    known(json!({
        "name": task,
        "executionStatus": word(run.state.outcome),
        "startTime": milliseconds(run.started),
        "endTime": end(&run.state, run.ended),
    }))
}

fn end(state: &RunState, ended: Option<OffsetDateTime>) -> Option<i64> {
    ended.filter(|_| state.is_final()).map(milliseconds)
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Successful => "Successful",
        Outcome::Failed => "Failed",
        Outcome::Pending => "Pending",
    }
}

fn milliseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// Oldest first, so that the server's latest is the latest. It keeps one status a millisecond: runs
/// that began in the same one are moved apart.
fn status_writes(pipeline: &str, mut statuses: Vec<Status>) -> Vec<Write> {
    statuses.sort_by(|one, two| (one.at, &one.id).cmp(&(two.at, &two.id)));
    let mut taken = i64::MIN;
    let writes = statuses.into_iter().map(|Status { id, at, outcome, tasks }| {
        taken = at.max(taken.saturating_add(1));
        let body = json!({
            "timestamp": taken,
            "executionStatus": word(outcome),
            "executionId": id,
            "taskStatus": tasks,
        });
        Write {
            key: Key { kind: Kind::Run, id: format!("{pipeline}>{id}") },
            body: put_of(&["pipelines", pipeline, "status"], &body),
        }
    });
    writes.collect()
}

/// What a job moves: from each table it reads to each table it writes; where only one side is known,
/// between the tables and the pipeline.
pub(super) fn lineage(
    place: &Place,
    service: &str,
    store: &Store<'_>,
    found: &Job,
    workflows: &[Workflow],
) -> Vec<Write> {
    let of_first = |workflow: &Workflow| qualified(&[service, &of_workflow(&workflow.name)]);
    // The server has one pipeline an edge.
    let pipeline = workflows.iter().map(of_first).min();
    let pipeline = pipeline.unwrap_or_else(|| own_pipeline(service, found));
    let tables = |names: &[crate::model::TableName]| -> Vec<String> {
        names.iter().map(|name| store.table_name(place, "", name)).collect()
    };
    let (reads, writes) = (tables(&found.reads), tables(&found.writes));
    let table = |id: &str| json!({ "type": "table", "name": id });
    let itself = json!({ "type": "pipeline", "name": pipeline });
    let mut edges = Vec::new();
    for from in &reads {
        for to in writes.iter().filter(|to| *to != from) {
            edges.push(json!({ "from": table(from), "to": table(to), "through": pipeline }));
        }
    }
    if writes.is_empty() {
        edges.extend(reads.iter().map(|from| json!({ "from": table(from), "to": itself })));
    }
    if reads.is_empty() {
        edges.extend(writes.iter().map(|to| json!({ "from": itself, "to": table(to) })));
    }
    let by = below(&pipeline, &name(&found.name));
    edges.into_iter().map(|edge| lineage_write(&by, &edge)).collect()
}

fn lineage_write(by: &str, edge: &Value) -> Write {
    let side = |side: &str| edge.pointer(&format!("/{side}/name")).and_then(Value::as_str);
    let (from, to) = (side("from").unwrap_or_default(), side("to").unwrap_or_default());
    // No name holds `>`.
    let key = Key { kind: Kind::Lineage, id: format!("{by}>{from}>{to}") };
    Write { key, body: json!({ "path": ["v1", "lineage"], "edge": edge }) }
}
