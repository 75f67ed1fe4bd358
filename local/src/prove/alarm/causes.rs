//! What makes the alarms go off, one after the other.

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    CloudWatch, begins,
    cloudwatch::{Datum, datum, put},
    name_of, set_visibility, synthetic,
};
use crate::{
    catalog::{Decision, Fault},
    demo::sample,
    failure::{Explain, Failure},
    prove::{
        Stage,
        account::{self, POLICY_PREFIX},
        flow,
        installation::Function::{self, IngestGlue, ManageIamPolicies, PollFeed, Reconcile},
        ledger,
    },
    wait,
    wire::Call,
};

/// The names of the alarms that were seen in ALARM.
pub(super) type Seen = BTreeSet<&'static str>;

/// An agreement that stays granted, and one that is ended while IAM denies it.
const KEPT: &str = "orders-for-churn";
const ENDED: &str = "customers-for-churn";
const REFUSED: &str = "clicks-for-churn";
/// The agreement that is granted while the catalog takes no changes.
const NOT_WRITTEN_BACK: &str = "orders-for-dashboard";

const DENIAL: &str = "denial";
/// How long a message stays invisible in this part.
const SECONDS_TO_NEXT_TRY: u32 = 1;
const LIMIT: Duration = Duration::from_secs(30);

/// All of them.
pub(super) async fn provoke(stage: &mut Stage<'_>, seen: &mut Seen) -> Result<(), Failure> {
    let world = stage.world.clone();
    let mut metrics = CloudWatch::new(&world);
    begins(stage, &mut metrics, seen, "feed-not-read").await?;
    begins(stage, &mut metrics, seen, "reconcile-stalled").await?;
    begins(stage, &mut metrics, seen, "ingest-stalled").await?;
    // Before anything halts: afterwards messages-stuck is silent, for access-halted says why.
    synthetic::stuck(stage, &mut metrics, seen).await?;
    denied_run(stage, &mut metrics, seen, (Reconcile, "reconcile-errors")).await?;
    denied_run(stage, &mut metrics, seen, (IngestGlue, "ingest-errors")).await?;
    refusal(stage, &mut metrics, seen).await?;
    broken_catalog(stage, &mut metrics, seen).await?;
    refused_changes(stage, &mut metrics, seen).await?;
    drift(stage, &mut metrics, seen).await?;
    let module_says = visibility(stage).await?;
    set_visibility(stage, SECONDS_TO_NEXT_TRY).await?;
    poison(stage, &mut metrics, seen).await?;
    denied_revocation(stage, &mut metrics, seen).await?;
    set_visibility(stage, module_says).await?;
    lambda(stage, &mut metrics, seen).await?;
    synthetic::provoke(stage, &mut metrics, seen).await
}

async fn visibility(stage: &Stage<'_>) -> Result<u32, Failure> {
    let what = "the queue's visibility timeout is not readable";
    let body = json!({
        "QueueUrl": stage.installation.queue_url,
        "AttributeNames": ["VisibilityTimeout"],
    });
    let call = Call::json("sqs", "AmazonSQS.GetQueueAttributes", &body);
    let answer = stage.world.aws.must(what, &call).await?.json();
    let text = answer.pointer("/Attributes/VisibilityTimeout").and_then(Value::as_str);
    text.unwrap_or_default().parse().explain(what, "")
}

async fn refusal(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    for id in [KEPT, ENDED, REFUSED] {
        stage.catalog.decide(id, Decision::Approve);
    }
    flow::settle(&stage.world, &stage.catalog).await?;
    begins(stage, metrics, seen, "access-refused").await
}

async fn broken_catalog(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    stage.catalog.set_fault(Fault::Status(500));
    let failed = !flow::poll(&stage.world).await;
    stage.proofs.check(failed, "poll_feed fails while the catalog answers 500", "it does not");
    let name = name_of(stage, PollFeed);
    for age in [60.0, 120.0] {
        let earlier = datum("AWS/Lambda", "Errors", ("FunctionName", &name), 1.0);
        put(&stage.world, &Datum { age, ..earlier }).await?;
    }
    begins(stage, metrics, seen, "poll-failing").await?;
    stage.catalog.set_fault(Fault::Status(401));
    flow::poll(&stage.world).await;
    for age in [60.0, 120.0] {
        let earlier = datum(synthetic::NAMESPACE, "Halted", ("function", &name), 1.0);
        put(&stage.world, &Datum { age, ..earlier }).await?;
    }
    begins(stage, metrics, seen, "poll-halted").await?;
    stage.catalog.set_fault(Fault::None);
    Ok(())
}

async fn refused_changes(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    stage.catalog.set_fault(Fault::ChangesStatus(422));
    stage.catalog.decide(NOT_WRITTEN_BACK, Decision::Approve);
    flow::settle(&stage.world, &stage.catalog).await?;
    begins(stage, metrics, seen, "write-back-failed").await?;
    stage.catalog.set_fault(Fault::None);
    let policies = account::all_policies(&stage.world.aws).await?;
    let name = format!("{POLICY_PREFIX}{NOT_WRITTEN_BACK}");
    let granted = policies.contains_key(&("dashboard".to_owned(), name));
    stage.proofs.check(
        granted,
        "the grant stands although the catalog took no change",
        "it does not",
    );
    Ok(())
}

async fn drift(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let (role, name) = ("churn", format!("{POLICY_PREFIX}{KEPT}"));
    let before = account::all_policies(&stage.world.aws).await?;
    let wider = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Mine", "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
    ] });
    account::put_policy(&stage.world.aws, role, &name, &wider).await?;
    // What was written a moment ago may look otherwise to IAM: only an older entry tells of drift.
    ledger::edit(&stage.world, &stage.installation, KEPT, |entry| {
        entry.insert("time".to_owned(), json!("2024-01-01T00:00:00Z"));
    })
    .await?;
    sample::edit(&stage.catalog, KEPT, |_| {});
    flow::settle(&stage.world, &stage.catalog).await?;
    begins(stage, metrics, seen, "drift-found").await?;
    let after = account::all_policies(&stage.world.aws).await?;
    stage.proofs.check(after == before, "the edited policy is put right", "another policy");
    Ok(())
}

/// Five receives, then aside; the messages behind it go on.
async fn poison(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let world = stage.world.clone();
    world.send(KEPT, "not an event", "poison").await?;
    begins(stage, metrics, seen, "message-unreadable").await?;
    let queue = stage.installation.dead_letter_queue_arn.rsplit(':').next().unwrap_or_default();
    let queue = queue.to_owned();
    let depth = wait::until("the message is set aside", LIMIT, async || {
        let depth = metrics.count_dead_letters(&queue).await?;
        Ok((depth > 0).then_some(depth))
    })
    .await?;
    begins(stage, metrics, seen, "dead-letters").await?;
    let receives = world.aws.logs(&world.outputs.manage_iam_policies).await?;
    let receives = receives.lines().filter(|line| line.contains("unreadable message")).count();
    stage.proofs.check(
        (depth, receives) == (1, 5),
        "an unreadable message is tried five times, then lies alone in the dead-letter queue",
        format!("{receives} tries, depth {depth}"),
    );
    sample::edit(&stage.catalog, KEPT, |_| {});
    flow::settle(&world, &stage.catalog).await?;
    stage.proofs.holds("the next message of the same group is handled");
    take_poison_away(stage).await
}

/// What a person does who has looked at it.
async fn take_poison_away(stage: &Stage<'_>) -> Result<(), Failure> {
    let what = "the dead-letter queue cannot be emptied";
    let body = json!({ "QueueUrl": stage.installation.dead_letter_queue_url });
    let call = Call::json("sqs", "AmazonSQS.PurgeQueue", &body);
    stage.world.aws.must(what, &call).await.map(drop)
}

/// An organization's policy that forbids the one call cannot be had here; a denial on the
/// function's own role does the same.
async fn denied_revocation(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let world = stage.world.clone();
    let role = stage.installation.function(ManageIamPolicies).role().to_owned();
    let denial = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "No", "Effect": "Deny", "Action": "iam:DeleteRolePolicy", "Resource": "*" },
    ] });
    account::put_policy(&world.aws, &role, DENIAL, &denial).await?;
    stage.catalog.decide(ENDED, Decision::Cancel);
    flow::poll(&world).await;
    begins(stage, metrics, seen, "revoke-failed").await?;
    begins(stage, metrics, seen, "access-halted").await?;
    account::delete_policy(&world.aws, &role, DENIAL).await?;
    flow::settle(&world, &stage.catalog).await?;
    let name = format!("{POLICY_PREFIX}{ENDED}");
    let policies = account::all_policies(&world.aws).await?;
    let gone = !policies.contains_key(&("churn".to_owned(), name));
    let (what, given_up) = ("revoked by itself once IAM allows it", world.given_up().await?);
    stage.proofs.check(
        gone && given_up == 0,
        format!("{ENDED} is {what}"),
        format!("gone {gone}, {given_up} in the dead-letter queue"),
    );
    Ok(())
}

/// A run that may read nothing finds nothing out, and asks for nothing.
async fn denied_run(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
    (function, alarm): (Function, &'static str),
) -> Result<(), Failure> {
    let world = stage.world.clone();
    let role = stage.installation.function(function).role().to_owned();
    let denial = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Nothing", "Effect": "Deny", "Action": "*", "Resource": "*" },
    ] });
    account::put_policy(&world.aws, &role, DENIAL, &denial).await?;
    let name = name_of(stage, function);
    let failed = world.aws.invoke(&name).await.is_err();
    account::delete_policy(&world.aws, &role, DENIAL).await?;
    let what = format!("{} fails while it may do nothing at all", function.name());
    stage.proofs.check(failed, what, "it does not");
    let earlier = datum("AWS/Lambda", "Errors", ("FunctionName", &name), 1.0);
    put(&world, &Datum { age: 600.0, ..earlier }).await?;
    begins(stage, metrics, seen, alarm).await
}

async fn lambda(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let name = name_of(stage, ManageIamPolicies);
    let failed = stage.world.aws.invoke(&name).await.is_err();
    stage.proofs.check(failed, "a batch that is none is an error of the function", "it is not");
    begins(stage, metrics, seen, "access-errors").await?;
    let path = format!("/2017-10-31/functions/{name}/concurrency");
    let none = json!({ "ReservedConcurrentExecutions": 0 }).to_string();
    let what = "the function's concurrency cannot be changed";
    let kind = ("content-type", "application/json");
    let call = Call::rest("lambda", Method::PUT, &path, none).with(kind.0, kind.1);
    stage.world.aws.must(what, &call).await?;
    let invoked = stage.world.aws.invoke(&name).await;
    let delete = Call::rest("lambda", Method::DELETE, path, "").with(kind.0, kind.1);
    stage.world.aws.must(what, &delete).await?;
    let throttled = matches!(invoked, Ok(None));
    stage.proofs.check(throttled, "a function without executions is throttled", "it is not");
    begins(stage, metrics, seen, "access-throttled").await
}
