//! From Glue's runs to ours.

use aws_sdk_glue::types;

use super::{moment, said};
use crate::model::{JobRun, RunState, WorkflowRun};

/// Counts runs that say neither which they are nor when they began: they have no place in a history.
const INCOMPLETE: &str = "RunsIncomplete";
/// What Glue hands to every job that it starts inside a workflow.
const WORKFLOW_RUN_ID: &str = "--WORKFLOW_RUN_ID";

/// One run of `job`; `workflow_run` where it is known to belong to one.
pub(super) fn job_run(job: &str, workflow_run: Option<&str>, run: types::JobRun) -> Option<JobRun> {
    let (Some(id), Some(started)) = (said(run.id), run.started_on.and_then(moment)) else {
        return incomplete("job", job);
    };
    let state = RunState::of_job(run.job_run_state.as_ref().map_or("", |state| state.as_str()));
    let argument = run.arguments.and_then(|mut all| all.remove(WORKFLOW_RUN_ID));
    Some(JobRun {
        id,
        job: said(run.job_name).unwrap_or_else(|| job.to_owned()),
        ended: run.completed_on.and_then(moment).filter(|_| state.is_final()),
        state,
        started,
        error: said(run.error_message),
        workflow_run: workflow_run.map(str::to_owned).or_else(|| said(argument)),
    })
}

/// One run of `workflow`, with the runs of its jobs as its graph has them.
pub(super) fn workflow_run(workflow: &str, run: types::WorkflowRun) -> Option<WorkflowRun> {
    let (Some(id), Some(started)) = (said(run.workflow_run_id), run.started_on.and_then(moment))
    else {
        return incomplete("workflow", workflow);
    };
    let text = run.status.as_ref().map_or("", |status| status.as_str());
    let state = RunState::of_workflow(text, run.statistics.as_ref().map_or(0, unsuccessful));
    Some(WorkflowRun {
        workflow: said(run.name).unwrap_or_else(|| workflow.to_owned()),
        ended: run.completed_on.and_then(moment).filter(|_| state.is_final()),
        state,
        started,
        error: said(run.error_message),
        jobs: runs_of_jobs(&id, run.graph),
        id,
    })
}

fn runs_of_jobs(workflow_run: &str, graph: Option<types::WorkflowGraph>) -> Vec<JobRun> {
    let mut found: Vec<JobRun> = Vec::new();
    for node in graph.and_then(|graph| graph.nodes).into_iter().flatten() {
        let name = node.name.unwrap_or_default();
        let runs = node.job_details.and_then(|details| details.job_runs);
        for run in runs.into_iter().flatten() {
            let run = job_run(&name, Some(workflow_run), run);
            found.extend(run.filter(|run| found.iter().all(|other| other.id != run.id)));
        }
    }
    found.sort_by(|one, other| (one.started, &one.id).cmp(&(other.started, &other.id)));
    found
}

fn unsuccessful(actions: &types::WorkflowRunStatistics) -> u32 {
    let counts = [
        actions.failed_actions,
        actions.timeout_actions,
        actions.stopped_actions,
        actions.errored_actions,
    ];
    counts.into_iter().filter_map(|count| u32::try_from(count).ok()).sum()
}

fn incomplete<T>(of: &str, name: &str) -> Option<T> {
    metrics::counter!(INCOMPLETE).increment(1);
    tracing::warn!(of, name, "a run without an id or a beginning is passed over");
    None
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;
    use time::macros::datetime;

    use super::*;

    fn run() -> types::JobRun {
        types::JobRun::builder()
            .id("jr_1")
            .started_on(DateTime::from_secs(1_767_225_600))
            .job_run_state(types::JobRunState::Succeeded)
            .build()
    }

    #[test]
    fn a7_a_run_begins_when_glue_says_to_the_millisecond() {
        assert_eq!(job_run("load", None, run()).unwrap().started, datetime!(2026-01-01 0:00 UTC));
        // JSON carries seconds with a fraction, which no binary number holds exactly.
        let mut run = run();
        run.started_on = Some(DateTime::from_secs_f64(1_767_225_600.123));
        let started = job_run("load", None, run).unwrap().started;
        assert_eq!(started, datetime!(2026-01-01 0:00:00.123 UTC));
    }

    #[test]
    fn a5_a_run_that_goes_on_has_no_end_even_if_glue_names_one() {
        let mut running = run();
        running.job_run_state = Some(types::JobRunState::Running);
        running.completed_on = Some(DateTime::from_secs(1_767_225_660));
        assert_eq!(job_run("load", None, running).unwrap().ended, None);
    }

    #[test]
    fn a_run_without_a_beginning_is_passed_over_and_counted() {
        let recorder = metrics_util::debugging::DebuggingRecorder::new();
        let counted = recorder.snapshotter();
        let mut run = run();
        run.started_on = None;
        let read = metrics::with_local_recorder(&recorder, || job_run("load", None, run));
        assert_eq!(read, None);
        let values = counted.snapshot().into_vec();
        let [(key, _, _, value)] = values.as_slice() else { panic!("{values:?}") };
        assert_eq!(key.key().name(), INCOMPLETE);
        assert_eq!(value, &metrics_util::debugging::DebugValue::Counter(1));
    }

    #[test]
    fn a_run_knows_its_workflow_run_by_the_argument_glue_gave_it() {
        let mut run = run();
        let arguments = [(WORKFLOW_RUN_ID.to_owned(), "wr_1".to_owned())];
        run.arguments = Some(arguments.into());
        assert_eq!(job_run("load", None, run).unwrap().workflow_run.as_deref(), Some("wr_1"));
    }

    #[test]
    fn only_actions_that_went_wrong_make_a_run_unsuccessful() {
        let actions = types::WorkflowRunStatistics::builder().succeeded_actions(3);
        assert_eq!(unsuccessful(&actions.clone().build()), 0);
        let wrong = actions.failed_actions(1).timeout_actions(1).stopped_actions(1);
        assert_eq!(unsuccessful(&wrong.errored_actions(1).build()), 4);
    }
}
