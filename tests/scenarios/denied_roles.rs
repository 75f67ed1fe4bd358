//! What owners hear of a role that may not be changed: the same, whether it is there, hidden or
//! missing. And when they hear it: IAM is given a second chance to learn of a new right.

use clients::fake::Fault;
use domain::ledger::State;
use serde_json::{Value, json};

use crate::world::{CHURN, World, body};

const OUTSIDE: &str = "arn:aws:iam::123456789012:role/platform/admin";
const BY_ARN: &str = "arn:aws:iam::123456789012:role/data-products/admin";

fn asking_for(consumer: &Value) -> World {
    let world = World::new();
    world.iam.allow_only(&["arn:aws:iam::123456789012:role/data-products/*"]);
    world.set_consumer(consumer);
    world.agree("acc-42", "s3", true);
    world
}

/// Everything that catalog and ledger hold of the refusal.
async fn told(world: &World) -> (String, String, String) {
    assert!(world.deliver("AccessActivated", "acc-42").await);
    let entry = world.ledger("acc-42").unwrap();
    let reports = format!("{:?}", world.catalog.reports());
    let words = world.shown_error("acc-42");
    assert!(words.contains("does not exist, or is not one this integration may change"), "{words}");
    (words, format!("{:?} {:?}", entry.role_arn, entry.reason), reports)
}

#[tokio::test]
async fn nobody_finds_out_which_roles_there_are_outside_the_allow_list() {
    for consumer in [json!({"aws-role-name": "admin"}), json!({"aws-role-arn": BY_ARN})] {
        let missing = told(&asking_for(&consumer)).await;
        let there = asking_for(&consumer);
        there.iam.create_role(OUTSIDE);
        assert_eq!(told(&there).await, missing);
        let hidden = asking_for(&consumer);
        hidden.faults.decide(|action| (action == "iam:GetRole").then_some(Fault::Denied));
        assert_eq!(told(&hidden).await, missing);
    }
}

#[tokio::test]
async fn an_arn_outside_the_allow_list_is_refused_whether_or_not_there_is_such_a_role() {
    let consumer = json!({"aws-role-arn": OUTSIDE});
    let words = async |world: World| {
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert_eq!(world.faults.count("iam:GetRole"), 0, "IAM is not even asked");
        world.shown_error("acc-42")
    };
    let there = asking_for(&consumer);
    there.iam.create_role(OUTSIDE);
    assert_eq!(words(there).await, words(asking_for(&consumer)).await);
}

/// Whether a message stays on the queue when it comes for this time.
async fn is_kept(world: &World, receives: &str) -> bool {
    let attributes = json!({"MessageGroupId": "acc-42", "ApproximateReceiveCount": receives});
    let body = body("AccessActivated", "acc-42", 0);
    let record = json!({"messageId": "0", "body": body, "attributes": attributes});
    !world.handle(vec![record]).await.is_empty()
}

fn denied() -> World {
    let world = asking_for(&json!({"aws-role-name": "churn"}));
    world.faults.decide(|action| (action == "iam:GetRole").then_some(Fault::Denied));
    world
}

#[tokio::test]
async fn a_denied_role_is_looked_at_once_more_before_its_owners_are_told() {
    let world = denied();
    assert!(is_kept(&world, "1").await);
    assert_eq!((world.ledger("acc-42"), world.shown_error("acc-42")), (None, String::new()));
    world.faults.none();
    assert!(!is_kept(&world, "2").await);
    assert!(world.granted(CHURN, "acc-42").is_some(), "IAM has learnt of the right");
}

#[tokio::test]
async fn a_role_that_stays_denied_costs_one_delivery_more_and_never_a_dead_letter() {
    let world = denied();
    assert!(is_kept(&world, "1").await);
    assert!(!is_kept(&world, "2").await);
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected);
    assert!(!is_kept(&world, "1").await, "what its owners know is not waited for again");
    // However often it came before, and where nobody knows how often: it is decided at once.
    for receives in ["3", "5", "", "many"] {
        assert!(!is_kept(&denied(), receives).await, "{receives}");
    }
}

#[tokio::test]
async fn a_right_in_force_survives_a_denial_that_passes() {
    let world = asking_for(&json!({"aws-role-name": "churn"}));
    assert!(!is_kept(&world, "1").await);
    world.faults.next("iam:GetRole", Fault::Denied);
    assert!(is_kept(&world, "1").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    assert!(!is_kept(&world, "2").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Granted);
}

#[tokio::test]
async fn a_missing_role_is_told_at_once() {
    let world = asking_for(&json!({"aws-role-name": "new"}));
    assert!(!is_kept(&world, "1").await);
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected);
}
