//! The grant ledger's objects, changed from outside, as somebody with access to the bucket could.

use serde_json::{Map, Value};

use crate::{
    aws::Aws,
    failure::{Explain, Failure},
};

/// Where a ledger lies.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) prefix: &'a str,
}

/// Changes the entry of one agreement.
pub(crate) async fn edit(
    aws: &Aws,
    place: Place<'_>,
    agreement: &str,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<(), Failure> {
    let (key, mut entry) = find(aws, place, agreement).await?;
    change(&mut entry);
    let body = Value::Object(entry).to_string().into_bytes().into();
    let put = aws.s3.put_object().bucket(place.bucket).key(key).body(body).send().await;
    put.map(drop).explain("the ledger cannot be changed", "")
}

/// Removes the entry of one agreement.
pub(crate) async fn remove(aws: &Aws, place: Place<'_>, agreement: &str) -> Result<(), Failure> {
    let (key, _) = find(aws, place, agreement).await?;
    let removed = aws.s3.delete_object().bucket(place.bucket).key(key).send().await;
    removed.map(drop).explain("the ledger cannot be changed", "")
}

async fn find(
    aws: &Aws,
    place: Place<'_>,
    agreement: &str,
) -> Result<(String, Map<String, Value>), Failure> {
    let what = "the ledger cannot be read";
    let list = aws.s3.list_objects_v2().bucket(place.bucket).prefix(place.prefix).send().await;
    for object in list.explain(what, "")?.contents.unwrap_or_default() {
        let key = object.key.unwrap_or_default();
        let get = aws.s3.get_object().bucket(place.bucket).key(&key).send().await;
        let bytes = get.explain(what, "")?.body.collect().await.explain(what, "")?.into_bytes();
        let entry: Map<String, Value> = serde_json::from_slice(&bytes).explain(what, "")?;
        if entry.get("agreement_id").and_then(Value::as_str) == Some(agreement) {
            return Ok((key, entry));
        }
    }
    Err(Failure::new(format!("the ledger has no entry for {agreement}"), ""))
}
