//! What was accepted before, and whether a new report is much above it. Only figures that repeat on
//! any machine are compared: calls, instructions, bytes of policy and of zip.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

use crate::figure::Calls;

/// Above its baseline by more than this, a figure fails.
const TOLERANCE: f64 = 0.10;

/// Figures by name.
type Figures = BTreeMap<String, f64>;

#[derive(Deserialize)]
struct Report {
    figures: Vec<Row>,
    skipped: Vec<String>,
    only_calls: bool,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    unit: String,
    median: f64,
    calls: Calls,
}

impl Report {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is no report", path.display()))
    }

    fn figures(&self) -> Figures {
        let mut figures = Figures::new();
        for row in &self.figures {
            if ["bytes", "instructions"].contains(&row.unit.as_str()) {
                figures.insert(format!("{}, {}", row.name, row.unit), row.median);
            }
            for (kind, count) in &row.calls {
                // Far below 2^52 in any run that ends.
                #[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
                figures.insert(format!("{}, calls of {kind}", row.name), *count as f64);
            }
        }
        figures
    }
}

/// Fails if a figure of the report is much above its baseline, or has none.
pub(crate) fn check(report: &Path, baseline: &Path) -> anyhow::Result<()> {
    let report = Report::read(report)?;
    let figures = report.figures();
    anyhow::ensure!(!figures.is_empty(), "the report holds nothing that can be compared");
    let text = fs::read_to_string(baseline).with_context(|| format!("{}", baseline.display()))?;
    let accepted: Figures = serde_json::from_str(&text)?;
    let mut problems = problems(&figures, &accepted);
    if !report.only_calls && report.skipped.is_empty() {
        let lost = accepted.keys().filter(|name| !figures.contains_key(*name));
        problems.extend(lost.map(|name| format!("{name}: not measured any more")));
    }
    for skipped in &report.skipped {
        eprintln!("\n*** SKIPPED: {skipped}\n");
    }
    eprintln!("{} of the {} figures of the baseline are compared", figures.len(), accepted.len());
    anyhow::ensure!(problems.is_empty(), "{}", problems.join("\n       "));
    Ok(())
}

fn problems(figures: &Figures, accepted: &Figures) -> Vec<String> {
    let compared = figures.iter().filter_map(|(name, found)| match accepted.get(name) {
        None => Some(format!(
            "{name}: {found} has no baseline; ./cicd.sh bench --write makes this one the baseline"
        )),
        Some(before) if *found > before * (1.0 + TOLERANCE) => {
            Some(format!("{name}: {found} is more than a tenth above the baseline of {before}"))
        }
        Some(_) => None,
    });
    compared.collect()
}

/// Replaces the baseline; what was not measured this time keeps its value.
pub(crate) fn accept(report: &Path, baseline: &Path) -> anyhow::Result<()> {
    let mut accepted: Figures = match fs::read_to_string(baseline) {
        Ok(text) => serde_json::from_str(&text)?,
        Err(_) => Figures::new(),
    };
    accepted.extend(Report::read(report)?.figures());
    let text = serde_json::to_string_pretty(&accepted)?;
    fs::write(baseline, text + "\n").with_context(|| format!("{}", baseline.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(value: f64) -> Figures {
        Figures::from([("poll, calls of sqs".to_owned(), value)])
    }

    #[test]
    fn a_tenth_more_than_before_is_tolerated_and_anything_above_is_named() {
        assert!(problems(&figures(110.0), &figures(100.0)).is_empty());
        assert!(problems(&figures(1.0), &figures(100.0)).is_empty());
        let problems = problems(&figures(111.0), &figures(100.0));
        assert!(problems[0].contains("poll, calls of sqs: 111"), "{problems:?}");
    }

    #[test]
    fn a_call_of_a_new_kind_has_no_baseline_and_fails() {
        let problems = problems(&figures(1.0), &Figures::new());
        assert!(problems[0].contains("has no baseline"), "{problems:?}");
    }

    #[test]
    fn calls_and_what_repeats_are_compared_and_times_are_not() {
        let report: Report = serde_json::from_str(
            r#"{"skipped": [], "only_calls": false, "figures": [
              {"name": "poll", "unit": "milliseconds", "median": 9.0, "calls": {"s3:GetObject": 1}},
              {"name": "zip", "unit": "bytes", "median": 7.0, "calls": {}}]}"#,
        )
        .unwrap();
        let names: Vec<String> = report.figures().into_keys().collect();
        assert_eq!(names, ["poll, calls of s3:GetObject", "zip, bytes"]);
    }
}
