//! The module is deployed once more, beside the bucket that an earlier deployment left.

use serde_json::Value;

use super::{Installation, Stage, VERSION_B, flow};
use crate::{catalog::id_of, failure::Failure};

/// Looks where the new deployment begins.
pub(super) async fn prove(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let (cursor, entries) = (stage.world.cursor().await?, entries(stage).await?);
    // Looking first, as after any pause: nothing is granted before somebody has read the plans.
    stage.deployment.set("mode", "report");
    let outputs = stage.deployment.apply().await?;
    stage.installation = Installation::of(&stage.world.aws, &outputs).await?;
    stage.world.outputs = outputs.into();
    let kept = stage.world.cursor().await?;
    let what = format!("{VERSION_B} is deployed again and finds the cursor where it was left");
    stage.proofs.check(kept.is_some() && kept == cursor, what, format!("{kept:?}"));
    let now = self::entries(stage).await?;
    let what = format!("it finds the {entries} entries of the ledger");
    stage.proofs.check(entries > 0 && now == entries, what, now);
    let events = stage.catalog.events();
    let since = events.iter().filter(|event| Some(id_of(event)) > cursor.as_deref()).count();
    flow::poll(&stage.world).await;
    let read = events_read(stage).await?;
    stage.proofs.check(
        read == Some(since) && since < events.len(),
        format!("its first run reads the {since} events since then, not all {}", events.len()),
        format!("{read:?}"),
    );
    flow::drain(&stage.world).await
}

async fn entries(stage: &Stage<'_>) -> Result<usize, Failure> {
    super::ledger::count(&stage.world, &stage.installation).await
}

/// What the one run since the deployment says that it read.
async fn events_read(stage: &Stage<'_>) -> Result<Option<usize>, Failure> {
    let log = stage.world.aws.logs(&stage.world.outputs.poll_feed).await?;
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut polled = lines.filter_map(|line| line.pointer("/fields/events")?.as_u64());
    Ok(polled.next().and_then(|count| usize::try_from(count).ok()))
}
