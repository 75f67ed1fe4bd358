//! Polls of feeds of several lengths, each by a process that has just started.

use anyhow::Context as _;
use serde_json::json;

use super::{POLLER, Running, Series};
use crate::arguments::Wanted;
use crate::backend::World;
use crate::figure::{Figure, Unit};

const POLL_MEGABYTES: f64 = 32.0;
/// The feed's length whose memory has a goal: one full page.
const ONE_PAGE: usize = 1000;

pub(super) async fn all(wanted: &Wanted) -> anyhow::Result<Vec<Figure>> {
    let mut figures = poll(wanted, ONE_PAGE, ONE_PAGE, wanted.runs).await?;
    figures.extend(poll(wanted, ONE_PAGE, 50, wanted.runs).await?);
    figures.extend(poll(wanted, ONE_PAGE, 1, wanted.runs).await?);
    if !wanted.only_calls {
        figures.extend(poll(wanted, 10_000, 10_000, wanted.runs.min(5)).await?);
        figures.extend(poll(wanted, 100_000, 100_000, wanted.runs.min(3)).await?);
    }
    figures.push(idle(wanted).await?);
    Ok(figures)
}

async fn poll(
    wanted: &Wanted,
    events: usize,
    agreements: usize,
    runs: usize,
) -> anyhow::Result<Vec<Figure>> {
    let (mut times, mut memory) = (Series::default(), Vec::new());
    for _ in 0..runs {
        let world = World::with_feed(events, agreements);
        let mut running = Running::start(wanted, POLLER, world).await?;
        let (took, calls, answer) = running.invoke(json!({})).await?;
        let enqueued = answer.get("enqueued").and_then(serde_json::Value::as_u64);
        let enqueued = enqueued.context("the poller does not say how much it queued")?;
        anyhow::ensure!(usize::try_from(enqueued)? == events, "{enqueued} of {events} were queued");
        times.push(took, calls);
        if !wanted.only_calls {
            memory.push(running.process.usage()?.peak_megabytes);
        }
    }
    let about = match agreements {
        1 => "one agreement".to_owned(),
        many if many == events => "as many agreements".to_owned(),
        many => format!("{many} agreements"),
    };
    let name = format!("{POLLER}: poll of {events} events about {about}");
    let peak = Figure::of(format!("{name}, memory at its peak"), Unit::Megabytes, &memory);
    let peak = if events == ONE_PAGE { peak.at_most(POLL_MEGABYTES) } else { peak };
    let mut figures = vec![times.figure(name, Unit::Milliseconds)];
    figures.extend((!wanted.only_calls).then_some(peak));
    Ok(figures)
}

/// Nothing new, in a process that has polled before.
async fn idle(wanted: &Wanted) -> anyhow::Result<Figure> {
    let mut times = Series::default();
    let mut running = Running::start(wanted, POLLER, World::with_feed(1, 1)).await?;
    running.invoke(json!({})).await?;
    for _ in 0..wanted.runs {
        let (took, calls, _) = running.invoke(json!({})).await?;
        times.push(took, calls);
    }
    Ok(times.figure(format!("{POLLER}: poll without news"), Unit::Milliseconds))
}
