//! The grant ledger's objects, looked at and changed from outside.

use serde_json::{Map, Value};

use super::installation::Installation;
use crate::{
    demo::world::World,
    failure::{Explain, Failure},
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
    let what = "the ledger cannot be changed";
    let (s3, bucket) = (&world.aws.s3, &of.bucket);
    let list = s3.list_objects_v2().bucket(bucket).prefix(&of.grants_prefix).send().await;
    for object in list.explain(what, "")?.contents.unwrap_or_default() {
        let key = object.key.unwrap_or_default();
        let get = s3.get_object().bucket(bucket).key(&key).send().await.explain(what, "")?;
        let bytes = get.body.collect().await.explain(what, "")?.into_bytes();
        let mut entry: Map<String, Value> = serde_json::from_slice(&bytes).explain(what, "")?;
        if entry.get("agreement_id").and_then(Value::as_str) == Some(agreement) {
            change(&mut entry);
            let body = Value::Object(entry).to_string().into_bytes().into();
            let put = s3.put_object().bucket(bucket).key(key).body(body).send().await;
            return put.map(drop).explain(what, "");
        }
    }
    Err(Failure::new(format!("the ledger has no entry for {agreement}"), ""))
}
