//! From the start of a process until it asks for its first event, and that event.

use serde_json::json;

use super::grants::batch;
use super::{POLLER, Running, Series, WRITER};
use crate::arguments::Wanted;
use crate::backend::World;
use crate::figure::{Figure, Unit};

const READY_MILLISECONDS: f64 = 20.0;
const READY_MEGABYTES: f64 = 15.0;

pub(super) async fn all(wanted: &Wanted) -> anyhow::Result<Vec<Figure>> {
    let poll = of(wanted, POLLER, json!({})).await?;
    let grant = of(wanted, WRITER, batch(&["access-first".to_owned()])).await?;
    Ok(poll.into_iter().chain(grant).collect())
}

/// Starting is short and its spread is wide, so it is repeated more often than the rest.
async fn of(
    wanted: &Wanted,
    function: &str,
    event: serde_json::Value,
) -> anyhow::Result<Vec<Figure>> {
    let (mut ready, mut first) = (Series::default(), Series::default());
    let (mut cpu, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..wanted.runs * 3 {
        let mut running = Running::start(wanted, function, World::with_feed(1, 1)).await?;
        let usage = running.process.usage()?;
        cpu.push(usage.cpu_milliseconds);
        memory.push(usage.peak_megabytes);
        ready.push(running.ready_milliseconds, std::mem::take(&mut running.calls));
        let (took, calls, _) = running.invoke(event.clone()).await?;
        first.push(took, calls);
    }
    let named = |what: &str| format!("{function}: {what}");
    Ok(vec![
        ready
            .figure(
                named("start of the process until the first event is asked for"),
                Unit::Milliseconds,
            )
            .at_most(READY_MILLISECONDS),
        Figure::of(named("processor until then"), Unit::CpuMilliseconds, &cpu),
        Figure::of(named("memory resident then, at its peak"), Unit::Megabytes, &memory)
            .at_most(READY_MEGABYTES),
        first.figure(named("first event after that, one agreement"), Unit::Milliseconds),
    ])
}
