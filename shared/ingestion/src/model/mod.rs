//! What is published: plain values, as Glue has them and every catalog can show them.

mod place;
mod run;
mod schedule;
mod table;
mod types;
mod workflow;

pub use place::Place;
pub use run::{JobRun, Outcome, RunState, WorkflowRun};
pub use schedule::{Crawl, Crawler, Trigger};
pub use table::{Column, Database, Table, TableKind, TableName};
pub use types::{Field, HiveType};
pub use workflow::{Job, Task, TaskKind, Workflow};

/// Anything that is published, with the runs that belong to it.
#[derive(Clone, Copy, Debug)]
pub enum Entity<'a> {
    /// A database.
    Database(&'a Database),
    /// A table or view.
    Table(&'a Table),
    /// A workflow.
    Workflow {
        /// The workflow with its tasks.
        workflow: &'a Workflow,
        /// Its runs, newest first: those that were not final when they were last sent, and newer ones.
        runs: &'a [WorkflowRun],
    },
    /// A job, inside workflows or outside.
    Job {
        /// The job.
        job: &'a Job,
        /// The workflows that have it as a task; empty for a job outside workflows.
        workflows: &'a [Workflow],
        /// Its runs, newest first: those that were not final when they were last sent, and newer ones.
        runs: &'a [JobRun],
    },
    /// A trigger.
    Trigger(&'a Trigger),
    /// A crawler.
    Crawler(&'a Crawler),
}

/// An entity, and what surrounds it.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a> {
    /// The Glue catalog it lies in.
    pub place: &'a Place,
    /// The team that owns it, from the configured tag or parameter.
    pub owner: Option<&'a str>,
    /// The entity.
    pub entity: Entity<'a>,
}
