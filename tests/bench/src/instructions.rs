//! Instructions, as valgrind's callgrind counts them: the same on a busy machine and on an idle one.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use crate::arguments::Wanted;
use crate::backend::{Backend, World};
use crate::figure::{Figure, Unit};
use crate::process::{Process, command};

/// Plans made in the shorter and in the longer run; the difference is divided by that of these.
const FEW: u32 = 100;
const MANY: u32 = 1100;

/// Whether valgrind is there.
pub(crate) fn are_countable() -> bool {
    let asked = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// Of both functions until they are ready, and of one plan.
pub(crate) async fn all(wanted: &Wanted, planning: &Path) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for function in ["poll_feed", "manage_iam_policies"] {
        let name = format!("{function}: start of the process until the first event");
        figures.push(Figure::of(name, Unit::Instructions, &[start(wanted, function).await?]));
    }
    let plan =
        (plans(wanted, planning, MANY)? - plans(wanted, planning, FEW)?) / f64::from(MANY - FEW);
    figures.push(Figure::of("planning one agreement", Unit::Instructions, &[plan]));
    Ok(figures)
}

fn callgrind(counted: &Path) -> Vec<String> {
    let file = format!("--callgrind-out-file={}", counted.display());
    ["valgrind", "-q", "--tool=callgrind", &file].map(str::to_owned).into()
}

/// Counted until the process asks for an event and is then ended.
async fn start(wanted: &Wanted, function: &str) -> anyhow::Result<f64> {
    let latency = Duration::from_millis(wanted.latency_milliseconds);
    let (backend, mut invocations) = Backend::start(latency, World::with_feed(0, 1)).await?;
    let counted = wanted.out.join(format!("{function}.callgrind"));
    let log = wanted.out.join(format!("{function}.log"));
    let under = callgrind(&counted);
    let mut command = command(&under, &wanted.program(function), backend.address, &log)?;
    let mut process = Process::start({
        command.env("PATH", "/usr/bin:/bin:/usr/local/bin");
        command
    })?;
    invocations.ready().await?;
    let asked = Command::new("kill").args(["-TERM", &process.id()?.to_string()]).status()?;
    anyhow::ensure!(asked.success(), "the counted process cannot be ended");
    process.ended().await?;
    total(&counted)
}

fn plans(wanted: &Wanted, planning: &Path, times: u32) -> anyhow::Result<f64> {
    let counted = wanted.out.join(format!("planning-{times}.callgrind"));
    let words = callgrind(&counted);
    let (program, rest) = words.split_first().context("no program")?;
    let ran = Command::new(program).args(rest).arg(planning).arg(times.to_string()).status()?;
    anyhow::ensure!(ran.success(), "{} failed", planning.display());
    total(&counted)
}

fn total(counted: &Path) -> anyhow::Result<f64> {
    let text = fs::read_to_string(counted).with_context(|| format!("{}", counted.display()))?;
    read_total(&text).with_context(|| format!("{} holds no total", counted.display()))
}

/// callgrind writes one `totals:` line, or, where it was ended from outside, `summary:`.
fn read_total(text: &str) -> Option<f64> {
    let line = |name: &str| text.lines().rev().find_map(|line| line.strip_prefix(name));
    let counted = line("totals:").or_else(|| line("summary:"))?;
    counted.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_profile_is_its_last_line() {
        assert_eq!(read_total("events: Ir\nsummary: 1\nfn=x\n1 2\ntotals: 4711\n"), Some(4711.0));
        assert_eq!(read_total("summary: 12\n"), Some(12.0));
        assert_eq!(read_total("events: Ir\n"), None);
    }
}
