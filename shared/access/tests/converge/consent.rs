//! A role is granted to only when its owner agreed: by a tag, by a permissions boundary.

use clients::fake::Fault;
use domain::consent::{Consent, Role, RoleTag};
use domain::ledger::State;

use crate::world::{CHURN, World};

const CAP: &str = "arn:aws:iam::123456789012:policy/cap";

fn asking_for(tag: bool, boundary: bool) -> World {
    let mut world = World::new();
    let yes = RoleTag { key: "data-mesh".to_owned(), value: "yes".to_owned() };
    world.access.assessor.consent =
        Consent { tag: tag.then_some(yes), boundary: boundary.then(|| CAP.parse().unwrap()) };
    world.agree("acc-42", "s3", true);
    world
}

fn agreeing(world: &World) {
    world.iam.describe_role(Role {
        arn: CHURN.parse().unwrap(),
        tags: [("data-mesh".to_owned(), "yes".to_owned())].into(),
        boundary: Some(CAP.to_owned()),
    });
}

#[tokio::test]
async fn a_role_without_the_required_tag_or_boundary_is_refused_by_the_code_before_iam_is_asked() {
    for (tag, boundary, word) in [(true, false, "data-mesh=yes"), (false, true, CAP)] {
        let world = asking_for(tag, boundary);
        assert!(world.deliver("AccessActivated", "acc-42").await, "acknowledged: {word}");
        assert_eq!(world.granted(CHURN, "acc-42"), None);
        assert_eq!(world.iam.writes(), 0);
        assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected);
        assert!(world.shown_error("acc-42").contains(word), "{}", world.shown_error("acc-42"));
    }
}

#[tokio::test]
async fn a_role_that_agrees_is_granted_to() {
    let world = asking_for(true, true);
    agreeing(&world);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn a_role_that_agrees_later_is_granted_to_at_the_next_event() {
    let world = asking_for(true, true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    agreeing(&world);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    assert_eq!(world.shown_error("acc-42"), "");
}

#[tokio::test]
async fn a_role_that_takes_its_consent_back_loses_the_right() {
    let world = asking_for(true, false);
    agreeing(&world);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world.iam.describe_role(Role::bare(CHURN.parse().unwrap()));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn the_end_of_an_agreement_needs_no_consent() {
    let world = asking_for(true, false);
    agreeing(&world);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world.iam.describe_role(Role::bare(CHURN.parse().unwrap()));
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Revoked);
}

#[tokio::test]
async fn a_right_that_iam_denies_although_the_role_agrees_is_the_operators_business() {
    let world = asking_for(true, true);
    agreeing(&world);
    world.faults.next("iam:PutRolePolicy", Fault::Denied);
    assert!(!world.deliver("AccessActivated", "acc-42").await, "the message stays");
    assert_ne!(world.ledger("acc-42").unwrap().state, State::Rejected);
}
