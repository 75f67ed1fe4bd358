//! A consumer's role is deleted, or deleted and created anew elsewhere. IAM then denies every call
//! about it, as if a right were missing: only `GetRole` tells.

use clients::catalog::Step;
use domain::ledger::{Phase, State};
use domain::role::{RoleArn, RoleScope};
use metrics_util::debugging::DebuggingRecorder;
use serde_json::json;

use crate::rounds::{RoundWorld, pass};
use crate::world::{CHURN, OTHER, World, policy};

const ALLOWED: &str = "arn:aws:iam::123456789012:role/data-products/*";
/// Roles of the name `churn`, under a path that is not allowed and under one that is.
const OUTSIDE: &str = "arn:aws:iam::123456789012:role/platform/churn";
const MOVED: &str = "arn:aws:iam::123456789012:role/data-products/eu/churn";
const FOREIGN: &str = "{ \"somebody\": \"else\" }";

fn arn(text: &str) -> RoleArn {
    text.parse().unwrap()
}

async fn granted() -> World {
    let world = World::new();
    world.iam.allow_only(&[ALLOWED]);
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    world
}

/// The agreement ends; its message is consumed, and nothing is left to do or to tell.
async fn ends_quietly(world: &World) {
    let recorder = DebuggingRecorder::new();
    let counted = recorder.snapshotter();
    let _guard = metrics::set_default_local_recorder(&recorder);
    world.agree("acc-42", "s3", false);
    for _ in 0..2 {
        assert!(world.deliver("AccessDeactivated", "acc-42").await, "no dead letter");
    }
    let entry = world.ledger("acc-42").unwrap();
    assert_eq!((entry.state, entry.phase), (State::Revoked, Phase::Fact));
    assert!(entry.may_hold().is_empty());
    assert!(!world.catalog.steps().contains(&Step::DeprovisioningFailed));
    let counted = counted.snapshot().into_vec();
    let names: Vec<&str> = counted.iter().map(|(key, ..)| key.key().name()).collect();
    assert!(!names.contains(&"RevokeFailed") && names.contains(&"Handled"), "{names:?}");
}

#[tokio::test]
async fn an_agreement_whose_role_was_deleted_ends_without_a_dead_letter() {
    let world = granted().await;
    world.iam.delete_role(&arn(CHURN));
    ends_quietly(&world).await;
}

#[tokio::test]
async fn a_role_created_anew_under_a_path_outside_keeps_what_somebody_else_put_there() {
    let world = granted().await;
    world.iam.delete_role(&arn(CHURN));
    world.iam.set(&arn(OUTSIDE), policy("acc-42").as_str(), FOREIGN);
    ends_quietly(&world).await;
    assert_eq!(world.granted(OUTSIDE, "acc-42").as_deref(), Some(FOREIGN));
}

#[tokio::test]
async fn a_deleted_role_that_is_no_longer_allowed_counts_as_revoked_and_one_that_is_there_does_not()
{
    for created in [None, Some(OUTSIDE)] {
        let mut world = granted().await;
        world.access.assessor.allowed = RoleScope::new(vec![OTHER.parse().unwrap()], vec![]);
        world.iam.allow_only(&[OTHER]);
        world.agree("acc-42", "s3", false);
        assert!(!world.deliver("AccessDeactivated", "acc-42").await, "the right is still there");
        world.catalog.forget_reports();
        world.iam.delete_role(&arn(CHURN));
        if let Some(created) = created {
            world.iam.set(&arn(created), policy("acc-42").as_str(), FOREIGN);
        }
        ends_quietly(&world).await;
        assert_eq!(world.granted(OUTSIDE, "acc-42").as_deref(), created.map(|_| FOREIGN));
    }
}

#[tokio::test]
async fn a_role_that_moves_within_the_allowed_paths_takes_its_right_along_whenever_it_is_interrupted()
 {
    for interrupted in [false, true] {
        let world = granted().await;
        world.iam.delete_role(&arn(CHURN));
        world.iam.create_role(MOVED);
        if interrupted {
            // The policy is written; that it was is not recorded any more.
            world.catalog.refuse_puts("acc-42");
            let mut saved = 0;
            world.faults.decide(move |action| {
                saved += usize::from(action == "s3:PutObject");
                (action == "s3:PutObject" && saved == 2)
                    .then_some(clients::fake::Fault::Unavailable)
            });
            assert!(!world.deliver("AccessUpdated", "acc-42").await);
            world.faults.none();
        }
        for _ in 0..2 {
            assert!(world.deliver("AccessUpdated", "acc-42").await);
            assert!(world.granted(MOVED, "acc-42").is_some());
        }
        let entry = world.ledger("acc-42").unwrap();
        assert_eq!((entry.role_arn, entry.still_to_revoke.len()), (Some(arn(MOVED)), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_round_over_a_deleted_role_is_complete_and_its_agreement_ends() {
    for replaced in [None, Some(OUTSIDE)] {
        crate::rounds::start_at_the_beginning();
        let w = RoundWorld::granted(&["a"]).await;
        w.world.iam.allow_only(&[ALLOWED]);
        w.world.iam.delete_role(&arn(CHURN));
        if let Some(replaced) = replaced {
            w.world.iam.set(&arn(replaced), policy("a").as_str(), FOREIGN);
        }
        w.world.agree("a", "s3", false);
        let (first, second) = w.repaired().await;
        assert!(first.complete && second.complete, "{replaced:?}: {first:?}");
        assert_eq!(w.open(), Vec::<String>::new(), "{replaced:?}");
        assert_eq!(w.world.ledger("a").unwrap().state, State::Revoked);
        assert_eq!(w.world.granted(OUTSIDE, "a").as_deref(), replaced.map(|_| FOREIGN));
    }
}

#[tokio::test(start_paused = true)]
async fn a_round_over_a_role_that_moved_brings_its_right_along_and_finds_it_in_one_place() {
    for moved in [MOVED, "arn:aws:iam::123456789012:role/data-products/a/churn"] {
        crate::rounds::start_at_the_beginning();
        let w = RoundWorld::granted(&["a"]).await;
        w.world.iam.allow_only(&[ALLOWED]);
        w.world.iam.delete_role(&arn(CHURN));
        w.world.iam.create_role(moved);
        w.repaired().await;
        pass(61);
        let third = w.round().await;
        assert_eq!((third.complete, third.differences), (true, 0), "{moved}: {:?}", w.open());
        assert!(w.world.granted(moved, "a").is_some());
        assert_eq!(w.world.ledger("a").unwrap().role_arn, Some(arn(moved)));
    }
}

#[tokio::test]
async fn a_name_in_another_case_is_the_same_role_to_iam() {
    let world = World::new();
    world.iam.allow_only(&[ALLOWED]);
    world.set_consumer(&json!({"aws-role-name": "CHURN"}));
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}
