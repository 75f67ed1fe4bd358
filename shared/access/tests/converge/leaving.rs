//! `MODE=revoke`: the integration leaves, and every right it gave goes, whatever the catalog says by then.

use access::Mode;
use clients::fake::Fault;
use domain::ledger::State;
use serde_json::json;

use crate::world::{CHURN, World};

async fn leaving() -> World {
    let mut world = World::new();
    world.agree("acc-42", "s3", true);
    world.agree("acc-43", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    world.access.mode = Mode::Revoke;
    world
}

#[tokio::test]
async fn an_active_agreement_is_revoked_and_shown_as_inactive() {
    let world = leaving().await;
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Revoked);
    assert!(world.tags("acc-42").contains(&"aws-integration-inactive".to_owned()));
}

#[tokio::test]
async fn nothing_new_is_granted_any_more() {
    let world = leaving().await;
    assert!(world.deliver("AccessActivated", "acc-43").await);
    assert_eq!(world.granted(CHURN, "acc-43"), None);
    assert_eq!(world.ledger("acc-43"), None);
}

#[tokio::test]
async fn a_catalog_that_is_gone_keeps_nobodys_right_alive() {
    for fault in [Fault::Denied, Fault::Unavailable] {
        let world = leaving().await;
        world.faults.decide(move |call| {
            ["GET agreement", "PUT agreement", "POST report", "GET product"]
                .contains(&call)
                .then_some(fault)
        });
        assert!(world.deliver("AccessUpdated", "acc-42").await);
        assert_eq!(world.granted(CHURN, "acc-42"), None);
        assert!(world.ledger("acc-42").unwrap().may_hold().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_catalog_that_never_answers_keeps_nobodys_right_alive_either() {
    for call in ["GET agreement", "PUT agreement", "POST report"] {
        let world = leaving().await;
        world.faults.decide(move |found| (found == call).then_some(Fault::Hangs));
        assert!(world.deliver("AccessUpdated", "acc-42").await, "{call}");
        assert!(world.ledger("acc-42").unwrap().may_hold().is_empty(), "{call}");
    }
}

#[tokio::test]
async fn a_write_back_that_fails_does_not_keep_the_ledger_open() {
    let world = leaving().await;
    let writes = ["PUT agreement", "POST report"];
    world.faults.decide(move |call| writes.contains(&call).then_some(Fault::Unavailable));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.ledger("acc-42").unwrap().may_hold().is_empty());
}

#[tokio::test]
async fn an_agreement_that_cannot_be_read_is_revoked_all_the_same() {
    let world = leaving().await;
    world.agree_with("acc-42", &json!({"id": "another"}));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn a_revocation_that_iam_refuses_stays_on_the_queue_and_in_the_ledger() {
    let world = leaving().await;
    world.faults.next("iam:DeleteRolePolicy", Fault::Denied);
    assert!(!world.deliver("AccessUpdated", "acc-42").await);
    assert!(!world.ledger("acc-42").unwrap().may_hold().is_empty());
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.ledger("acc-42").unwrap().may_hold().is_empty());
}
