//! What no event tells is found by a round of `reconcile`, asked for through the queue, and put right.

use serde_json::{Value, json};

use super::{
    Stage,
    account::{self, POLICY_PREFIX},
    flow,
    installation::{LATEST_REPORT, REPORTS},
    ledger,
};
use crate::failure::{Explain, Failure};

/// An agreement that is granted when this part begins, and its role.
const GRANTED: &str = "orders-for-churn";
const ROLE: &str = "churn";
/// The last round's findings, for programs.
const FINDINGS: &str = "reports/latest/report.json";

/// Takes a policy away behind the integration's back, and looks who notices.
pub(super) async fn prove(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let world = stage.world.clone();
    let name = format!("{POLICY_PREFIX}{GRANTED}");
    let before = account::all_policies(&world.aws).await?;
    // What was written a moment ago may not be seen by IAM yet: only an older entry tells of a loss.
    ledger::edit(&world, &stage.installation, GRANTED, |entry| {
        entry.insert("time".to_owned(), json!("2024-01-01T00:00:00Z"));
    })
    .await?;
    account::delete_policy(&world.aws, ROLE, &name).await?;
    let ended = flow::compare(&world).await;
    stage.proofs.check(
        ended,
        "reconcile makes a round with the rights of its own role",
        "it fails",
    );
    flow::drain(&world).await?;
    let after = account::all_policies(&world.aws).await?;
    let what = "a policy that somebody removed is back as it was, and all others are untouched";
    stage.proofs.check(after == before, what, format!("{} of {}", after.len(), before.len()));
    report(stage).await?;
    between_rounds(stage).await
}

/// The report of the round says so, and lies where it is looked for.
async fn report(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let found = objects(stage).await?;
    let is_there = found.iter().any(|key| key == LATEST_REPORT);
    let of_its_time = found.iter().any(|key| !key.starts_with("reports/latest/"));
    let what = "the access report lies under its time and as the latest one";
    stage.proofs.check(is_there && of_its_time, what, found.join(", "));
    let findings = findings(stage).await?;
    let rows = findings.get("differences").and_then(Value::as_array).cloned().unwrap_or_default();
    let told = rows.iter().any(|row| {
        let says = |field: &str, text| row.get(field).and_then(Value::as_str) == Some(text);
        says("agreement", GRANTED) && says("kind", "missing")
    });
    stage.proofs.check(told, "it names what was missing", Value::Array(rows));
    Ok(())
}

/// A tick before the next round is due finds nothing to do.
async fn between_rounds(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let before = objects(stage).await?;
    let ended = flow::compare(&stage.world).await;
    let after = objects(stage).await?;
    let what = "a tick between two rounds leaves no second report";
    stage.proofs.check(ended && after == before, what, after.join(", "));
    Ok(())
}

/// The keys of all reports.
async fn objects(stage: &Stage<'_>) -> Result<Vec<String>, Failure> {
    let list = stage.world.aws.s3.list_objects_v2().bucket(&stage.installation.bucket);
    let found = list.prefix(REPORTS).send().await.explain("the reports are not readable", "")?;
    Ok(found.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect())
}

async fn findings(stage: &Stage<'_>) -> Result<Value, Failure> {
    let what = "the last report is not readable";
    let get = stage.world.aws.s3.get_object().bucket(&stage.installation.bucket).key(FINDINGS);
    let body = get.send().await.explain(what, "")?.body.collect().await.explain(what, "")?;
    serde_json::from_slice(&body.into_bytes()).explain(what, "")
}
