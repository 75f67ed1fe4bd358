//! The grant ledger's objects, looked at and changed from outside.

use serde_json::{Map, Value};

use super::installation::Installation;
use crate::{
    demo::world::World,
    failure::{Explain, Failure},
    ledger_objects::{self, Place},
};

/// How many entries there are.
pub(super) async fn count(world: &World, of: &Installation) -> Result<usize, Failure> {
    let list = world.aws.s3.list_objects_v2().bucket(&of.bucket).prefix(&of.grants_prefix);
    let found = list.send().await.explain("the ledger is not readable", "")?;
    Ok(found.contents.unwrap_or_default().len())
}

/// Changes the entry of one agreement.
pub(super) async fn edit(
    world: &World,
    of: &Installation,
    agreement: &str,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<(), Failure> {
    let place = Place { bucket: &of.bucket, prefix: &of.grants_prefix };
    ledger_objects::edit(&world.aws, place, agreement, change).await
}
