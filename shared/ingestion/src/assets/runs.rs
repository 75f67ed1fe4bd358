//! Runs as assets show them.

use serde_json::{Value, json};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::render::known;
use crate::model::{JobRun, Outcome, RunState, WorkflowRun};

/// How many runs an asset shows.
pub(super) const MOST_RUNS: usize = 10;

/// One run of a job; one that goes on has no end.
pub(super) fn job_run(run: &JobRun) -> Value {
    let JobRun { id, job: _, state, started, ended, error, workflow_run } = run;
    Shown { id, state, started: *started, ended: *ended, error, workflow_run }.run()
}

/// One run of a workflow.
pub(super) fn workflow_run(run: &WorkflowRun) -> Value {
    let WorkflowRun { id, workflow: _, state, started, ended, error, jobs: _ } = run;
    Shown { id, state, started: *started, ended: *ended, error, workflow_run: &None }.run()
}

/// What is shown of any run.
struct Shown<'a> {
    id: &'a str,
    state: &'a RunState,
    started: OffsetDateTime,
    ended: Option<OffsetDateTime>,
    error: &'a Option<String>,
    workflow_run: &'a Option<String>,
}

impl Shown<'_> {
    fn run(self) -> Value {
        let Self { id, state, started, ended, error, workflow_run } = self;
        known([
            ("id", json!(id)),
            ("state", json!(state.text)),
            ("outcome", json!(outcome(state.outcome))),
            ("startedOn", json!(timestamp(started))),
            ("endedOn", json!(ended.filter(|_| state.is_final()).map(timestamp))),
            ("error", json!(error)),
            ("workflowRun", json!(workflow_run)),
        ])
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Successful => "successful",
        Outcome::Failed => "failed",
        Outcome::Pending => "pending",
    }
}

/// Always with milliseconds, so that texts sort as times do.
pub(super) fn timestamp(time: OffsetDateTime) -> String {
    let form =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    time.to_offset(UtcOffset::UTC).format(form).unwrap_or_default()
}
