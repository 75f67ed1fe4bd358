//! A hint of our own says on which role a policy was seen.

use access::{Delivery, Documents};
use domain::event::{EventId, Hint, Message, read_body};
use domain::ids::AgreementId;
use domain::role::RoleArn;
use time::OffsetDateTime;

use crate::world::{OTHER, World, policy};

fn hint(agreement: &str, seen_on: &str) -> Hint {
    let agreement: AgreementId = agreement.parse().unwrap();
    let role: RoleArn = seen_on.parse().unwrap();
    let id = EventId::of_hint(OffsetDateTime::UNIX_EPOCH, 1);
    let message = Message::hint_about(&agreement, Some(&role), &id);
    read_body(&message.body).unwrap().unwrap()
}

#[tokio::test]
async fn a_policy_that_nobody_knows_goes_from_the_role_on_which_it_was_seen() {
    let world = World::new();
    world.iam.set(&OTHER.parse().unwrap(), policy("acc-42").as_str(), "{}");
    let documents = Documents::new(&world.access.assessor.catalog);
    world.access.converge(&hint("acc-42", OTHER), Delivery::Again, &documents).await.unwrap();
    assert_eq!(world.granted(OTHER, "acc-42"), None);
}

#[tokio::test]
async fn a_role_that_may_not_be_touched_is_not_looked_at_whoever_names_it() {
    let world = World::new();
    let outside = "arn:aws:iam::123456789012:role/admin";
    world.iam.create_role(outside);
    world.iam.set(&outside.parse().unwrap(), policy("acc-42").as_str(), "{}");
    let documents = Documents::new(&world.access.assessor.catalog);
    world.access.converge(&hint("acc-42", outside), Delivery::Again, &documents).await.unwrap();
    assert!(world.granted(outside, "acc-42").is_some());
    assert_eq!(world.faults.count("iam:GetRolePolicy"), 0);
}
