//! What must hold after every step.

use std::collections::BTreeMap;

use clients::fake::{FakeObjects, FakeQueue};
use domain::ledger::Entry;
use domain::role::RoleArn;

use super::model::{BUCKETS, Model, Right};
use crate::world::World;

/// A policy of somebody else.
pub(super) const THEIRS: &str = "somebody-elses";
pub(super) const CURSOR: &str = "poll_feed/last_event_id";
const OURS: &str = "DMM_DataUsageAgreement_";

/// Policies that somebody wrote by hand under a name of ours.
pub(super) type ByHand = BTreeMap<(RoleArn, String), String>;

/// Policies of ours, and on which role, with their text.
fn ours(world: &World, by_hand: &ByHand) -> Vec<(RoleArn, String, String)> {
    let all = world.iam.snapshot().into_iter();
    let all = all.flat_map(|(role, policies)| {
        policies.into_iter().map(move |(name, text)| (role.clone(), name, text))
    });
    let is_ours = |(role, name, text): &(RoleArn, String, String)| {
        name.starts_with(OURS) && by_hand.get(&(role.clone(), name.clone())) != Some(text)
    };
    all.filter(is_ours).collect()
}

/// The rights that IAM gives.
pub(super) fn rights(world: &World, by_hand: &ByHand) -> Vec<Right> {
    let right = |(role, name, text): (RoleArn, String, String)| {
        let bucket = BUCKETS.iter().find(|bucket| text.contains(&format!("\"{bucket}/*\"")));
        (role.to_string(), name, bucket.map_or(text.clone(), |bucket| (*bucket).to_owned()))
    };
    ours(world, by_hand).into_iter().map(right).collect()
}

/// Every entry of the ledger.
pub(super) fn ledger(objects: &FakeObjects) -> Vec<Entry> {
    let keys = objects.keys().into_iter().filter(|key| key.starts_with("grants/"));
    keys.map(|key| serde_json::from_str(&objects.text(&key).unwrap()).unwrap()).collect()
}

/// What is wrong, if anything.
pub(super) fn wrong(
    world: &World,
    model: &Model,
    by_hand: &ByHand,
    queued: (&FakeQueue, &[Option<String>]),
) -> Option<String> {
    not_agreed(world, model, by_hand)
        .or_else(|| not_recorded(world, by_hand))
        .or_else(|| touched(world))
        .or_else(|| ahead(world, queued))
}

fn not_agreed(world: &World, model: &Model, by_hand: &ByHand) -> Option<String> {
    let mut rights = rights(world, by_hand).into_iter();
    let never = rights.find(|right| !model.was_ever_agreed(right))?;
    Some(format!("a right that nobody ever agreed: {never:?}"))
}

/// A right that the ledger does not know could not be taken away again.
fn not_recorded(world: &World, by_hand: &ByHand) -> Option<String> {
    let entries = ledger(&world.objects);
    let known = |role: &RoleArn, name: &str| {
        entries.iter().any(|entry| entry.policy_name == name && entry.may_hold().contains(role))
    };
    let mut ours = ours(world, by_hand).into_iter();
    let (role, name, _) = ours.find(|(role, name, _)| !known(role, name))?;
    Some(format!("the ledger does not know {name} on {role}"))
}

fn touched(world: &World) -> Option<String> {
    let roles = world.iam.snapshot().into_iter();
    let mut with_theirs = roles.filter(|(_, policies)| policies.contains_key(THEIRS));
    let changed = with_theirs.find(|(_, policies)| policies[THEIRS] != "{}")?;
    Some(format!("the policy of somebody else on {} was changed", changed.0))
}

/// The cursor is past an event that the queue does not have.
fn ahead(world: &World, (queue, due): (&FakeQueue, &[Option<String>])) -> Option<String> {
    let cursor = world.objects.text(CURSOR)?;
    let place: usize = cursor[1..].parse().unwrap();
    let sent = queue.sent();
    let sent: std::collections::BTreeSet<&str> =
        sent.iter().map(|message| message.deduplication.as_str()).collect();
    let mut passed = due.iter().take(place + 1).flatten();
    let missing = passed.find(|id| !sent.contains(id.as_str()))?;
    Some(format!("the cursor is {cursor}, but {missing} was never queued"))
}
