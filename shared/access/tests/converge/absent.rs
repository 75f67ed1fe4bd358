//! Roles and tables that are gone, hidden, or not to be seen for a moment.

use access::{Delivery, Documents};
use clients::fake::Fault;
use domain::Failure;
use domain::event::read_body;
use domain::ledger::State;
use domain::role::{RoleArn, RoleScope};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::world::{CHURN, OTHER, TABLE, World, body, policy};

const OUTSIDE: &str = "arn:aws:iam::123456789012:role/elsewhere/churn";

fn arn(text: &str) -> RoleArn {
    text.parse().unwrap()
}

async fn granted(port: &str) -> World {
    let world = World::new();
    world.tables.create(TABLE, "s3://data/sales/orders/");
    world.agree("acc-42", port, true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    world
}

#[tokio::test]
async fn a_role_that_is_gone_and_no_longer_allowed_counts_as_revoked_and_one_that_stays_does_not() {
    for anew in [None, Some(OUTSIDE)] {
        let mut world = granted("s3").await;
        world.access.assessor.allowed = RoleScope::new(vec![OTHER.parse().unwrap()], vec![]);
        world.agree("acc-42", "s3", false);
        assert!(
            !world.deliver("AccessDeactivated", "acc-42").await,
            "it is there, and stays there"
        );
        world.iam.delete_role(&arn(CHURN));
        if let Some(anew) = anew {
            world.iam.set(&arn(anew), policy("acc-42").as_str(), "{}");
        }
        assert!(world.deliver("AccessDeactivated", "acc-42").await);
        assert_eq!(world.ledger("acc-42").unwrap().state, State::Revoked);
        assert_eq!(world.granted(OUTSIDE, "acc-42").as_deref(), anew.map(|_| "{}"));
    }
}

/// What comes of one delivery while IAM denies every look at a role.
async fn while_denied(world: &World, delivery: Delivery) -> Result<(), Failure> {
    let hint = read_body(&body("AccessActivated", "acc-42", 0)).unwrap().unwrap();
    let documents = Documents::new(&world.access.assessor.catalog);
    world.faults.decide(|action| (action == "iam:GetRole").then_some(Fault::Denied));
    let converged = world.access.converge(&hint, delivery, &documents).await;
    world.faults.none();
    converged.map(drop).map_err(|error| error.failure())
}

#[tokio::test]
async fn a_role_that_is_denied_is_looked_at_once_more_before_anybody_is_told() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert_eq!(while_denied(&world, Delivery::First).await, Err(Failure::Retry));
    assert_eq!((world.ledger("acc-42"), world.catalog.puts()), (None, 0));
    assert_eq!(while_denied(&world, Delivery::Again).await, Ok(()));
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected);
    assert_eq!(while_denied(&world, Delivery::First).await, Ok(()), "its owners know already");
}

#[tokio::test]
async fn a_right_in_force_waits_for_the_second_look_too() {
    let world = granted("s3").await;
    assert_eq!(while_denied(&world, Delivery::First).await, Err(Failure::Retry));
    assert!(world.granted(CHURN, "acc-42").is_some());
}

fn note(world: &World) -> Value {
    world.agreement("acc-42")["custom"]["aws-integration-note"].clone()
}

#[tokio::test]
async fn a_table_that_is_not_shown_costs_nothing_that_was_granted_on_it_and_its_owners_are_told() {
    for is_hidden in [false, true] {
        let world = granted("glue").await;
        let (held, writes) = (world.granted(CHURN, "acc-42"), world.iam.writes());
        if is_hidden {
            world.tables.hide(TABLE);
        } else {
            world.tables.remove(TABLE);
        }
        assert!(world.deliver("AccessUpdated", "acc-42").await);
        assert_eq!((world.granted(CHURN, "acc-42"), world.iam.writes()), (held, writes));
        assert!(note(&world).as_str().unwrap().contains("the right stays as it was"));
        assert_eq!(world.ledger("acc-42").unwrap().missed_tables.len(), 1);
    }
}

#[tokio::test]
async fn a_table_that_is_missing_for_longer_than_iam_takes_to_settle_is_refused_and_a_denied_one_not()
 {
    for (is_hidden, state) in [(false, State::Rejected), (true, State::Granted)] {
        let mut world = granted("glue").await;
        if is_hidden {
            world.tables.hide(TABLE);
        } else {
            world.tables.remove(TABLE);
        }
        assert!(world.deliver("AccessUpdated", "acc-42").await);
        world.access.now = || OffsetDateTime::UNIX_EPOCH + Duration::hours(1);
        assert!(world.deliver("AccessUpdated", "acc-42").await);
        assert_eq!(world.ledger("acc-42").unwrap().state, state);
    }
}

#[tokio::test]
async fn a_table_that_was_never_granted_is_refused_at_once_whatever_hides_it() {
    for is_hidden in [false, true] {
        let world = World::new();
        world.tables.create(TABLE, "s3://data/sales/orders/");
        if is_hidden {
            world.tables.hide(TABLE);
        } else {
            world.tables.remove(TABLE);
        }
        world.agree("acc-42", "glue", true);
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected);
        assert_eq!(world.granted(CHURN, "acc-42"), None);
    }
}

#[tokio::test]
async fn a_role_that_another_owner_made_anew_under_an_allowed_path_is_asked_for_by_its_own_arn() {
    let world = granted("s3").await;
    world.iam.delete_role(&arn(CHURN));
    world.set_consumer(&json!({"aws-role-arn": CHURN}));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected);
}
