//! Lets the integration do its work and waits until there is none left.

use std::time::{Duration, Instant};

use crate::{
    catalog::{Catalog, id_of},
    demo::world::World,
    failure::Failure,
    wait,
};

const LIMIT: Duration = Duration::from_mins(1);

/// The last event of the catalog's feed.
pub(crate) fn newest_event(catalog: &Catalog) -> String {
    catalog.events().last().map(id_of).unwrap_or_default().to_owned()
}

/// Starts `poll_feed` as the schedule would. Its own failure is not this one's.
pub(crate) async fn poll(world: &World) -> bool {
    world.aws.invoke(&world.outputs.poll_feed).await.is_ok()
}

/// Starts `reconcile` as its schedule would. Its own failure is not this one's.
pub(crate) async fn compare(world: &World) -> bool {
    world.aws.invoke(&world.outputs.reconcile).await.is_ok()
}

/// Polls the feed until every event is a handled message and none is left.
pub(crate) async fn settle(world: &World, catalog: &Catalog) -> Result<(), Failure> {
    let started = Instant::now();
    loop {
        drain(world).await?;
        let newest = newest_event(catalog);
        if world.cursor().await?.as_deref() >= Some(newest.as_str()) {
            return Ok(());
        }
        if started.elapsed() > LIMIT {
            return Err(Failure::new("the feed is not read to its end within a minute", ""));
        }
        world.aws.invoke(&world.outputs.poll_feed).await?;
    }
}

/// Waits until no message is left in the queue, neither waiting nor being handled.
pub(crate) async fn drain(world: &World) -> Result<(), Failure> {
    wait::until("the queue is empty", LIMIT, async || {
        Ok((world.unhandled().await? == 0).then_some(()))
    })
    .await
}
