//! A Glue and two targets in memory, with faults on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use clients::fake::FakeObjects;
use clients::snapshot::Snapshot;
use ingestion::model::{
    Crawler, Database, Entity, Job, JobRun, Outcome, Place, Published, RunState, Table, TableKind,
    TableName, Task, TaskKind, Trigger, Workflow, WorkflowRun,
};
use ingestion::progress::{State, Summary};
use ingestion::round::{RoundError, Rounds, Tick};
use ingestion::scope::Scope;
use ingestion::source::{GlueSource, Page, Paged, SourceError};
use ingestion::target::{Key, Kind, Put, Removed, Rendering, Target, TargetError, Write};
use lambda::deadline::Deadline;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

pub(super) const NOW: OffsetDateTime = datetime!(2026-08-01 06:00 UTC);
const STATE: &str = "ingest_glue/sales.json";

/// What Glue holds, and how it misbehaves.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) databases: Vec<Database>,
    pub(super) tables: Vec<Table>,
    pub(super) workflows: Vec<Workflow>,
    pub(super) jobs: Vec<Job>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) crawlers: Vec<Crawler>,
    pub(super) job_runs: Vec<JobRun>,
    pub(super) workflow_runs: Vec<WorkflowRun>,
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    /// Actions that are refused.
    pub(super) denied: BTreeSet<&'static str>,
    /// Actions that fail, so many times.
    pub(super) failing: BTreeMap<&'static str, u32>,
    /// Actions whose place in the list expires, so many times.
    pub(super) expiring: BTreeMap<&'static str, u32>,
    /// How long each call takes.
    pub(super) latency: Duration,
    pub(super) page: usize,
    pub(super) calls: BTreeMap<&'static str, u32>,
}

/// AWS Glue.
#[derive(Default)]
pub(super) struct FakeGlue(pub(super) Mutex<Contents>);

fn takes_one(faults: &mut BTreeMap<&'static str, u32>, action: &'static str) -> bool {
    let left = faults.entry(action).or_default();
    let takes = *left > 0;
    *left = left.saturating_sub(1);
    takes
}

impl FakeGlue {
    async fn answer<T>(
        &self,
        action: &'static str,
        (page, has_token): (usize, bool),
        of: impl Fn(&Contents) -> Vec<T>,
    ) -> Paged<T> {
        let latency = self.0.lock().unwrap().latency;
        tokio::time::sleep(latency).await;
        let mut contents = self.0.lock().unwrap();
        *contents.calls.entry(action).or_default() += 1;
        if contents.denied.contains(action) {
            return Err(SourceError::Denied { action, source: "AccessDeniedException".into() });
        }
        if takes_one(&mut contents.failing, action) {
            return Err(SourceError::Unavailable { action, source: "throttled".into() });
        }
        if has_token && takes_one(&mut contents.expiring, action) {
            return Err(SourceError::Expired { action });
        }
        let all = of(&contents);
        let (size, count) = (contents.page.max(1), all.len());
        let items = all.into_iter().skip(page * size).take(size).collect();
        let next = ((page + 1) * size < count).then(|| (page + 1).to_string());
        Ok(Page { items, next })
    }

    pub(super) fn calls(&self, action: &str) -> u32 {
        self.0.lock().unwrap().calls.get(action).copied().unwrap_or_default()
    }
}

fn place_in(page: Option<&str>) -> (usize, bool) {
    (page.map_or(0, |page| page.parse().unwrap()), page.is_some())
}

impl GlueSource for FakeGlue {
    async fn databases(&self, page: Option<&str>) -> Paged<Database> {
        self.answer("glue:GetDatabases", place_in(page), |glue| glue.databases.clone()).await
    }

    async fn tables(&self, database: &str, page: Option<&str>) -> Paged<Table> {
        let of = |glue: &Contents| {
            let tables = glue.tables.iter().filter(|table| table.name.database == database);
            tables.cloned().collect()
        };
        self.answer("glue:GetTables", place_in(page), of).await
    }

    async fn workflow_names(&self, page: Option<&str>) -> Paged<String> {
        let of = |glue: &Contents| glue.workflows.iter().map(|found| found.name.clone()).collect();
        self.answer("glue:ListWorkflows", place_in(page), of).await
    }

    async fn workflow(&self, name: &str) -> Result<Option<Workflow>, SourceError> {
        let of = |glue: &Contents| {
            glue.workflows.iter().filter(|found| found.name == name).cloned().collect()
        };
        Ok(self.answer("glue:GetWorkflow", (0, false), of).await?.items.pop())
    }

    async fn workflow_runs(&self, workflow: &str, page: Option<&str>) -> Paged<WorkflowRun> {
        let of = |glue: &Contents| {
            let runs = glue.workflow_runs.iter().filter(|run| run.workflow == workflow);
            runs.cloned().collect()
        };
        self.answer("glue:GetWorkflowRuns", place_in(page), of).await
    }

    async fn jobs(&self, page: Option<&str>) -> Paged<Job> {
        self.answer("glue:GetJobs", place_in(page), |glue| glue.jobs.clone()).await
    }

    async fn job_runs(&self, job: &str, page: Option<&str>) -> Paged<JobRun> {
        let of =
            |glue: &Contents| glue.job_runs.iter().filter(|run| run.job == job).cloned().collect();
        self.answer("glue:GetJobRuns", place_in(page), of).await
    }

    async fn triggers(&self, page: Option<&str>) -> Paged<Trigger> {
        self.answer("glue:GetTriggers", place_in(page), |glue| glue.triggers.clone()).await
    }

    async fn crawlers(&self, page: Option<&str>) -> Paged<Crawler> {
        self.answer("glue:GetCrawlers", place_in(page), |glue| glue.crawlers.clone()).await
    }

    async fn tags(&self, arn: &str) -> Result<BTreeMap<String, String>, SourceError> {
        let of = |glue: &Contents| vec![glue.tags.get(arn).cloned().unwrap_or_default()];
        let found = self.answer("glue:GetTags", (0, false), of).await?;
        Ok(found.items.into_iter().next().unwrap_or_default())
    }
}

/// A target that shows each entity and each run under its name.
#[derive(Default)]
pub(super) struct FakeTarget {
    name: String,
    pub(super) things: Mutex<BTreeMap<Key, serde_json::Value>>,
    /// Every write, in order.
    pub(super) writes: Mutex<Vec<Key>>,
    /// What the next calls meet.
    pub(super) faults: Mutex<Vec<&'static str>>,
    /// Ids that are never taken.
    pub(super) refused: Mutex<BTreeSet<String>>,
    /// Whether a job's runs are shown under its own id, as one thing.
    pub(super) runs_by_job: Mutex<bool>,
    /// Ids of runs that are never taken.
    pub(super) refused_runs: Mutex<BTreeSet<String>>,
    /// Ids that are still used.
    pub(super) used: Mutex<BTreeSet<String>>,
}

impl FakeTarget {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn ids(&self, kind: Kind) -> Vec<String> {
        let things = self.things.lock().unwrap();
        things.keys().filter(|key| key.kind == kind).map(|key| key.id.clone()).collect()
    }

    pub(super) fn written(&self) -> usize {
        self.writes.lock().unwrap().len()
    }

    fn fault(&self, key: &str) -> Result<(), TargetError> {
        let target = self.name.clone();
        match self.faults.lock().unwrap().pop() {
            Some("closed") => {
                Err(TargetError::Closed { target, reason: "the token is refused".to_owned() })
            }
            Some("busy") => Err(TargetError::Unavailable { target, source: "503".into() }),
            _ if self.refused.lock().unwrap().contains(key) => Err(TargetError::Refused {
                target,
                key: key.to_owned(),
                reason: "not like this".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

fn write(kind: Kind, id: impl Into<String>, body: serde_json::Value) -> Write {
    Write { key: Key { kind, id: id.into() }, body }
}

impl Target for FakeTarget {
    fn name(&self) -> &str {
        &self.name
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        self.fault("prepare")
    }

    fn render(&self, published: &Published<'_>) -> Rendering {
        let owner = published.owner;
        let writes = match published.entity {
            Entity::Database(database) => {
                let body = json!({ "description": database.description, "owner": owner });
                vec![write(Kind::Database, &database.name, body)]
            }
            Entity::Table(table) => {
                let body = json!({ "location": table.location, "owner": owner });
                vec![write(
                    Kind::Table,
                    format!("{}.{}", table.name.database, table.name.table),
                    body,
                )]
            }
            Entity::Workflow { workflow, runs } => {
                let mut writes =
                    vec![write(Kind::Workflow, &workflow.name, json!({ "owner": owner }))];
                writes.extend(runs.iter().map(|run| {
                    write(Kind::Run, format!("{} {}", workflow.name, run.id), json!(run.state.text))
                }));
                writes
            }
            Entity::Job { job, workflows, runs } => {
                let inside: Vec<&str> = workflows.iter().map(|found| found.name.as_str()).collect();
                let mut writes =
                    vec![write(Kind::Job, &job.name, json!({ "in": inside, "owner": owner }))];
                let outside = runs.iter().filter(|run| run.workflow_run.is_none());
                let as_one = *self.runs_by_job.lock().unwrap();
                writes.extend(outside.map(|run| {
                    let id =
                        if as_one { job.name.clone() } else { format!("{} {}", job.name, run.id) };
                    write(Kind::Run, id, json!(run.state.text))
                }));
                let reads =
                    job.reads.iter().map(|table| format!("{} from {}", job.name, table.table));
                writes.extend(reads.map(|id| write(Kind::Lineage, id, json!({}))));
                writes
            }
            Entity::Trigger(trigger) => {
                vec![write(Kind::Trigger, &trigger.name, json!({ "owner": owner }))]
            }
            Entity::Crawler(crawler) => {
                vec![write(Kind::Crawler, &crawler.name, json!({ "owner": owner }))]
            }
        };
        Rendering { writes, skipped_runs: 0 }
    }

    async fn put(&self, write: &Write) -> Result<Put, TargetError> {
        self.fault(&write.key.id)?;
        let is_run = write.key.kind == Kind::Run;
        if is_run && self.refused_runs.lock().unwrap().contains(&write.key.id) {
            let (target, key) = (self.name.clone(), write.key.id.clone());
            return Err(TargetError::Refused { target, key, reason: "nothing ran".to_owned() });
        }
        self.writes.lock().unwrap().push(write.key.clone());
        self.things.lock().unwrap().insert(write.key.clone(), write.body.clone());
        Ok(Put::Written)
    }

    async fn remove(&self, key: &Key) -> Result<Removed, TargetError> {
        self.fault(&key.id)?;
        if self.used.lock().unwrap().contains(&key.id) {
            return Ok(Removed::InUse);
        }
        self.things.lock().unwrap().remove(key);
        Ok(Removed::Gone)
    }
}

/// A Glue, two targets, and where the state is kept.
pub(super) struct World {
    pub(super) glue: FakeGlue,
    pub(super) assets: FakeTarget,
    pub(super) metadata: FakeTarget,
    pub(super) objects: FakeObjects,
    pub(super) scope: Scope,
    /// The time of a tick.
    pub(super) now: fn() -> OffsetDateTime,
}

impl World {
    pub(super) fn new() -> Self {
        let glue = FakeGlue::default();
        glue.0.lock().unwrap().page = 2;
        Self {
            glue,
            assets: FakeTarget::named("assets"),
            metadata: FakeTarget::named("metadata"),
            objects: FakeObjects::default(),
            scope: Scope::default(),
            now: || NOW,
        }
    }

    /// Two databases with three tables, a workflow with one job of two runs, a job outside, a trigger
    /// and a crawler.
    pub(super) fn filled() -> Self {
        let world = Self::new();
        world.change(|glue| {
            glue.databases = ["sales", "logistics"].map(database).into();
            glue.tables = [("sales", "orders"), ("sales", "returns"), ("logistics", "shelves")]
                .map(table)
                .into();
            glue.workflows = vec![workflow("nightly", &["load"])];
            glue.jobs = ["load", "report"].map(job).into();
            glue.job_runs = vec![run("load", "jr_2", 1), run("load", "jr_1", 2)];
            glue.triggers = vec![Trigger { name: "at-two".to_owned(), ..Trigger::default() }];
            glue.crawlers = vec![Crawler { name: "landing".to_owned(), ..Crawler::default() }];
        });
        world
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Contents)) {
        change(&mut self.glue.0.lock().unwrap());
    }

    /// One tick with ten minutes.
    pub(super) async fn tick(&self) -> Result<Tick, RoundError> {
        self.tick_within(Duration::from_mins(10)).await
    }

    pub(super) async fn tick_within(&self, left: Duration) -> Result<Tick, RoundError> {
        let snapshot: Snapshot<State> = Snapshot::load(&self.objects, STATE).await.unwrap();
        let rounds = Rounds {
            source: &self.glue,
            place: Place {
                partition: domain::arn::Partition::default(),
                account: "123456789012".to_owned(),
                region: "eu-central-1".to_owned(),
            },
            reader: "own role, arn:aws:sts::123456789012:assumed-role/dmm-ingest_glue/x".to_owned(),
            targets: vec![&self.assets, &self.metadata],
            objects: &self.objects,
            key: STATE.to_owned(),
            scope: &self.scope,
        };
        rounds.tick(snapshot, Deadline::within(left), self.now).await
    }

    /// A round in one tick.
    pub(super) async fn round(&self) -> Summary {
        let tick = self.tick().await.unwrap();
        assert!(matches!(tick, Tick::Finished(_)), "{tick:?}");
        self.state().await.last.unwrap()
    }

    pub(super) async fn state(&self) -> State {
        Snapshot::load(&self.objects, STATE).await.unwrap().value
    }
}

pub(super) fn database(name: &str) -> Database {
    let catalog = "123456789012".to_owned();
    Database { name: name.to_owned(), catalog, ..Database::default() }
}

pub(super) fn table((database, table): (&str, &str)) -> Table {
    Table {
        name: TableName { database: database.to_owned(), table: table.to_owned() },
        catalog: "123456789012".to_owned(),
        kind: TableKind::External,
        description: None,
        columns: Vec::new(),
        location: Some(format!("s3://lake/{database}/{table}/")),
        format: None,
        view: None,
        parameters: BTreeMap::new(),
        links_to: None,
    }
}

pub(super) fn workflow(name: &str, jobs: &[&str]) -> Workflow {
    let task = |job: &&str| Task {
        name: (*job).to_owned(),
        kind: TaskKind::Job,
        node: (*job).to_owned(),
        downstream: Vec::new(),
    };
    Workflow {
        name: name.to_owned(),
        description: None,
        tasks: jobs.iter().map(task).collect(),
        tags: BTreeMap::new(),
    }
}

pub(super) fn job(name: &str) -> Job {
    Job { name: name.to_owned(), ..Job::default() }
}

/// A successful run that began so many hours ago.
pub(super) fn run(job: &str, id: &str, hours: i64) -> JobRun {
    JobRun {
        id: id.to_owned(),
        job: job.to_owned(),
        state: RunState { text: "SUCCEEDED".to_owned(), outcome: Outcome::Successful },
        started: NOW - time::Duration::hours(hours),
        ended: Some(NOW - time::Duration::hours(hours) + time::Duration::minutes(5)),
        error: None,
        workflow_run: None,
    }
}

pub(super) fn running(job: &str, id: &str, hours: i64) -> JobRun {
    let state = RunState { text: "RUNNING".to_owned(), outcome: Outcome::Pending };
    JobRun { state, ended: None, ..run(job, id, hours) }
}
