//! One row of the report: a series of measured values, and the calls counted meanwhile.

use std::collections::BTreeMap;

use serde::Serialize;

/// Calls by kind, such as `s3:GetObject`.
pub(crate) type Calls = BTreeMap<String, u64>;

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// Milliseconds of time on the clock.
    Milliseconds,
    /// Milliseconds of processor time, user and system together.
    CpuMilliseconds,
    /// Millions of bytes.
    Megabytes,
    /// Characters of a policy, or bytes of a zip.
    Bytes,
    /// Instructions that callgrind counted.
    Instructions,
}

impl Unit {
    /// As the table spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::CpuMilliseconds => "ms of processor",
            Self::Megabytes => "MB",
            Self::Bytes => "bytes",
            Self::Instructions => "instructions",
        }
    }
}

/// A row.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) name: String,
    /// What it is counted in.
    pub(crate) unit: Unit,
    /// The one in the middle.
    pub(crate) median: f64,
    /// The lowest.
    pub(crate) lowest: f64,
    /// The highest.
    pub(crate) highest: f64,
    /// How many there are.
    pub(crate) runs: usize,
    /// What it should be at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) goal: Option<f64>,
    /// Calls during one run; of several runs the most of each kind.
    pub(crate) calls: Calls,
}

impl Figure {
    /// Of at least one value.
    pub(crate) fn of(name: impl Into<String>, unit: Unit, values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
        let (runs, last) = (sorted.len(), sorted.len().saturating_sub(1));
        let median = f64::midpoint(at(last / 2), at(last.div_ceil(2)));
        let (lowest, highest) = (at(0), at(last));
        let (name, goal, calls) = (name.into(), None, Calls::new());
        Self { name, unit, median, lowest, highest, runs, goal, calls }
    }

    /// The same with what it should be at most.
    #[must_use]
    pub(crate) fn at_most(self, goal: f64) -> Self {
        Self { goal: Some(goal), ..self }
    }

    /// The same with the calls of each run.
    #[must_use]
    pub(crate) fn with_calls<'a>(mut self, runs: impl IntoIterator<Item = &'a Calls>) -> Self {
        for (kind, count) in runs.into_iter().flatten() {
            let most = self.calls.entry(kind.clone()).or_default();
            *most = (*most).max(*count);
        }
        self
    }

    /// Whether the goal is missed; a row without one misses nothing.
    pub(crate) fn misses_its_goal(&self) -> bool {
        self.goal.is_some_and(|goal| self.median > goal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_of_values_lies_between_the_two_in_the_middle() {
        let figure = Figure::of("x", Unit::Milliseconds, &[4.0, 1.0, 3.0, 100.0]);
        assert_eq!((figure.median, figure.lowest, figure.highest), (3.5, 1.0, 100.0));
    }

    #[test]
    fn of_several_runs_the_most_calls_of_each_kind_count() {
        let of = |kind: &str, count| Calls::from([(kind.to_owned(), count)]);
        let runs = [of("a", 1), of("a", 3), of("b", 2)];
        let figure = Figure::of("x", Unit::Milliseconds, &[1.0]).with_calls(&runs);
        assert_eq!(figure.calls, Calls::from([("a".to_owned(), 3), ("b".to_owned(), 2)]));
    }

    #[test]
    fn a_goal_is_missed_by_the_median_and_not_by_the_worst_run() {
        let figure = Figure::of("x", Unit::Milliseconds, &[19.0, 19.5, 40.0]).at_most(20.0);
        assert!(!figure.misses_its_goal());
        assert!(figure.at_most(19.0).misses_its_goal());
    }
}
