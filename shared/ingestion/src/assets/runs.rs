//! Runs as assets show them.

use serde_json::{Value, json};
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::render::known;
use crate::model::{JobRun, Outcome, WorkflowRun};

/// How many runs an asset shows.
pub(super) const MOST_RUNS: usize = 10;

/// One run of a job; one that goes on has no end.
pub(super) fn job_run(run: &JobRun) -> Value {
    let JobRun { id, job: _, state, started, ended, error, workflow_run } = run;
    known([
        ("id", json!(id)),
        ("state", json!(state.text)),
        ("outcome", json!(outcome(run.state.outcome))),
        ("startedOn", json!(timestamp(*started))),
        ("endedOn", json!(ended.filter(|_| state.is_final()).map(timestamp))),
        ("error", json!(error)),
        ("workflowRun", json!(workflow_run)),
    ])
}

/// One run of a workflow.
pub(super) fn workflow_run(run: &WorkflowRun) -> Value {
    let WorkflowRun { id, workflow: _, state, started, ended, error, jobs: _ } = run;
    known([
        ("id", json!(id)),
        ("state", json!(state.text)),
        ("outcome", json!(outcome(run.state.outcome))),
        ("startedOn", json!(timestamp(*started))),
        ("endedOn", json!(ended.filter(|_| state.is_final()).map(timestamp))),
        ("error", json!(error)),
    ])
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
