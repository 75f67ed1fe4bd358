//! What Glue's words for the state of a run mean.

use crate::model::{Outcome, RunState};

/// Counts states that Glue did not have when this was written; they are taken for pending.
const UNKNOWN: &str = "RunStatesUnknown";

impl RunState {
    /// Of a run of a job.
    pub fn of_job(text: &str) -> Self {
        let outcome = match text {
            "SUCCEEDED" => Outcome::Successful,
            "FAILED" | "ERROR" | "TIMEOUT" | "EXPIRED" | "STOPPED" => Outcome::Failed,
            "STARTING" | "WAITING" | "RUNNING" | "STOPPING" => Outcome::Pending,
            unknown => pending("job", unknown),
        };
        Self { text: text.to_owned(), outcome }
    }

    /// Of a run of a workflow. Glue calls it `COMPLETED` whatever became of its actions, so those that
    /// failed, timed out, were stopped or ended in error are asked for as well.
    pub fn of_workflow(text: &str, unsuccessful_actions: u32) -> Self {
        let outcome = match text {
            "COMPLETED" if unsuccessful_actions == 0 => Outcome::Successful,
            "COMPLETED" | "STOPPED" | "ERROR" => Outcome::Failed,
            "RUNNING" | "STOPPING" => Outcome::Pending,
            unknown => pending("workflow", unknown),
        };
        Self { text: text.to_owned(), outcome }
    }
}

fn pending(of: &str, unknown: &str) -> Outcome {
    metrics::counter!(UNKNOWN).increment(1);
    tracing::warn!(of, state = unknown, "a run is in a state that is not known; taken for pending");
    Outcome::Pending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a4_each_of_the_ten_job_run_states_has_its_meaning() {
        for (text, outcome) in [
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
        ] {
            assert_eq!(RunState::of_job(text), RunState { text: text.to_owned(), outcome });
        }
    }

    #[test]
    fn a4_an_unknown_state_is_pending_and_counted_once() {
        let recorder = metrics_util::debugging::DebuggingRecorder::new();
        let counted = recorder.snapshotter();
        let state = metrics::with_local_recorder(&recorder, || RunState::of_job("HIBERNATING"));
        assert_eq!(state.outcome, Outcome::Pending);
        assert_eq!(state.text, "HIBERNATING");
        let values = counted.snapshot().into_vec();
        let [(key, _, _, value)] = values.as_slice() else { panic!("{values:?}") };
        assert_eq!(key.key().name(), UNKNOWN);
        assert_eq!(value, &metrics_util::debugging::DebugValue::Counter(1));
    }

    #[test]
    fn a_completed_workflow_run_with_a_failed_action_has_failed() {
        assert_eq!(RunState::of_workflow("COMPLETED", 0).outcome, Outcome::Successful);
        assert_eq!(RunState::of_workflow("COMPLETED", 1).outcome, Outcome::Failed);
    }

    #[test]
    fn a_workflow_run_that_goes_on_is_pending_whatever_failed_so_far() {
        assert_eq!(RunState::of_workflow("RUNNING", 1).outcome, Outcome::Pending);
        assert_eq!(RunState::of_workflow("STOPPING", 0).outcome, Outcome::Pending);
    }

    #[test]
    fn a_stopped_or_broken_workflow_run_has_failed() {
        assert_eq!(RunState::of_workflow("STOPPED", 0).outcome, Outcome::Failed);
        assert_eq!(RunState::of_workflow("ERROR", 0).outcome, Outcome::Failed);
    }
}
