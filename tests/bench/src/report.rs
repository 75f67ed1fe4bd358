//! The report: a table for people, and the same for programs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use crate::figure::{Figure, Unit};

/// Everything measured in one go.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// How long each call took at least.
    pub(crate) latency_milliseconds: u64,
    /// Whether only the part was measured that takes no time.
    pub(crate) only_calls: bool,
    /// What was left out, and why.
    pub(crate) skipped: Vec<String>,
    /// The rows.
    pub(crate) figures: Vec<Figure>,
}

impl Report {
    /// Prints the table, and writes it below `out` as `report.md` and `report.json`.
    pub(crate) fn publish(&self, out: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
        let table = self.table();
        #[expect(clippy::print_stdout, reason = "the table is what the program is run for")]
        {
            println!("{table}");
        }
        fs::write(out.join("report.md"), table)?;
        fs::write(out.join("report.json"), serde_json::to_string_pretty(self)?)?;
        Ok(())
    }

    fn table(&self) -> String {
        let mut table = format!(
            "Each call to AWS and to the catalog takes {} ms. Medians, with the lowest and the highest run.\n\n\
             | what | median | lowest – highest | runs | goal | calls |\n| --- | --- | --- | --- | --- | --- |\n",
            self.latency_milliseconds
        );
        for figure in &self.figures {
            table.push_str(&row(figure));
        }
        for skipped in &self.skipped {
            // Writing to a string cannot fail.
            let _ = write!(table, "\nSKIPPED: {skipped}\n");
        }
        table
    }
}

fn row(figure: &Figure) -> String {
    let number = |value: f64| number(figure.unit, value);
    let goal = match (figure.goal, figure.misses_its_goal()) {
        (None, _) => String::new(),
        (Some(goal), false) => format!("≤ {}", number(goal)),
        (Some(goal), true) => {
            format!("≤ {}, missed by {}", number(goal), number(figure.median - goal))
        }
    };
    let spread = if figure.runs > 1 {
        format!("{} – {}", number(figure.lowest), number(figure.highest))
    } else {
        String::new()
    };
    format!(
        "| {} | {} {} | {spread} | {} | {goal} | {} |\n",
        figure.name,
        number(figure.median),
        figure.unit.name(),
        figure.runs,
        calls(figure)
    )
}

fn calls(figure: &Figure) -> String {
    let of_aws = |kind: &&String| kind.contains(':');
    let sum: u64 = figure.calls.iter().filter(|(kind, _)| of_aws(kind)).map(|(_, n)| n).sum();
    let each: Vec<String> = figure.calls.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    if each.is_empty() { String::new() } else { format!("AWS {sum}: {}", each.join(", ")) }
}

fn number(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Milliseconds | Unit::CpuMilliseconds | Unit::Megabytes => format!("{value:.1}"),
        Unit::Bytes | Unit::Instructions => grouped(&format!("{value:.0}")),
    }
}

/// Digits in groups of three.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Calls;

    #[test]
    fn a_row_sums_the_calls_to_aws_and_names_those_to_the_catalog_too() {
        let calls = Calls::from([("s3:GetObject".to_owned(), 1), ("GET events".to_owned(), 2)]);
        let figure = Figure::of("x", Unit::Milliseconds, &[1.0, 2.0, 3.0]).with_calls([&calls]);
        let expected = "| x | 2.0 ms | 1.0 – 3.0 | 3 |  | AWS 1: 2 GET events, 1 s3:GetObject |\n";
        assert_eq!(row(&figure), expected);
    }

    #[test]
    fn a_missed_goal_says_by_how_much() {
        let figure = Figure::of("zip", Unit::Bytes, &[4_123_456.0]).at_most(4_000_000.0);
        assert!(row(&figure).contains("≤ 4,000,000, missed by 123,456"), "{}", row(&figure));
    }
}
