//! Runs of jobs and workflows.

use time::OffsetDateTime;

/// What became of a run, in the words every catalog has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it should.
    Successful,
    /// It did not.
    Failed,
    /// Not known yet.
    Pending,
}

/// Glue's own word for the state of a run, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunState {
    /// As Glue says it.
    pub text: String,
    /// What it means.
    pub outcome: Outcome,
}

impl RunState {
    /// Whether the run can still change.
    pub fn is_final(&self) -> bool {
        self.outcome != Outcome::Pending
    }
}

/// One run of a job. Attempts after a failure are runs of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRun {
    /// Glue's id, unique in the job.
    pub id: String,
    /// The job.
    pub job: String,
    /// What became of it.
    pub state: RunState,
    /// When it began.
    pub started: OffsetDateTime,
    /// When it ended; never for one that goes on.
    pub ended: Option<OffsetDateTime>,
    /// Why it failed.
    pub error: Option<String>,
    /// The workflow run it belongs to.
    pub workflow_run: Option<String>,
}

/// One run of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Glue's id, unique in the workflow.
    pub id: String,
    /// The workflow.
    pub workflow: String,
    /// What became of it. `COMPLETED` with failed actions is a failure.
    pub state: RunState,
    /// When it began.
    pub started: OffsetDateTime,
    /// When it ended.
    pub ended: Option<OffsetDateTime>,
    /// Why it failed.
    pub error: Option<String>,
    /// The runs of its jobs, each with its state then.
    pub jobs: Vec<JobRun>,
}
