//! What must hold after every step.

use std::collections::{BTreeMap, BTreeSet};

use clients::fake::{FakeObjects, FakeQueue, Policies};
use domain::ledger::Entry;
use domain::role::RoleArn;

use super::model::{BUCKETS, Model, Right};
use crate::world::World;

/// A policy of somebody else.
pub(super) const THEIRS: &str = "somebody-elses";
pub(super) const CURSOR: &str = "poll_feed/last_event_id";
/// What somebody writes by hand.
pub(super) const FOREIGN: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;
const OURS: &str = "DMM_DataUsageAgreement_";
const GRANTS: &str = "grants/";

/// Policies that somebody wrote by hand under a name of ours.
pub(super) type ByHand = BTreeSet<(RoleArn, String)>;

/// Policies of ours, and on which role, with their text.
fn ours<'a>(
    all: &'a BTreeMap<RoleArn, Policies>,
    by_hand: &ByHand,
) -> impl Iterator<Item = (&'a RoleArn, &'a str, &'a str)> {
    let all = all.iter().flat_map(|(role, policies)| {
        policies.iter().map(move |(name, text)| (role, name.as_str(), text.as_str()))
    });
    all.filter(|(role, name, text)| {
        name.starts_with(OURS)
            && (*text != FOREIGN || !by_hand.contains(&((*role).clone(), (*name).to_owned())))
    })
}

fn right((role, name, text): (&RoleArn, &str, &str)) -> Right {
    let bucket = BUCKETS.iter().find(|bucket| text.contains(&format!("\"{bucket}/*\"")));
    (role.to_string(), name.to_owned(), (*bucket.unwrap_or(&text)).to_owned())
}

/// The rights that IAM gives.
pub(super) fn rights(world: &World, by_hand: &ByHand) -> BTreeSet<Right> {
    world.iam.look(|all| ours(all, by_hand).map(right).collect())
}

/// Every entry of the ledger.
pub(super) fn ledger(objects: &FakeObjects) -> Vec<Entry> {
    let mut entries = Vec::new();
    objects.look(GRANTS, |_, body| entries.push(serde_json::from_slice(body).unwrap()));
    entries
}

/// What was seen the last time: only what is new is read again.
#[derive(Debug, Default)]
pub(super) struct Checks {
    entries: BTreeMap<String, (Vec<u8>, Entry)>,
    /// Events that were found queued, as far as the cursor was.
    passed: usize,
}

impl Checks {
    /// What is wrong, if anything.
    pub(super) fn wrong(
        &mut self,
        world: &World,
        model: &Model,
        by_hand: &ByHand,
        queued: (&FakeQueue, &[Option<String>]),
    ) -> Option<String> {
        self.read(&world.objects);
        let about_rights = world.iam.look(|all| {
            not_agreed(all, model, by_hand)
                .or_else(|| self.not_recorded(all, by_hand))
                .or_else(|| touched(all))
        });
        about_rights.or_else(|| self.ahead(world, queued))
    }

    fn read(&mut self, objects: &FakeObjects) {
        let mut places = 0;
        objects.look(GRANTS, |key, body| {
            places += 1;
            if self.entries.get(key).is_none_or(|(known, _)| known != body) {
                let entry = serde_json::from_slice(body).unwrap();
                self.entries.insert(key.to_owned(), (body.to_vec(), entry));
            }
        });
        assert_eq!(places, self.entries.len(), "nothing removes an entry");
    }

    /// A right that the ledger does not know could not be taken away again.
    fn not_recorded(&self, all: &BTreeMap<RoleArn, Policies>, by_hand: &ByHand) -> Option<String> {
        let known = |role: &RoleArn, name: &str| {
            let mut entries = self.entries.values();
            entries.any(|(_, entry)| entry.policy_name == name && entry.may_hold().contains(role))
        };
        let (role, name, _) = ours(all, by_hand).find(|(role, name, _)| !known(role, name))?;
        Some(format!("the ledger does not know {name} on {role}"))
    }

    /// The cursor is past an event that the queue does not have.
    fn ahead(
        &mut self,
        world: &World,
        (queue, due): (&FakeQueue, &[Option<String>]),
    ) -> Option<String> {
        let cursor = world.objects.text(CURSOR)?;
        let place: usize = cursor[1..].parse().unwrap();
        let mut passed = due.iter().take(place + 1).skip(self.passed).flatten();
        if let Some(missing) = passed.find(|id| !queue.knows(id)) {
            return Some(format!("the cursor is {cursor}, but {missing} was never queued"));
        }
        self.passed = self.passed.max(place + 1);
        None
    }
}

fn not_agreed(
    all: &BTreeMap<RoleArn, Policies>,
    model: &Model,
    by_hand: &ByHand,
) -> Option<String> {
    let mut rights = ours(all, by_hand).map(right);
    let never = rights.find(|right| !model.was_ever_agreed(right))?;
    Some(format!("a right that nobody ever agreed: {never:?}"))
}

fn touched(all: &BTreeMap<RoleArn, Policies>) -> Option<String> {
    let is_changed = |policies: &Policies| policies.get(THEIRS).is_some_and(|text| text != "{}");
    let (role, _) = all.iter().find(|(_, policies)| is_changed(policies))?;
    Some(format!("the policy of somebody else on {role} was changed"))
}
