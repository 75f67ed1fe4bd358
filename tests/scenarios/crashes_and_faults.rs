//! Whatever call fails or is the last before a crash: the next delivery puts it right.

use clients::fake::Fault;
use futures_util::FutureExt as _;
use serde_json::json;

use crate::world::{CHURN, OTHER, World};

const FAULTS: [Fault; 5] =
    [Fault::Unavailable, Fault::AnswerLost, Fault::Denied, Fault::Hangs, Fault::HangsAfter];

/// Lets the `nth` call of everything go wrong.
fn break_call(world: &World, nth: usize, fault: Fault) {
    let mut calls = 0;
    world.faults.decide(move |_| {
        calls += 1;
        (calls == nth + 1).then_some(fault)
    });
}

/// One delivery that may be cut off at a call that never answers.
fn deliver_or_crash(world: &World) {
    let _ = world.deliver("AccessUpdated", "acc-42").now_or_never();
}

/// A change of the world, and what the two roles hold afterwards.
type Case = (fn(&World), [bool; 2]);

fn cases() -> [Case; 3] {
    [
        (|world| world.agree("acc-42", "s3", false), [false, false]),
        (|world| world.set_consumer(&json!({"aws-role-name": "other"})), [false, true]),
        (|world| world.agree("acc-42", "gone", true), [false, false]),
    ]
}

#[tokio::test]
async fn a_fault_or_crash_at_any_call_is_mended_by_the_next_delivery() {
    for (change, expected) in cases() {
        for fault in FAULTS {
            for nth in 0..20 {
                let world = World::new();
                world.agree("acc-42", "s3", true);
                break_call(&world, nth, fault);
                deliver_or_crash(&world);
                change(&world);
                break_call(&world, nth, fault);
                deliver_or_crash(&world);
                world.faults.none();
                assert!(world.deliver("AccessUpdated", "acc-42").await, "{fault:?} at {nth}");
                let held = [CHURN, OTHER].map(|role| world.granted(role, "acc-42").is_some());
                assert_eq!(held, expected, "{fault:?} at {nth}");
            }
        }
    }
}

#[tokio::test]
async fn an_iam_that_is_down_for_an_hour_delays_a_revocation_and_loses_nothing() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world.agree("acc-42", "s3", false);
    world.faults.decide(|action| action.starts_with("iam:Delete").then_some(Fault::Unavailable));
    for _ in 0..10 {
        assert!(!world.deliver("AccessDeactivated", "acc-42").await);
    }
    world.faults.none();
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn a_ledger_that_cannot_be_read_stops_its_agreement_before_iam_is_touched() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    let key = world.objects.keys().remove(0);
    world.objects.set(&key, "not an entry");
    world.agree("acc-42", "s3", false);
    let writes = world.iam.writes();
    assert!(!world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.iam.writes(), writes);
}
