//! What is measured, in the order of the report.

mod grants;
mod polls;
mod starts;
mod zips;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use crate::arguments::Wanted;
use crate::backend::{Backend, Invocations, World};
use crate::figure::{Calls, Figure, Unit};
use crate::instructions;
use crate::process::{Process, command};
use crate::report::Report;

const POLLER: &str = "poll_feed";
const WRITER: &str = "manage_iam_policies";

/// Everything wanted; prints and writes the report.
pub(crate) async fn all(wanted: Wanted) -> anyhow::Result<()> {
    std::fs::create_dir_all(&wanted.out)?;
    let mut skipped = Vec::new();
    let mut figures = Vec::new();
    if !wanted.only_calls {
        figures.extend(starts::all(&wanted).await?);
    }
    figures.extend(polls::all(&wanted).await?);
    figures.extend(grants::all(&wanted).await?);
    if let Some(zips) = &wanted.zips {
        figures.extend(zips::all(zips, &wanted.architecture)?);
    }
    match (&wanted.planning, instructions::are_countable()) {
        (Some(planning), true) => figures.extend(instructions::all(&wanted, planning).await?),
        (Some(_), false) => skipped.push("instructions: valgrind is not installed".to_owned()),
        (None, _) => {}
    }
    let Wanted { latency_milliseconds, only_calls, .. } = wanted;
    Report { latency_milliseconds, only_calls, skipped, figures }.publish(&wanted.out)
}

impl Wanted {
    /// The binary of a function.
    pub(crate) fn program(&self, function: &str) -> PathBuf {
        self.binaries.join(function)
    }

    fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_milliseconds)
    }
}

/// A function that has started, in a world of its own.
struct Running {
    backend: Backend,
    invocations: Invocations,
    process: Process,
    /// From the start of the process until it asked for its first event.
    ready_milliseconds: f64,
    /// What it called until then.
    calls: Calls,
}

impl Running {
    async fn start(wanted: &Wanted, function: &str, world: World) -> anyhow::Result<Self> {
        let (backend, mut invocations) = Backend::start(wanted.latency(), world).await?;
        let log = wanted.out.join(format!("{function}.log"));
        let command = command(&[], &wanted.program(function), backend.address, &log)?;
        let process = Process::start(command)?;
        let ready = invocations.ready().await.with_context(|| see(&log))?;
        let ready_milliseconds = milliseconds(ready - process.started);
        let calls = backend.take_calls();
        Ok(Self { backend, invocations, process, ready_milliseconds, calls })
    }

    /// One event; how long it took, in milliseconds, and what was called meanwhile.
    async fn invoke(
        &mut self,
        event: serde_json::Value,
    ) -> anyhow::Result<(f64, Calls, serde_json::Value)> {
        let (took, answer) = self.invocations.invoke(event).await?;
        Ok((milliseconds(took), self.backend.take_calls(), answer))
    }
}

fn see(log: &Path) -> String {
    format!("what the process printed is in {}", log.display())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Values of several runs, each with its calls.
#[derive(Debug, Default)]
struct Series {
    values: Vec<f64>,
    calls: Vec<Calls>,
}

impl Series {
    fn push(&mut self, value: f64, calls: Calls) {
        self.values.push(value);
        self.calls.push(calls);
    }

    fn figure(&self, name: impl Into<String>, unit: Unit) -> Figure {
        Figure::of(name, unit, &self.values).with_calls(&self.calls)
    }
}
