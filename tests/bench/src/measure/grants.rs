//! Batches of ten messages: new grants, and those that are as they should be.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{Running, Series, WRITER};
use crate::arguments::Wanted;
use crate::backend::{World, event};
use crate::figure::{Figure, Unit};

/// Messages of one batch.
const BATCH: usize = 10;

/// What Lambda hands over for messages about these agreements, in this order.
pub(super) fn batch(agreements: &[String]) -> Value {
    let record = |(place, agreement): (usize, &String)| {
        json!({"messageId": format!("m-{place}"), "body": event(place, agreement).to_string(),
               "eventSource": "aws:sqs", "attributes": {"MessageGroupId": agreement}})
    };
    json!({"Records": agreements.iter().enumerate().map(record).collect::<Vec<_>>()})
}

pub(super) async fn all(wanted: &Wanted) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for agreements in [1, 5, 10] {
        figures.extend(batches(wanted, agreements).await?);
    }
    figures.extend(policies(wanted).await?);
    Ok(figures)
}

/// New agreements each time, all between the same two products, and then the same messages again.
async fn batches(wanted: &Wanted, agreements: usize) -> anyhow::Result<Vec<Figure>> {
    let (mut new, mut again) = (Series::default(), Series::default());
    let mut running = Running::start(wanted, WRITER, World::with_feed(0, 1)).await?;
    handled(&mut running, &batch(&["access-first".to_owned()])).await?;
    for run in 0..wanted.runs {
        let ids = (0..BATCH).map(|place| format!("access-{run}-{}", place % agreements));
        let batch = batch(&ids.collect::<Vec<_>>());
        let (took, calls) = handled(&mut running, &batch).await?;
        new.push(took, calls);
        let (took, calls) = handled(&mut running, &batch).await?;
        again.push(took, calls);
    }
    let named = |what: &str| {
        let plural = if agreements == 1 { "" } else { "s" };
        format!("{WRITER}: {BATCH} messages about {agreements} {what} agreement{plural}")
    };
    Ok(vec![
        new.figure(named("new"), Unit::Milliseconds),
        again.figure(named("already correct"), Unit::Milliseconds),
    ])
}

async fn handled(
    running: &mut Running,
    batch: &Value,
) -> anyhow::Result<(f64, crate::figure::Calls)> {
    let (took, calls, answer) = running.invoke(batch.clone()).await?;
    let kept = answer.get("batchItemFailures").and_then(Value::as_array);
    anyhow::ensure!(kept.is_some_and(Vec::is_empty), "not all were handled: {answer}");
    Ok((took, calls))
}

/// How long the policy of each kind of port is.
async fn policies(wanted: &Wanted) -> anyhow::Result<Vec<Figure>> {
    let mut running = Running::start(wanted, WRITER, World::with_feed(0, 1)).await?;
    let mut figures = Vec::new();
    for kind in ["bucket", "folder", "table"] {
        let (_, calls) = handled(&mut running, &batch(&[format!("{kind}-1")])).await?;
        let document = running.backend.take_documents().pop().context("no policy was written")?;
        let length = f64::from(u32::try_from(document.len())?);
        let name = format!("policy for one {kind}");
        figures.push(Figure::of(name, Unit::Bytes, &[length]).with_calls([&calls]));
    }
    Ok(figures)
}
