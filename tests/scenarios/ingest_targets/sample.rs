//! A small Glue catalog, and how its entities get to a target.

use ingestion::model::{
    Column, Database, Entity, Field, HiveType, Job, JobRun, Outcome, Place, Published, RunState,
    Table, TableKind, TableName, Task, TaskKind, Workflow, WorkflowRun,
};
use ingestion::target::{Put, Rendering, Target, TargetError};
use time::{Duration, OffsetDateTime};

/// 2026-01-01T00:00:00Z.
pub(super) const NEW_YEAR: i64 = 1_767_225_600;

pub(super) fn place() -> Place {
    Place {
        partition: "aws".parse().unwrap(),
        account: "111122223333".into(),
        region: "eu-central-1".into(),
    }
}

pub(super) fn at(minutes: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(NEW_YEAR).unwrap() + Duration::minutes(minutes)
}

pub(super) fn database(name: &str) -> Database {
    Database { name: name.into(), catalog: place().account, ..Database::default() }
}

pub(super) fn table_name(database: &str, table: &str) -> TableName {
    TableName { database: database.into(), table: table.into() }
}

fn column(name: &str, text: &str, kind: HiveType) -> Column {
    let is_partition_key = name == "dt";
    Column { name: name.into(), kind, text: text.into(), comment: None, is_partition_key }
}

pub(super) fn table(database: &str, name: &str) -> Table {
    let plain = |name: &str| HiveType::Plain(name.into());
    let field = Field { name: "street".into(), kind: plain("string"), text: "string".into() };
    let text = HiveType::Text { name: "varchar".into(), length: 20 };
    Table {
        name: table_name(database, name),
        catalog: place().account,
        kind: TableKind::External,
        description: None,
        columns: vec![
            column("id", "bigint", plain("bigint")),
            column("id", "string", plain("string")),
            column("code", "varchar(20)", text),
            column("tags", "array<string>", HiveType::Array(Box::new(plain("string")))),
            column("address", "struct<street:string>", HiveType::Struct(vec![field])),
            column("dt", "string", plain("string")),
        ],
        location: Some("s3://acme-lake/orders/".into()),
        format: Some("parquet".into()),
        view: None,
        parameters: std::collections::BTreeMap::new(),
        links_to: None,
    }
}

fn task(name: &str, kind: TaskKind, downstream: &[&str]) -> Task {
    let downstream = downstream.iter().map(|&name| name.into()).collect();
    Task { name: name.into(), kind, node: name.into(), downstream }
}

/// Trigger `start` → job `load` → crawler `look`.
pub(super) fn nightly() -> Workflow {
    Workflow {
        name: "nightly".into(),
        description: None,
        tasks: vec![
            task("start", TaskKind::Trigger, &["load"]),
            task("load", TaskKind::Job, &["look"]),
            task("look", TaskKind::Crawler, &[]),
        ],
        tags: std::collections::BTreeMap::new(),
    }
}

pub(super) fn job(name: &str) -> Job {
    Job { name: name.into(), ..Job::default() }
}

pub(super) fn state(text: &str, outcome: Outcome) -> RunState {
    RunState { text: text.into(), outcome }
}

pub(super) fn done() -> RunState {
    state("SUCCEEDED", Outcome::Successful)
}

/// A run of ten minutes, or one that goes on.
pub(super) fn job_run(id: &str, job: &str, state: RunState, minutes: i64) -> JobRun {
    let ended = state.is_final().then(|| at(minutes + 10));
    JobRun {
        id: id.into(),
        job: job.into(),
        state,
        started: at(minutes),
        ended,
        error: None,
        workflow_run: None,
    }
}

pub(super) fn workflow_run(id: &str, state: RunState, jobs: Vec<JobRun>) -> WorkflowRun {
    let (ended, started) = (state.is_final().then(|| at(60)), at(0));
    WorkflowRun {
        id: id.into(),
        workflow: "nightly".into(),
        state,
        started,
        ended,
        error: None,
        jobs,
    }
}

pub(super) fn render(target: &impl Target, entity: Entity<'_>) -> Rendering {
    render_owned(target, entity, None)
}

pub(super) fn render_owned(
    target: &impl Target,
    entity: Entity<'_>,
    owner: Option<&str>,
) -> Rendering {
    target.render(&Published { place: &place(), owner, entity })
}

/// Sends all writes of an entity.
pub(super) async fn publish(
    target: &impl Target,
    entity: Entity<'_>,
) -> Result<Vec<Put>, TargetError> {
    let mut puts = Vec::new();
    for write in render(target, entity).writes {
        puts.push(target.put(&write).await?);
    }
    Ok(puts)
}
