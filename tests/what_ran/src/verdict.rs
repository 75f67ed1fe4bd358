//! Whether what the documents name has passed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::log::Passed;
use crate::source::{Definitions, Runner};

/// What became of the tests that the documents name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many passed, wherever they are defined.
    pub passed: usize,
    /// Tests that did not run because their stage was skipped, by stage.
    pub skipped: BTreeMap<String, Vec<String>>,
    /// Why each other test does not count as having passed.
    pub missing: Vec<String>,
}

/// Compares. `skipped` are the stages that said loudly that they cannot run here.
pub fn judge(
    named: &BTreeSet<String>,
    definitions: &Definitions,
    passed: &Passed,
    skipped: &BTreeSet<String>,
) -> Verdict {
    let mut verdict = Verdict::default();
    for name in named {
        let runners = definitions.get(name).map_or(&[][..], Vec::as_slice);
        let times = passed.get(name).copied().unwrap_or_default();
        let stage = runners.iter().find_map(|runner| match runner {
            Runner::Stage(stage) if skipped.contains(stage) => Some(stage),
            Runner::Stage(_) | Runner::Nobody => None,
        });
        if runners.is_empty() {
            verdict.missing.push(format!("{name}: there is no such test"));
        } else if runners.contains(&Runner::Nobody) {
            verdict.missing.push(format!("{name}: is ignored, and names no stage that runs it"));
        } else if times >= runners.len() {
            verdict.passed += 1;
        } else if let Some(stage) = stage {
            verdict.skipped.entry(stage.clone()).or_default().push(name.clone());
        } else {
            let of = runners.len();
            verdict.missing.push(format!("{name}: {times} of {of} tests of this name passed"));
        }
    }
    verdict
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} tests that the documents name have passed", self.passed)?;
        for (stage, tests) in &self.skipped {
            writeln!(f, "\n*** NOT RUN, because stage \"{stage}\" was skipped:")?;
            tests.iter().try_for_each(|test| writeln!(f, "  {test}"))?;
        }
        if !self.missing.is_empty() {
            writeln!(f, "\nerror: the documents name tests that did not pass in this run:")?;
        }
        self.missing.iter().try_for_each(|test| writeln!(f, "  {test}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str = "a_rule_that_is_held";

    fn judged(runners: &[Runner], times: usize, skipped: &[&str]) -> Verdict {
        let named = [TEST.to_owned()].into();
        let definitions = [(TEST.to_owned(), runners.to_vec())].into();
        let passed = [(TEST.to_owned(), times)].into();
        let skipped = skipped.iter().map(|stage| (*stage).to_owned()).collect();
        judge(&named, &definitions, &passed, &skipped)
    }

    fn stage(name: &str) -> Runner {
        Runner::Stage(name.to_owned())
    }

    #[test]
    fn a_test_that_passed_is_counted() {
        let verdict = judged(&[stage("tests")], 1, &[]);
        assert_eq!((verdict.passed, verdict.missing.len()), (1, 0));
    }

    #[test]
    fn a_test_that_is_nowhere_reported_as_passed_is_missing() {
        let verdict = judged(&[stage("tests")], 0, &["lint of grants"]);
        assert_eq!(verdict.missing, [format!("{TEST}: 0 of 1 tests of this name passed")]);
        assert!(verdict.to_string().contains("did not pass in this run"));
    }

    #[test]
    fn of_two_tests_of_one_name_both_are_to_pass() {
        let runners = [stage("tests"), stage("tests")];
        assert_eq!(judged(&runners, 1, &[]).missing.len(), 1);
        assert_eq!(judged(&runners, 2, &[]).missing.len(), 0);
    }

    #[test]
    fn a_test_of_a_stage_that_was_skipped_is_told_and_is_no_failure() {
        let verdict = judged(&[stage("lint of grants")], 0, &["lint of grants"]);
        assert_eq!((verdict.passed, verdict.missing.len()), (0, 0));
        let told = verdict.to_string();
        assert!(told.contains("NOT RUN") && told.contains(TEST), "{told}");
    }

    #[test]
    fn a_test_that_no_stage_runs_holds_nothing() {
        assert_eq!(judged(&[Runner::Nobody], 1, &[]).missing.len(), 1);
        assert_eq!(judged(&[], 1, &[]).missing, [format!("{TEST}: there is no such test")]);
    }
}
