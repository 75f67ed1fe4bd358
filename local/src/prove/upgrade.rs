//! A new version is deployed while grants are in force and messages are on their way.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::{
    Stage, VERSION_A, VERSION_B,
    account::{self, POLICY_PREFIX, PREDECESSORS, PREDECESSORS_ROLE, Policies},
    flow,
    installation::Function,
    ledger,
};
use crate::{
    catalog::{Catalog, Decision, Fault},
    demo::{
        sample::{self, Consumer, STOCK_FOR_CHURN},
        world::World,
    },
    deploy::LOG,
    failure::{Explain, Failure},
    wait,
    wire::Call,
};

/// Granted before, and still in force afterwards.
const KEPT: &str = "orders-for-churn";
/// Granted before; its end waits in the queue.
const ENDING: &str = "customers-for-dashboard";
/// Granted before; its ledger entry is of the oldest form, its end stands unread in the feed.
const OLDEST: &str = "orders-for-dashboard";
/// Its grant is begun by the old version.
const IN_HAND: &str = STOCK_FOR_CHURN;
/// Its grant waits in the queue.
const WAITING: &str = "customers-for-forecast";
/// Only a message of the predecessor speaks of it.
pub(super) const PREDECESSORS_MESSAGE: &str = "orders-for-forecast";

/// What an entry had to have from the beginning on; everything else came later or may be absent.
const OLDEST_FIELDS: [&str; 7] =
    ["agreement_id", "state", "phase", "role_arn", "policy_name", "event_id", "time"];

/// So late are the catalog's answers that a message is in a function's hands for more than half a
/// minute: six answers, each just in time for the function.
const LATE: Duration = Duration::from_secs(7);
const LIMIT: Duration = Duration::from_mins(2);

/// An agreement that the predecessor learned of, and whose message it left on its queue.
pub(super) fn approve_what_the_predecessor_knew(catalog: &Catalog) {
    request(catalog, PREDECESSORS_MESSAGE, ("orders", "all"));
    catalog.decide(PREDECESSORS_MESSAGE, Decision::Approve);
    catalog.decide(PREDECESSORS, Decision::Approve);
}

fn request(catalog: &Catalog, id: &str, port: (&str, &str)) {
    catalog.put_agreement(id, sample::agreement(id, port, Consumer::Product("forecast")));
}

/// Upgrades, and looks whether anything is lost.
pub(super) async fn prove(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.catalog.decide(ENDING, Decision::Approve);
    flow::settle(&stage.world, &stage.catalog).await?;
    ledger::edit(&stage.world, &stage.installation, OLDEST, |entry| {
        entry.retain(|field, _| OLDEST_FIELDS.contains(&field.as_str()));
    })
    .await?;
    let before = account::all_policies(&stage.world.aws).await?;
    super::pack(stage.workspace, VERSION_B)?;
    stage.deployment.set("source_version", VERSION_B);
    let (applied, on_its_way) = tokio::join!(stage.deployment.apply(), set_out(stage));
    applied?;
    let OnItsWay { cursor, in_hand, waiting, unfinished, changed } = on_its_way?;
    stage.catalog.set_fault(Fault::None);
    all_run(stage, VERSION_B).await?;
    stage.proofs.check(
        in_hand >= 1 && waiting >= 3 && unfinished,
        format!(
            "{VERSION_B} replaces {VERSION_A} with messages on their way: {in_hand} in its hands, \
             {waiting} in the queue, one event unread in the feed"
        ),
        format!("{IN_HAND} is unfinished: {unfinished}"),
    );
    stage.proofs.check(
        changed == CHANGED,
        "an upgrade changes the functions and the version on the dashboard, nothing else",
        changed.join(", "),
    );
    let kept = stage.world.cursor().await?;
    stage.proofs.check(kept == cursor, "the cursor is where it was", format!("{kept:?}"));
    flow::drain(&stage.world).await?;
    nothing_is_lost(stage, &before).await?;
    earlier_grants_can_be_revoked(stage).await
}

/// Where everything was at the moment when the code changed.
struct OnItsWay {
    cursor: Option<String>,
    in_hand: usize,
    waiting: usize,
    /// Whether the message in hand was not handled to its end yet.
    unfinished: bool,
    /// Addresses of what terraform set out to change.
    changed: Vec<String>,
}

/// What an upgrade may change.
const CHANGED: [&str; 5] = [
    "aws_cloudwatch_dashboard.this",
    "module.ingest_glue[0].aws_lambda_function.this",
    "module.manage_iam_policies.aws_lambda_function.this",
    "module.poll_feed.aws_lambda_function.this",
    "module.reconcile.aws_lambda_function.this",
];

/// Lets messages set out once terraform has begun, and looks where they are when the code changes.
async fn set_out(stage: &Stage<'_>) -> Result<OnItsWay, Failure> {
    let (world, catalog) = (&stage.world, &stage.catalog);
    let log = stage.workspace.scratch(LOG);
    let read = || std::fs::read_to_string(&log).unwrap_or_default();
    let from = read().len();
    let said = async |words: &str| {
        wait::until(&format!("terraform says: {words}"), LIMIT, async || {
            let text = read();
            let new = text.get(from..).unwrap_or_default();
            Ok(new.contains(words).then(|| new.to_owned()))
        })
        .await
    };
    said("Refreshing state...").await?;
    catalog.set_fault(Fault::Late(LATE));
    catalog.decide(IN_HAND, Decision::Approve);
    flow::poll(world).await;
    wait::until("the message is taken", LIMIT, async || {
        Ok((messages(world).await?.0 > 0).then_some(()))
    })
    .await?;
    request(catalog, WAITING, ("customers", "europe"));
    catalog.decide(WAITING, Decision::Approve);
    catalog.decide(ENDING, Decision::Cancel);
    flow::poll(world).await;
    world.send("1", &predecessors_message(), "predecessor").await?;
    let cursor = world.cursor().await?;
    catalog.delete_agreement(OLDEST);
    let log = said("manage_iam_policies.aws_lambda_function.this: Modifications complete").await?;
    let (in_hand, waiting) = messages(world).await?;
    let agreement = catalog.agreement(IN_HAND).unwrap_or_default();
    let unfinished = agreement.pointer("/provisioning/status") != Some(&json!("provisioned"));
    Ok(OnItsWay { cursor, in_hand, waiting, unfinished, changed: addresses(&log) })
}

/// What terraform says that it will change.
fn addresses(log: &str) -> Vec<String> {
    let planned = |line: &str| {
        let (address, what) = line.trim().strip_prefix("# module.integration.")?.split_once(' ')?;
        let will = what.starts_with("will be") || what.starts_with("must be");
        will.then(|| address.to_owned())
    };
    log.lines().filter_map(planned).collect()
}

/// Whether the agreement that is in hand has its policy: its id is none that a policy could bear.
fn is_granted(policies: &Policies) -> bool {
    let hashed = format!("{POLICY_PREFIX}sha256=");
    policies.keys().any(|(role, name)| role == "churn" && name.starts_with(&hashed))
}

/// How many messages are being handled, and how many wait.
async fn messages(world: &World) -> Result<(usize, usize), Failure> {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessages,
    ];
    let get = world.aws.sqs.get_queue_attributes().queue_url(&world.outputs.queue_url);
    let get = get.set_attribute_names(Some(names.to_vec())).send().await;
    let found = get.explain("the queue is not readable", "")?.attributes.unwrap_or_default();
    let [in_hand, waiting] =
        names.map(|name| found.get(&name).and_then(|text| text.parse().ok()).unwrap_or_default());
    Ok((in_hand, waiting))
}

/// As the predecessor put it into its one message group.
fn predecessors_message() -> String {
    json!({
        "specversion": "1.0",
        "id": "1ee6b58c-7f25-6c52-9d8a-0242ac110002",
        "type": "com.datamesh-manager.events.DataUsageAgreementActivatedEvent",
        "source": "https://app.datamesh-manager.com",
        "subject": PREDECESSORS_MESSAGE,
        "time": "2023-09-14T08:15:30.123Z",
        "datacontenttype": "application/json",
        "data": { "id": PREDECESSORS_MESSAGE, "timestamp": "2023-09-14T08:15:30.123Z" },
    })
    .to_string()
}

async fn all_run(stage: &mut Stage<'_>, version: &str) -> Result<(), Failure> {
    for function in Function::ALL {
        let name = &stage.installation.function(function).name;
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let call = Call::rest("lambda", reqwest::Method::GET, path, "");
        let answer = stage.world.aws.must("a function is not readable", &call).await?.json();
        let text = answer.get("Description").and_then(Value::as_str).unwrap_or_default();
        let what = format!("{} runs {version}", function.name());
        stage.proofs.check(text.contains(version), what, text);
    }
    Ok(())
}

async fn nothing_is_lost(stage: &mut Stage<'_>, before: &Policies) -> Result<(), Failure> {
    let after = account::all_policies(&stage.world.aws).await?;
    let has = |role: &str, id: &str| after.contains_key(&key(role, id));
    let in_hand = is_granted(&after);
    let same = |role: &str, id: &str| before.get(&key(role, id)) == after.get(&key(role, id));
    let proofs = &mut stage.proofs;
    for (holds, what) in [
        (in_hand, format!("{IN_HAND}, in hand: granted")),
        (has("forecast", WAITING), format!("{WAITING}, waiting: granted")),
        (!has("dashboard", ENDING), format!("{ENDING}, whose end waited: revoked")),
        (
            has("forecast", PREDECESSORS_MESSAGE),
            format!("{PREDECESSORS_MESSAGE}, a message of the predecessor: granted"),
        ),
        (same("churn", KEPT), format!("{KEPT}, granted by {VERSION_A}: untouched")),
        (
            same(PREDECESSORS_ROLE, PREDECESSORS),
            format!("{PREDECESSORS}, the predecessor's policy: untouched"),
        ),
    ] {
        proofs.check(holds, what, "another end");
    }
    Ok(())
}

fn key(role: &str, agreement: &str) -> (String, String) {
    (role.to_owned(), format!("{POLICY_PREFIX}{agreement}"))
}

/// Whoever granted: the old version, the predecessor, or somebody with an older ledger.
async fn earlier_grants_can_be_revoked(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.catalog.decide(PREDECESSORS, Decision::Cancel);
    stage.catalog.decide(PREDECESSORS_MESSAGE, Decision::Cancel);
    flow::settle(&stage.world, &stage.catalog).await?;
    let after = account::all_policies(&stage.world.aws).await?;
    let given_up = stage.world.given_up().await?;
    let gone = |role: &str, id: &str| !after.contains_key(&key(role, id));
    let proofs = &mut stage.proofs;
    for (role, id, why) in [
        ("dashboard", OLDEST, "deleted in the catalog; its ledger entry has the oldest form"),
        (PREDECESSORS_ROLE, PREDECESSORS, "granted by the predecessor, without a ledger entry"),
        ("forecast", PREDECESSORS_MESSAGE, "granted on a message of the predecessor"),
    ] {
        proofs.check(gone(role, id), format!("{id} is revoked: {why}"), "it is still there");
    }
    proofs.check(given_up == 0, "no message was given up", given_up);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_a_plan_are_read() {
        let log = "  # module.integration.aws_x.this will be updated in-place\n  ~ resource\n  \
                   # module.integration.aws_y.this has changed";
        assert_eq!(addresses(log), ["aws_x.this"]);
    }
}
