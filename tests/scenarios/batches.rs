//! Batches: order within an agreement, independence between agreements.

use std::time::Duration;

use clients::fake::Fault;
use lambda::deadline::Deadline;
use serde_json::json;

use crate::delivery::record;
use crate::world::{CHURN, World, body};

#[tokio::test]
async fn one_failing_agreement_holds_up_only_itself() {
    for fault in [Fault::Unavailable, Fault::Denied] {
        let world = World::new();
        world.agree("acc-1", "s3", true);
        world.agree("acc-2", "s3", true);
        world.faults.next("iam:PutRolePolicy", fault);
        let kept = world
            .deliver_all(&[
                ("AccessActivated", "acc-1"),
                ("AccessActivated", "acc-2"),
                ("AccessUpdated", "acc-1"),
            ])
            .await;
        assert_eq!(kept, [0, 2], "{fault:?}");
        assert!(world.granted(CHURN, "acc-2").is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_dependency_that_never_answers_holds_up_only_its_own_agreement() {
    let world = World::new();
    world.agree("acc-1", "s3", true);
    world.agree("acc-2", "s3", true);
    world.faults.next("iam:PutRolePolicy", Fault::Hangs);
    let kept =
        world.deliver_all(&[("AccessActivated", "acc-1"), ("AccessActivated", "acc-2")]).await;
    assert_eq!(kept, [0]);
    assert!(world.granted(CHURN, "acc-2").is_some());
}

#[tokio::test]
async fn an_unreadable_message_stays_for_the_dead_letter_queue_and_others_go_on() {
    let world = World::new();
    world.agree("acc-2", "s3", true);
    let records = vec![
        record(0, "acc-1", "not json"),
        record(1, "acc-2", &body("AccessActivated", "acc-2", 1)),
        record(2, "x", &body("AccessActivated", "../../secret", 2)),
        json!({"messageId": "3"}),
        record(4, "acc-5", "[]"),
    ];
    assert_eq!(world.handle(records).await, [0, 2, 3, 4]);
    assert!(world.granted(CHURN, "acc-2").is_some());
}

#[tokio::test]
async fn messages_of_the_predecessor_that_change_no_access_are_acknowledged() {
    let world = World::new();
    let kept = world.deliver_all(&[("TeamUpdated", "t"), ("DataProductCreated", "p")]).await;
    assert!(kept.is_empty());
    assert!(world.faults.calls().is_empty());
}

#[tokio::test]
async fn messages_of_the_predecessor_in_its_one_group_are_handled_in_order() {
    let world = World::new();
    world.agree("acc-1", "s3", true);
    let records = vec![
        record(0, "1", &body("DataUsageAgreementActivated", "acc-1", 0)),
        record(1, "1", &body("TeamUpdated", "t", 1)),
    ];
    assert!(world.handle(records).await.is_empty());
    assert!(world.granted(CHURN, "acc-1").is_some());
}

#[tokio::test]
async fn without_time_left_nothing_is_begun_and_everything_comes_again() {
    let world = World::new();
    world.agree("acc-1", "s3", true);
    let event = json!({"Records": [record(0, "acc-1", &body("AccessActivated", "acc-1", 0))]});
    let deadline = Deadline::within(Duration::ZERO);
    let response = manage_iam_policies::handler::handle(&world.access, event, deadline).await;
    assert_eq!(response.unwrap().batch_item_failures.len(), 1);
    assert!(world.faults.calls().is_empty());
}

#[tokio::test]
async fn an_event_that_is_no_batch_fails_as_a_whole() {
    let world = World::new();
    for event in [json!({}), json!({"Records": [{"body": "{}"}]}), json!("x")] {
        let deadline = Deadline::within(Duration::from_mins(1));
        let response = manage_iam_policies::handler::handle(&world.access, event, deadline).await;
        assert!(response.is_err());
    }
}
