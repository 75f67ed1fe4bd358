//! Workflows, their tasks, and jobs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::TableName;

/// A workflow. A round that is not finished keeps those it read for the jobs that come later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workflow {
    /// Its name, unique in the region.
    pub name: String,
    /// What people wrote about it.
    pub description: Option<String>,
    /// The nodes of its graph; none when it has no graph.
    pub tasks: Vec<Task>,
    /// Its tags; empty unless the owner is asked for by tag.
    pub tags: BTreeMap<String, String>,
}

/// What a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// A job.
    Job,
    /// A trigger.
    Trigger,
    /// A crawler.
    Crawler,
    /// A kind that came later.
    Other,
}

/// A node of a workflow's graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its name in the workflow: the node's own, or where two nodes share one, with its kind appended
    /// (`load-trigger`). Unique in the workflow.
    pub name: String,
    /// What it is.
    pub kind: TaskKind,
    /// The name of the job, trigger or crawler.
    pub node: String,
    /// Names (as [`Task::name`]) of the tasks that follow.
    pub downstream: Vec<String>,
}

impl Task {
    /// Whether it stands for a job.
    pub fn is_job(&self) -> bool {
        self.kind == TaskKind::Job
    }
}

/// A job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Its name, unique in the region.
    pub name: String,
    /// What people wrote about it.
    pub description: Option<String>,
    /// What runs it: `glueetl`, `pythonshell`, `gluestreaming`, ….
    pub command: Option<String>,
    /// Where its script lies.
    pub script: Option<String>,
    /// Glue's version.
    pub glue_version: Option<String>,
    /// The role it runs with.
    pub role: Option<String>,
    /// When it was last changed.
    pub changed: Option<OffsetDateTime>,
    /// Tables that its definition says it reads, each once, in order.
    pub reads: Vec<TableName>,
    /// Tables that its definition says it writes.
    pub writes: Vec<TableName>,
    /// Its tags; empty unless the owner is asked for by tag.
    pub tags: BTreeMap<String, String>,
}
