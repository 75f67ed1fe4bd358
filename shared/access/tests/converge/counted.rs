//! What is counted: alarms and the dashboard watch these metrics.

use std::collections::BTreeMap;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::world::{CHURN, TABLE, World, policy};

/// What is counted while one event is delivered, by name and, where there is one, reason.
async fn counted(world: &World, event: &str) -> BTreeMap<String, u64> {
    let recorder = DebuggingRecorder::new();
    let _guard = metrics::set_default_local_recorder(&recorder);
    assert!(world.deliver(event, "acc-42").await);
    let mut counts = BTreeMap::new();
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        let labels: Vec<&str> = key.key().labels().map(metrics::Label::value).collect();
        let name = [&[key.key().name()], labels.as_slice()].concat().join(" ");
        if let DebugValue::Counter(count) = value {
            counts.insert(name, count);
        }
    }
    counts
}

fn only(name: &str) -> BTreeMap<String, u64> {
    BTreeMap::from([(name.to_owned(), 1)])
}

#[tokio::test]
async fn each_grant_and_each_revocation_is_counted_once_and_no_change_not_at_all() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert_eq!(counted(&world, "AccessActivated").await, only("Granted"));
    assert_eq!(counted(&world, "AccessUpdated").await, BTreeMap::new());
    world.agree("acc-42", "s3", false);
    assert_eq!(counted(&world, "AccessDeactivated").await, only("Revoked"));
    assert_eq!(counted(&world, "AccessUpdated").await, BTreeMap::new());
}

#[tokio::test]
async fn a_refusal_is_counted_once_in_all_and_once_for_its_reason() {
    let world = World::new();
    world.set_consumer(&json!({}));
    world.agree("acc-42", "s3", true);
    let counts = counted(&world, "AccessActivated").await;
    let expected = [("Rejected".to_owned(), 1), ("Rejected RoleNotNamed".to_owned(), 1)];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(counted(&world, "AccessUpdated").await, BTreeMap::new(), "it is no news");
}

#[tokio::test]
async fn a_policy_that_somebody_edited_is_counted_as_drift_and_put_right() {
    let mut world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    let granted = world.granted(CHURN, "acc-42");
    world.iam.set(&CHURN.parse().unwrap(), policy("acc-42").as_str(), "{}");
    world.access.now = || OffsetDateTime::UNIX_EPOCH + Duration::hours(1);
    let counts = counted(&world, "AccessUpdated").await;
    assert_eq!((counts.get("DriftFound"), counts.get("Granted")), (Some(&1), Some(&1)));
    assert_eq!(world.granted(CHURN, "acc-42"), granted);
}

#[tokio::test]
async fn a_result_that_the_catalog_refuses_for_good_is_counted() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    world.catalog.refuse_puts("acc-42");
    let counts = counted(&world, "AccessActivated").await;
    assert_eq!(counts.get("WriteBackFailed"), Some(&1));
}

#[tokio::test]
async fn a_right_that_stays_although_its_table_is_not_shown_is_counted_each_time() {
    let world = World::new();
    world.tables.create(TABLE, "s3://data/sales/orders/");
    world.agree("acc-42", "glue", true);
    assert_eq!(counted(&world, "AccessActivated").await, only("Granted"));
    world.tables.remove(TABLE);
    for _ in 0..2 {
        assert_eq!(counted(&world, "AccessUpdated").await, only("TablesMissed"));
    }
}
