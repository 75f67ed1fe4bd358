//! What no event tells: somebody works on roles and ledger by hand. `reconcile` has to find it, have
//! it repaired, and report it.

use std::collections::BTreeSet;
use std::time::Duration;

use report::{DifferenceRow, Kind, Report, Standing};
use serde_json::{Value, json};

use super::{
    sample::STOCK_FOR_CHURN,
    watch::Watch,
    world::{Policies, World},
};
use crate::{
    failure::{Explain, Failure},
    ledger_objects::{self, Place},
    terminal::{Tone, say},
    workspace::Workspace,
};

/// The report that always lies at the same place.
const LATEST: &str = "reports/latest/";
/// Longer than from one round to the next.
const NEXT_ROUND: Duration = Duration::from_secs(61);

/// Every kind of difference, and the agreement that shows it. Written down by hand.
const MADE: [(Kind, &str); 7] = [
    (Kind::Missing, "orders-for-churn"),
    (Kind::Altered, "customers-for-dashboard"),
    (Kind::Orphaned, "orders-for-dashboard"),
    (Kind::Orphaned, "customers-for-churn"),
    (Kind::Unrecorded, STOCK_FOR_CHURN),
    (Kind::StuckIntent, "shelf-warmers-for-forecast"),
    (Kind::MayNowSucceed, "returns-for-segments"),
];

/// A right that nobody agreed to.
const WIDE: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

/// Makes all of it behind the integration's back.
pub(super) async fn make(world: &World) -> Result<(), Failure> {
    let iam = &world.aws.iam;
    let prefix = world.outputs.text("grants_prefix")?;
    let place = Place { bucket: &world.outputs.bucket, prefix };
    for (role, agreement) in [("churn", "orders-for-churn"), ("segments", "returns-for-segments")] {
        let removed = iam.delete_role_policy().role_name(role).policy_name(policy(agreement));
        removed.send().await.explain("a policy cannot be removed", "")?;
    }
    for (role, agreement) in [
        ("dashboard", "customers-for-dashboard"),
        ("dashboard", "orders-for-dashboard"),
        ("churn", "customers-for-churn"),
    ] {
        let put = iam.put_role_policy().role_name(role).policy_name(policy(agreement));
        put.policy_document(WIDE).send().await.explain("a policy cannot be written", "")?;
    }
    ledger_objects::remove(&world.aws, place, STOCK_FOR_CHURN).await?;
    ledger_objects::edit(&world.aws, place, "shelf-warmers-for-forecast", |entry| {
        entry.insert("phase".to_owned(), json!("intent"));
        entry.insert("time".to_owned(), json!("2024-01-01T00:00:00Z"));
    })
    .await?;
    ledger_objects::edit(&world.aws, place, "returns-for-segments", |entry| {
        entry.insert("state".to_owned(), json!("rejected"));
        entry.insert("reason".to_owned(), json!("the role did not exist"));
        entry.retain(|name, _| !name.starts_with("document"));
    })
    .await
}

fn policy(agreement: &str) -> String {
    format!("DMM_DataUsageAgreement_{agreement}")
}

/// Makes a round, and prints what it found.
pub(super) async fn compare(watch: &Watch) -> Result<Report, Failure> {
    let function = &watch.world.outputs.reconcile;
    if watch.world.aws.invoke(function).await?.is_none() {
        return Err(Failure::new(format!("{function} was running already"), ""));
    }
    let text = text(&watch.world, "report.json").await?;
    let report = Report::from_json(&text).explain("the access report is not readable", "")?;
    for row in report.differences.iter().filter(|row| row.repaired.is_none()) {
        let agreement = row.agreement.as_deref().unwrap_or("nobody's");
        watch.tell("found", Tone::Label, &format!("{agreement}: {}", row.explanation));
    }
    Ok(report)
}

/// Waits until the next round is due.
pub(super) async fn wait_for_the_next_round() {
    say("             the next round is due after a minute");
    tokio::time::sleep(NEXT_ROUND).await;
}

/// Whether the report says exactly what was done.
pub(super) fn expect_all_found(report: &Report) -> Result<(), Failure> {
    let found = report.differences.iter().filter(|row| row.repaired.is_none());
    same("the round did not find exactly what was done by hand", found)
}

/// Whether the report says that all of it was repaired, and nothing differs now.
pub(super) fn expect_all_repaired(report: &Report) -> Result<(), Failure> {
    if report.totals.differences > 0 || !report.round.complete {
        let what = format!("{} differences are left", report.totals.differences);
        return Err(Failure::new(what, report.round.problems.join("; ")));
    }
    let repaired = report.differences.iter().filter(|row| row.repaired.is_some());
    same("the report does not list exactly what was repaired", repaired)
}

fn same<'a>(what: &str, rows: impl Iterator<Item = &'a DifferenceRow>) -> Result<(), Failure> {
    let text = |kind: Kind, agreement: &str| format!("{kind:?} {agreement}");
    let found: BTreeSet<String> =
        rows.map(|row| text(row.kind, row.agreement.as_deref().unwrap_or("?"))).collect();
    let made: BTreeSet<String> = MADE.iter().map(|(kind, id)| text(*kind, id)).collect();
    if found == made { Ok(()) } else { Err(Failure::new(what, format!("{found:?}"))) }
}

/// Everything in which the report and IAM differ: none may be.
pub(super) fn mismatches(report: &Report, policies: &Policies) -> Vec<String> {
    let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let shown: BTreeSet<(String, String)> =
        report.grants.iter().map(|row| (name(&row.role), row.policy.clone())).collect();
    let held: BTreeSet<(String, String)> = policies.keys().cloned().collect();
    let text = |why: &str, (role, policy): &(String, String)| format!("{policy} on {role} {why}");
    let mut wrong: Vec<String> =
        held.difference(&shown).map(|one| text("is not in the report", one)).collect();
    wrong.extend(shown.difference(&held).map(|one| text("is only in the report", one)));
    let odd = report.grants.iter().filter(|row| row.standing != Standing::AsAgreed);
    wrong.extend(odd.map(|row| format!("{} on {} is not as agreed", row.policy, row.role)));
    wrong
}

/// Keeps the report, and beside it what IAM holds, for whoever opens it.
pub(super) async fn keep(
    workspace: &Workspace,
    world: &World,
    policies: &Policies,
) -> Result<(), Failure> {
    let held = policies.iter().map(|((role, policy), document)| {
        json!({ "role": role, "policy": policy, "document": document })
    });
    let held: Vec<Value> = held.collect();
    for (name, text) in [
        ("report.html", text(world, "report.html").await?),
        ("report.json", text(world, "report.json").await?),
        ("held.json", Value::Array(held).to_string()),
    ] {
        std::fs::write(workspace.scratch(name), text).explain(name, "is the disk full?")?;
    }
    Ok(())
}

async fn text(world: &World, name: &str) -> Result<String, Failure> {
    let what = format!("{LATEST}{name} is not readable");
    let get =
        world.aws.s3.get_object().bucket(&world.outputs.bucket).key(format!("{LATEST}{name}"));
    let body = get.send().await.explain(&what, "reconcile should have written it")?.body;
    let bytes = body.collect().await.explain(&what, "")?.into_bytes();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
