//! Agreements of one consumer on one data product, and messages about them.

use std::time::Duration;

use backend::{Backend, Program, World};
use serde_json::{Value, json};

/// The agreement of a story.
pub(crate) const ID: &str = "acc-1";
/// A policy of somebody else, which nothing may touch.
pub(crate) const FOREIGN: (&str, &str) = ("Theirs", r#"{"Version":"2012-10-17","Statement":[]}"#);

fn agreement(id: &str) -> Value {
    json!({"id": id, "info": {"active": true, "status": "approved"},
        "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
        "consumer": {"dataProductId": "churn"}, "tags": ["mine"], "custom": {"theirs": "kept"}})
}

/// The consumer runs with this role.
pub(crate) fn consumer(role: &str) -> Value {
    json!({"id": "churn", "custom": {"aws-role-name": role}})
}

/// The data product `warmers`, with one port.
pub(crate) fn provider(port: &Value) -> Value {
    json!({"id": "warmers", "outputPorts": [port]})
}

/// Roles `churn` and `other`, and an active agreement of each of these ids, for role `churn`.
pub(crate) fn world(ids: &[String]) -> World {
    let mut world = World::with_feed(Vec::new(), 1);
    let port = json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::data"});
    let provider = provider(&json!({"id": "s3", "custom": port}));
    world.products =
        [("churn".to_owned(), consumer("churn")), ("warmers".to_owned(), provider)].into();
    world.agreements = ids.iter().map(|id| (id.clone(), agreement(id))).collect();
    let theirs = || [(FOREIGN.0.to_owned(), FOREIGN.1.to_owned())].into();
    world.roles = ["churn", "other"].map(|role| (role.to_owned(), theirs())).into();
    world.listable = vec!["grants/*".to_owned()];
    world.invocations.time = Duration::from_secs(40);
    world
}

/// A batch with one message about each of these agreements.
pub(crate) fn batch(ids: &[String]) -> Value {
    let record = |id: &String| record(id, "AccessUpdatedEvent");
    json!({"Records": ids.iter().map(record).collect::<Vec<_>>()})
}

/// A batch with one message of this type.
pub(crate) fn message(id: &str, event: &str) -> Value {
    json!({"Records": [record(id, event)]})
}

fn record(id: &str, event: &str) -> Value {
    let kind = format!("com.datamesh-manager.events.{event}");
    let body = json!({"id": format!("event-{id}"), "subject": id, "type": kind});
    json!({"messageId": id, "body": body.to_string(), "attributes": {"MessageGroupId": id}})
}

/// The writer.
pub(crate) fn writer(backend: &Backend) -> Program {
    Program::start(env!("CARGO_BIN_EXE_manage_iam_policies"), backend, &[])
}

/// Has `event` handled, and returns the messages that stay on the queue.
pub(crate) async fn handled(backend: &Backend, event: Value) -> Vec<String> {
    let before = backend.world(|world| {
        world.invocations.queued.push_back(event);
        world.invocations.answered.len()
    });
    answers(backend, before + 1).await;
    backend.world(|world| kept(&world.invocations.answered[before].body))
}

/// Waits until there are so many answers.
pub(crate) async fn answers(backend: &Backend, number: usize) {
    let answered = backend.until(|world| world.invocations.answered.len() >= number);
    tokio::time::timeout(Duration::from_secs(50), answered).await.expect("an answer in time");
}

/// The messages that an answer leaves on the queue.
pub(crate) fn kept(answer: &Value) -> Vec<String> {
    let failures = answer["batchItemFailures"].as_array().expect("a batch's answer");
    failures.iter().map(|kept| kept["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// The name of an agreement's policy.
pub(crate) fn policy(id: &str) -> String {
    format!("DMM_DataUsageAgreement_{id}")
}
