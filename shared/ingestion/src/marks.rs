//! How far the runs of a job or workflow were sent. Runs come newest first; everything older than the
//! mark is final and was sent.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::memory::Fingerprint;
use crate::model::{JobRun, WorkflowRun};

/// Runs that are always read, so that what is shown of the latest ones does not depend on the mark.
pub(crate) const LATEST: usize = 10;

/// A run, as far as reading it goes.
pub(crate) trait Run {
    fn started(&self) -> OffsetDateTime;
    fn is_final(&self) -> bool;
}

impl Run for JobRun {
    fn started(&self) -> OffsetDateTime {
        self.started
    }

    fn is_final(&self) -> bool {
        self.state.is_final()
    }
}

impl Run for WorkflowRun {
    fn started(&self) -> OffsetDateTime {
        self.started
    }

    fn is_final(&self) -> bool {
        self.state.is_final()
    }
}

/// The mark of one job or workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Older runs are final and were sent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    since: Option<OffsetDateTime>,
    /// What was sent of the runs since then: by target and key.
    #[serde(default)]
    sent: BTreeMap<String, BTreeMap<String, Fingerprint>>,
}

impl Mark {
    /// The oldest run that still matters.
    pub(crate) fn floor(&self, first: OffsetDateTime) -> OffsetDateTime {
        self.since.unwrap_or(first)
    }

    /// Whether a target has exactly this of a run.
    pub(crate) fn has(&self, target: &str, key: &str, fingerprint: &Fingerprint) -> bool {
        self.sent.get(target).and_then(|sent| sent.get(key)) == Some(fingerprint)
    }

    /// Remembers that a target has it.
    pub(crate) fn sent(&mut self, target: &str, key: &str, fingerprint: Fingerprint) {
        self.sent.entry(target.to_owned()).or_default().insert(key.to_owned(), fingerprint);
    }

    /// Moves on: everything that these runs are was sent as far as it can be, under these keys.
    pub(crate) fn advance<R: Run>(&mut self, runs: &[R], keys: &BTreeSet<String>) {
        let oldest_open = runs.iter().filter(|run| !run.is_final()).map(Run::started).min();
        let newest = runs.iter().map(Run::started).max();
        self.since = oldest_open.or(newest).or(self.since);
        for sent in self.sent.values_mut() {
            sent.retain(|key, _| keys.contains(key));
        }
    }
}

/// Of runs that were read newest first: those since `floor`, and the latest ones.
pub(crate) fn worth_sending<R: Run>(mut runs: Vec<R>, floor: OffsetDateTime) -> Vec<R> {
    runs.sort_by_key(|run| std::cmp::Reverse(run.started()));
    let mut rank = 0;
    runs.retain(|run| {
        rank += 1;
        rank <= LATEST || run.started() >= floor
    });
    runs
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::model::{Outcome, RunState};

    const NEWEST: OffsetDateTime = datetime!(2026-08-01 12:00 UTC);

    /// A run that began so many hours before the newest.
    fn run(hours: i64, outcome: Outcome) -> JobRun {
        JobRun {
            id: format!("jr_{hours}"),
            job: "load".to_owned(),
            state: RunState { text: "ANY".to_owned(), outcome },
            started: NEWEST - time::Duration::hours(hours),
            ended: None,
            error: None,
            workflow_run: None,
        }
    }

    #[test]
    fn the_mark_stays_before_the_oldest_run_that_can_still_change() {
        let mut mark = Mark::default();
        let runs = [run(0, Outcome::Successful), run(5, Outcome::Pending), run(9, Outcome::Failed)];
        mark.advance(&runs, &BTreeSet::new());
        assert_eq!(mark.floor(NEWEST), NEWEST - time::Duration::hours(5));
    }

    #[test]
    fn the_mark_stands_at_the_newest_run_when_all_are_final() {
        let mut mark = Mark::default();
        mark.advance(&[run(1, Outcome::Successful), run(3, Outcome::Failed)], &BTreeSet::new());
        assert_eq!(mark.floor(NEWEST), NEWEST - time::Duration::hours(1));
        mark.advance(&[] as &[JobRun], &BTreeSet::new());
        assert_eq!(mark.floor(NEWEST), NEWEST - time::Duration::hours(1));
    }

    #[test]
    fn the_latest_runs_are_kept_whatever_the_mark_says_and_all_runs_since_it() {
        let runs: Vec<JobRun> = (0..30).map(|hours| run(hours, Outcome::Successful)).collect();
        assert_eq!(worth_sending(runs.clone(), NEWEST).len(), LATEST);
        let floor = NEWEST - time::Duration::hours(20);
        assert_eq!(worth_sending(runs, floor).len(), 21);
    }

    #[test]
    fn only_keys_that_are_still_shown_are_remembered() {
        let mut mark = Mark::default();
        let body = Fingerprint::of(&serde_json::json!({}));
        mark.sent("om", "old", body.clone());
        mark.sent("om", "new", body.clone());
        mark.advance(&[run(0, Outcome::Successful)], &["new".to_owned()].into());
        assert!(mark.has("om", "new", &body) && !mark.has("om", "old", &body));
    }
}
