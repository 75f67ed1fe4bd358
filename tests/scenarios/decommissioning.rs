//! `MODE=revoke`: the integration leaves, and every right it gave goes first.

use std::collections::BTreeMap;
use std::time::Duration;

use access::Mode;
use clients::fake::FakeQueue;
use dmm_aws::grants::in_force;
use dmm_aws::revoke_all::{RevokeAll, RevokeAllError};
use time::OffsetDateTime;

use crate::delivery::record;
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

async fn revoke_all(world: &World, queue: &FakeQueue) -> Result<usize, RevokeAllError> {
    let run = RevokeAll {
        ledger: &world.access.ledger,
        queue,
        started: OffsetDateTime::UNIX_EPOCH,
        patience: Duration::from_mins(1),
        pause: Duration::from_secs(1),
    };
    run.run(|_| ()).await
}

/// What the queue's trigger does: hands over what was sent, for as long as the test lasts.
async fn deliver_what_is_sent(world: &World, queue: &FakeQueue) {
    let mut delivered = 0;
    loop {
        for message in queue.sent().iter().skip(delivered) {
            delivered += 1;
            let kept = world.handle(vec![record(0, &message.group, &message.body)]).await;
            assert!(kept.is_empty(), "{}", message.body);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_operator_has_every_grant_revoked_and_is_told_when_none_is_left() {
    let mut world = World::new();
    let ids: Vec<String> = (0..25).map(|n| format!("acc-{n}")).collect();
    for id in &ids {
        world.agree(id, "s3", true);
        assert!(world.deliver("AccessActivated", id).await);
    }
    world.access.mode = Mode::Revoke;
    let queue = FakeQueue::default();
    let revoked = tokio::select! {
        revoked = revoke_all(&world, &queue) => revoked.unwrap(),
        () = deliver_what_is_sent(&world, &queue) => unreachable!(),
    };
    assert_eq!((revoked, queue.batches()), (25, vec![10, 10, 5]));
    assert!(world.iam.snapshot().values().all(BTreeMap::is_empty));
    assert_eq!(revoke_all(&world, &queue).await.unwrap(), 0, "nothing is left to ask for");
}

#[tokio::test(start_paused = true)]
async fn grants_that_stay_are_named_when_time_is_up() {
    let world = leaving().await;
    let left = revoke_all(&world, &FakeQueue::default()).await.unwrap_err().to_string();
    assert!(left.contains("still in force after 60 s: acc-42"), "{left}");
}

#[tokio::test]
async fn a_ledger_entry_nobody_can_read_stops_the_operator_instead_of_counting_as_nothing() {
    let world = leaving().await;
    world.objects.set(&format!("grants/{}.json", "0".repeat(64)), "{");
    let error = revoke_all(&world, &FakeQueue::default()).await.unwrap_err();
    assert!(matches!(error, RevokeAllError::Ledger(_)));
}

#[tokio::test]
async fn only_what_may_still_lie_on_a_role_counts_as_in_force() {
    let world = leaving().await;
    let entries = world.access.ledger.entries().await.unwrap();
    assert_eq!(in_force(entries).len(), 1);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(in_force(world.access.ledger.entries().await.unwrap()), []);
}
