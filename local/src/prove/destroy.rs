//! The end of an installation: refused while grants are in force, and nothing of ours afterwards.

use std::process::Stdio;

use reqwest::Method;
use serde_json::json;
use tokio::process::Command;

use super::{
    Stage,
    account::{self, Policies, is_grant},
    installation::PREFIX,
};
use crate::{
    aws::{ACCESS_KEY, REGION, SECRET_KEY},
    failure::{Explain, Failure},
    wire::Call,
};

/// The operator's command, which reads the ledger.
const OPERATORS_COMMAND: &str = "dmm-aws";
/// Its exit code when somebody still has access.
const IN_FORCE: i32 = 2;

/// The one thing that stays.
const BUCKET: &str = "bucket";
/// Where terraform keeps it.
const LEDGER: &str = "module.integration.aws_s3_bucket.state";
/// What keeps terraform from deleting it.
const GUARD: &str = "module.integration.terraform_data.ledger_is_kept[0]";
/// Whether the bucket may go with everything in it.
const MAY_GO: &str = "force_destroy_state";

/// Takes the installation away as the documentation says. `before` are the account's policies from
/// before the integration came.
pub(super) async fn prove(stage: &mut Stage<'_>, before: &Policies) -> Result<(), Failure> {
    let (code, said) = operators_command(stage, &["grants"]).await?;
    let grants = account::all_policies(&stage.world.aws).await?;
    let count = grants.keys().filter(|(_, name)| is_grant(name)).count();
    stage.proofs.check(
        code == Some(IN_FORCE) && count > 0,
        format!("{OPERATORS_COMMAND} grants refuses a destroy while {count} grants are in force"),
        format!("exit code {code:?}: {said}"),
    );
    stage.deployment.set("mode", "revoke");
    stage.deployment.apply().await?;
    let queue = stage.installation.queue_url.clone();
    let revoke = ["revoke-all", "--queue-url", &queue, "--timeout-seconds", "120"];
    let (code, said) = operators_command(stage, &revoke).await?;
    stage.proofs.check(
        code == Some(0),
        format!("{OPERATORS_COMMAND} revoke-all ends every grant"),
        format!("exit code {code:?}: {said}"),
    );
    only_other_policies_are_left(stage, before).await?;
    let (code, said) = operators_command(stage, &["grants"]).await?;
    let what = format!("{OPERATORS_COMMAND} grants finds none in force");
    stage.proofs.check(code == Some(0), what, said);
    only_the_ledger_stays(stage).await
}

async fn only_other_policies_are_left(
    stage: &mut Stage<'_>,
    before: &Policies,
) -> Result<(), Failure> {
    let after = account::all_policies(&stage.world.aws).await?;
    let left = after.keys().filter(|(_, name)| is_grant(name));
    let left: Vec<String> = left.map(|(role, name)| format!("{name} on {role}")).collect();
    stage.proofs.none(&left, "no policy of the integration is left on any role");
    let others = before.iter().filter(|((_, name), _)| !is_grant(name));
    let changed: Vec<String> = others
        .clone()
        .filter(|(key, text)| after.get(*key) != Some(*text))
        .map(|((role, name), _)| format!("{name} on {role}"))
        .collect();
    let what = format!("the {} policies of others are the same, byte for byte", others.count());
    stage.proofs.none(&changed, what);
    Ok(())
}

/// Without `--delete-ledger`, the bucket with its settings stays: a later deployment goes on there.
/// Each kind of thing is looked for before, too: a look that finds nothing then proves nothing.
async fn only_the_ledger_stays(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let before = found(stage).await?;
    let unseen: Vec<&str> =
        before.iter().filter(|(_, found)| !found).map(|(what, _)| *what).collect();
    stage.proofs.none(&unseen, format!("{} kinds of things are there before", before.len()));
    // On this machine nothing is worth keeping, and there is no guard. Here it is as in an account.
    stage.deployment.set(MAY_GO, false);
    stage.deployment.apply().await?;
    let is_ledger = |address: &str| {
        let is_bucket = address.contains(".aws_s3_bucket");
        address == GUARD || is_bucket && address.rsplit('.').next() == Some("state")
    };
    stage.deployment.destroy_but(is_ledger).await?;
    let left = left(stage).await?;
    let what = "terraform destroy leaves nothing but the bucket with cursor and ledger";
    stage.proofs.check(left == [BUCKET], what, left.join(", "));
    Ok(())
}

/// The very end, as with `--delete-ledger`.
pub(super) async fn everything(stage: &mut Stage<'_>) -> Result<(), Failure> {
    the_guard_refuses(stage).await?;
    stage.deployment.forget(GUARD).await?;
    stage.deployment.set(MAY_GO, true);
    stage.deployment.apply_only(LEDGER).await?;
    stage.deployment.destroy().await?;
    let left = left(stage).await?;
    stage.proofs.none(&left, "terraform destroy with the ledger leaves nothing at all");
    Ok(())
}

/// A plain destroy ends before anything is touched: not even the bucket's versions are switched off.
async fn the_guard_refuses(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let refused = stage.deployment.destroy().await.is_err();
    let bucket = &stage.installation.bucket;
    let call = Call::rest("s3", Method::GET, format!("/{bucket}?versioning"), "");
    let what = "the bucket's versioning is not readable";
    let versioning = stage.world.aws.must(what, &call).await?.body;
    stage.proofs.check(
        refused && versioning.contains("Enabled"),
        "terraform destroy alone is refused by the guard, and touches nothing of the ledger",
        format!("refused: {refused}; {versioning}"),
    );
    Ok(())
}

/// Kinds of things that are still there.
async fn left(stage: &Stage<'_>) -> Result<Vec<&'static str>, Failure> {
    let found = found(stage).await?;
    Ok(found.into_iter().filter(|(_, found)| *found).map(|(what, _)| what).collect())
}

/// What the module makes, and whether the account holds it.
async fn found(stage: &Stage<'_>) -> Result<Vec<(&'static str, bool)>, Failure> {
    let get = |service, path: &str| Call::rest(service, Method::GET, path, "");
    let metrics = "GraniteServiceVersion20100801";
    let iam = |action| Call::form("iam", "2010-05-08", action, &[]);
    let nothing = json!({});
    let json = |service, target: &str| Call::json(service, target, &nothing);
    let composite = json!({"AlarmTypes": ["CompositeAlarm"]});
    let named = |name: &str| format!("{PREFIX}-{name}");
    let bucket = stage.installation.bucket.clone();
    let mut all = Vec::new();
    for (what, call, sign) in [
        ("functions", get("lambda", "/2015-03-31/functions/"), named("poll_feed")),
        ("function ingest_glue", get("lambda", "/2015-03-31/functions/"), named("ingest_glue")),
        ("triggers", get("lambda", "/2015-03-31/event-source-mappings/"), named("events.fifo")),
        ("queues", json("sqs", "AmazonSQS.ListQueues"), named("events")),
        (BUCKET, get("s3", "/"), bucket),
        ("rule", json("events", "AWSEvents.ListRules"), named("poll_feed")),
        ("rule of ingest_glue", json("events", "AWSEvents.ListRules"), named("ingest_glue")),
        ("log groups", json("logs", "Logs_20140328.DescribeLogGroups"), named("poll_feed")),
        (
            "alarms",
            json("monitoring", &format!("{metrics}.DescribeAlarms")),
            named("revoke-failed"),
        ),
        (
            "composite alarm",
            Call::json("monitoring", &format!("{metrics}.DescribeAlarms"), &composite),
            named("messages-stuck"),
        ),
        ("dashboard", json("monitoring", &format!("{metrics}.ListDashboards")), named("")),
        ("roles", iam("ListRoles"), format!("/{PREFIX}-integration/")),
        ("secret", json("secretsmanager", "secretsmanager.ListSecrets"), format!("{PREFIX}/")),
    ] {
        let answer = stage.world.aws.must(&format!("the {what} are not readable"), &call).await?;
        all.push((what, answer.body.contains(&sign)));
    }
    Ok(all)
}

/// Runs the operator's command for this installation, on the emulator alone.
async fn operators_command(
    stage: &Stage<'_>,
    arguments: &[&str],
) -> Result<(Option<i32>, String), Failure> {
    let program = stage.workspace.binary(OPERATORS_COMMAND);
    let output = Command::new(&program)
        .args(arguments)
        .args(["--bucket", &stage.installation.bucket])
        .args(["--grants-prefix", &stage.installation.grants_prefix])
        .env_clear()
        .env("AWS_ENDPOINT_URL", stage.world.aws.endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .explain(
            format!("{} cannot be run", program.display()),
            format!("build it: cargo build --bin {OPERATORS_COMMAND}"),
        )?;
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok((output.status.code(), said.concat().trim().to_owned()))
}
