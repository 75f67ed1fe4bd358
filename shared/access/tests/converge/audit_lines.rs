//! Who got or lost what, under which agreement and why: one line of the log for each.

use std::io::Write;
use std::sync::{Arc, Mutex};

use access::Mode;
use domain::event::Family;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{CHURN, World, policy};

/// The log, as a function writes it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// The lines that say `outcome`.
    fn lines(&self, outcome: &str) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["fields"].clone()).filter(|f| f["outcome"] == outcome).collect()
    }
}

fn logged() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).finish();
    (log, tracing::subscriber::set_default(subscriber))
}

const EVERY: [&str; 6] =
    ["event.id", "agreement.id", "role.arn", "policy.name", "outcome", "reason"];

fn has(line: &Value, names: &[&str]) {
    for name in names {
        assert!(line[*name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {line}");
    }
}

#[tokio::test]
async fn a_grant_and_its_end_are_one_line_each_with_everything_an_auditor_asks() {
    let (log, _guard) = logged();
    let world = World::new();
    for active in [true, false] {
        world.agree("acc-42", "s3", active);
        assert!(world.deliver("AccessUpdated", "acc-42").await);
    }
    for outcome in ["granted", "revoked"] {
        let lines = log.lines(outcome);
        assert_eq!(lines.len(), 1, "{outcome}");
        has(&lines[0], &EVERY);
        has(&lines[0], &["document.sha256", "iam.request_id"]);
        assert!(lines[0]["duration_ms"].is_u64() && lines[0]["total_ms"].is_u64());
        assert_eq!(lines[0]["role.arn"], CHURN);
        assert_eq!(lines[0]["policy.name"], policy("acc-42").as_str());
        assert_eq!(lines[0]["document.sha256"].as_str().unwrap().len(), 64);
    }
}

/// The reason that stands beside the end of the grant of `acc-42`.
async fn why_revoked(end: impl AsyncFnOnce(&mut World)) -> String {
    let (log, _guard) = logged();
    let mut world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    end(&mut world).await;
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    log.lines("revoked")[0]["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_end_of_a_grant_says_what_ended_it() {
    let inactive = why_revoked(async |world| world.agree("acc-42", "s3", false)).await;
    assert_eq!(inactive, "the agreement is not active");
    let gone = async |world: &mut World| world.catalog.delete_agreement(Family::Access, "acc-42");
    assert_eq!(why_revoked(gone).await, "the agreement is gone");
    let refused = async |world: &mut World| world.set_consumer(&json!({}));
    assert_eq!(why_revoked(refused).await, "the agreement can no longer be granted");
    let moved = async |world: &mut World| world.set_consumer(&json!({"aws-role-name": "other"}));
    assert_eq!(why_revoked(moved).await, "the agreement's right belongs on another role");
    let leaving = async |world: &mut World| world.access.mode = Mode::Revoke;
    assert_eq!(why_revoked(leaving).await, "everything is being revoked: MODE is revoke");
}

#[tokio::test]
async fn a_refusal_is_one_line_with_its_reason() {
    let (log, _guard) = logged();
    let world = World::new();
    world.set_consumer(&json!({}));
    world.agree("acc-42", "s3", true);
    for _ in 0..2 {
        assert!(world.deliver("AccessActivated", "acc-42").await);
    }
    let lines = log.lines("rejected");
    assert_eq!(lines.len(), 1);
    has(&lines[0], &EVERY);
    assert_eq!(lines[0]["reason"], "RoleNotNamed");
    assert!(lines[0]["error"].as_str().unwrap().contains("no AWS role is named"));
    assert!(lines[0]["total_ms"].is_u64());
}

#[tokio::test]
async fn a_revocation_whose_answer_was_lost_is_audited_as_ours() {
    let (log, _guard) = logged();
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world.agree("acc-42", "s3", false);
    // The SDK tries again by itself, and finds nothing left to remove.
    world.iam.lose_the_answer_of_a_removal();
    for _ in 0..2 {
        assert!(world.deliver("AccessDeactivated", "acc-42").await);
    }
    let lines = log.lines("revoked");
    assert_eq!(lines.len(), 1);
    has(&lines[0], &EVERY);
    assert_eq!(lines[0]["iam.request_id"], "none", "it was in the answer");
}

#[tokio::test]
async fn what_somebody_else_removed_is_not_audited_as_ours() {
    let (log, _guard) = logged();
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world.iam.unset(&CHURN.parse().unwrap(), policy("acc-42").as_str());
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert!(log.lines("revoked").is_empty());
}
