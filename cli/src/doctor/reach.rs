//! What is outside: does it answer, and with what is expected of it.

use clients::agreements::Agreements;
use clients::cursor::Cursor;
use clients::feed::Feed;
use clients::ledger::Ledger;
use clients::objects::{ObjectNames, VersionedObjects};
use clients::queue_state::{QueueState, QueueStates};
use clients::role_inventory::RoleInventory;
use clients::secrets::Secrets;
use clients::tables::{TableCatalog, TableError};
use domain::event::Family;
use domain::role::{RoleArn, RoleScope};
use domain::server::Home;

use crate::doctor::{Check, in_words};

/// The API key's secret. What it holds is not shown.
pub async fn secret(secrets: &impl Secrets, name: &str) -> Check {
    let advice = "store the key itself as the secret's text, and allow yourself \
                  secretsmanager:GetSecretValue (and kms:Decrypt, where the secret has its own key)";
    let read = secrets.read(name).await;
    match read {
        Ok(text) if text.trim().is_empty() => Check::fail("API key", "the secret is empty", advice),
        read => Check::call("API key", read, |_| format!("secret {name} is readable"), advice).0,
    }
}

/// The catalog: its feed from where the poller is, and its lists.
pub async fn catalog<C, O>(catalog: &C, cursor: &Cursor<O>) -> Vec<Check>
where
    C: Feed + Agreements,
    O: VersionedObjects,
{
    let damaged = "bring back an older version of the object, or see `dmm-aws feed`";
    let position = cursor.load().await;
    let place = |last: &Option<domain::event::EventId>| match last {
        Some(id) => format!("behind event {id}"),
        None => "at the beginning: no event was read yet".to_owned(),
    };
    let (position, last) =
        Check::call("place in the feed", position.map(|position| position.last), place, damaged);
    let key = "is DMM_BASE_URL the catalog's API, and does the key have organization scope?";
    let page = catalog.after(last.flatten().as_ref()).await;
    let told = |page: &Vec<_>| format!("{} events wait (at most one page)", page.len());
    let (feed, _) = Check::call("catalog: event feed", page, told, key);
    let agreements = catalog.all(Family::Access).await;
    let told = |all: &Option<Vec<String>>| match all {
        Some(known) => format!("{} agreements", known.len()),
        None => "the server does not know /api/access; the older API is used".to_owned(),
    };
    let (agreements, _) = Check::call("catalog: list of agreements", agreements, told, key);
    let write = Check::not_checked(
        "catalog: write agreements",
        "nothing can be written without changing something; a 403 is seen as WriteBackFailed",
    );
    vec![position, feed, agreements, write]
}

/// The grant ledger.
pub async fn ledger<O: VersionedObjects + ObjectNames>(ledger: &Ledger<O>) -> Check {
    let advice = "is BUCKET_NAME right, and may you s3:ListBucket and s3:GetObject there? A damaged \
                  entry has older versions";
    let told = |entries: &Vec<_>| format!("{} entries", entries.len());
    Check::call("grant ledger", ledger.entries().await, told, advice).0
}

/// The events queue and the one where messages are set aside.
pub async fn queues(queues: &impl QueueStates, url: &str) -> (Vec<Check>, Option<QueueState>) {
    let advice = "is SQS_QUEUE_URL right, and may you sqs:GetQueueAttributes?";
    let told = |state: &QueueState| format!("{} messages in it", state.messages);
    let (reached, state) = Check::call("events queue", queues.state(url).await, told, advice);
    let Some(state) = state else { return (vec![reached], None) };
    let order = Check::that(
        "events queue: order",
        state.is_fifo,
        format!("FIFO: {}", state.is_fifo),
        "only a FIFO queue keeps an agreement's events in order; deploy with this Terraform module",
    );
    let aside = match &state.sets_aside {
        Some((arn, count)) => {
            Check::pass("events queue: dead letters", format!("after {count} receives to {arn}"))
        }
        None => Check::fail(
            "events queue: dead letters",
            "a message that always fails comes again for ever",
            "deploy again: the queue has lost its redrive policy",
        ),
    };
    (vec![reached, order, aside], Some(state))
}

/// What lies among the dead letters.
pub fn dead_letters(count: Result<u64, impl std::error::Error>) -> Check {
    match count {
        Ok(0) => Check::pass("dead-letter queue", "empty"),
        Ok(count) => Check::fail(
            "dead-letter queue",
            format!("{count} messages: access of their agreements may be out of date"),
            "dmm-aws redrive --show; remove the cause, then dmm-aws redrive",
        ),
        Err(error) => Check::fail(
            "dead-letter queue",
            in_words(&error),
            "may you sqs:GetQueueUrl and sqs:GetQueueAttributes?",
        ),
    }
}

/// IAM: which roles may be granted to. Returns one of them.
pub async fn roles(
    inventory: &impl RoleInventory,
    allowed: &RoleScope,
) -> (Vec<Check>, Option<RoleArn>) {
    let (mut all, mut next) = (Vec::new(), None);
    let listed = loop {
        match inventory.roles(next.as_deref()).await {
            Ok(page) => {
                all.extend(page.roles);
                next = page.next;
                if next.is_none() {
                    break Ok(all);
                }
            }
            Err(error) => break Err(error),
        }
    };
    let told = |all: &Vec<RoleArn>| format!("{} roles", all.len());
    let (listed, all) = Check::call("IAM: list of roles", listed, told, "allow iam:ListRoles");
    let Some(all) = all else { return (vec![listed], None) };
    let admitted: Vec<RoleArn> =
        all.into_iter().filter(|role| allowed.admit(role).is_ok()).collect();
    let matched = Check::that(
        "IAM: roles of consumers",
        !admitted.is_empty(),
        format!("{} roles match CONSUMER_ROLE_ARNS", admitted.len()),
        "no role can be granted to: create one, or widen consumer_role_arns",
    );
    let Some(role) = admitted.into_iter().next() else { return (vec![listed, matched], None) };
    let names = inventory.policy_names(&role).await;
    let what = "IAM: policies of a role";
    let told = |names: &Option<Vec<String>>| {
        format!("{role} has {} inline policies", names.as_ref().map_or(0, Vec::len))
    };
    let (names, _) =
        Check::call(what, names, told, "allow iam:ListRolePolicies, iam:GetRolePolicy");
    (vec![listed, matched, names], Some(role))
}

/// Glue, asked for a table that is not there: being told so takes the right to look.
pub async fn glue(tables: &impl TableCatalog, home: &Home) -> Check {
    let (Some(account), Some(region)) = (&home.account, &home.region) else {
        return Check::not_checked("Glue", "CONSUMER_ROLE_ARNS names no account");
    };
    let arn =
        format!("arn:{}:glue:{region}:{account}:table/dmm_aws_doctor/is_not_there", home.partition);
    let Ok(table) = arn.parse() else {
        return Check::not_checked("Glue", format!("{arn} is no table"));
    };
    match tables.describe(&table).await {
        Ok(_) | Err(TableError::Missing) => Check::pass("Glue", "answers"),
        Err(error) => Check::fail(
            "Glue",
            in_words(&error),
            "allow glue:GetTable; needed only where output ports are Glue tables",
        ),
    }
}
