//! What a target was sent: decides what is sent again, and what may be taken away.

use std::collections::BTreeMap;

use domain::ids::sha256_hex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::target::{Key, Kind, Write};

/// The order in which things are taken away: what belongs to something goes first. Runs stay: they
/// happened.
pub(crate) const REMOVAL_ORDER: [Kind; 7] = [
    Kind::Lineage,
    Kind::Crawler,
    Kind::Trigger,
    Kind::Job,
    Kind::Workflow,
    Kind::Table,
    Kind::Database,
];

/// The hash of a body. Half of SHA-256's digits: enough to tell a change, and twenty thousand of them
/// are read and written with every checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Equal values have equal fingerprints: maps of `serde_json` are sorted.
    pub fn of(body: &Value) -> Self {
        let mut digits = sha256_hex(&body.to_string());
        digits.truncate(32);
        Self(digits)
    }
}

/// One thing that a target has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    #[serde(rename = "is")]
    fingerprint: Fingerprint,
    /// The round in which it was last read in Glue.
    #[serde(rename = "in")]
    round: u32,
}

/// Everything that a target was sent, by kind and id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(BTreeMap<Kind, BTreeMap<String, Sent>>);

impl Memory {
    /// Whether the target has exactly this.
    pub fn has(&self, key: &Key, fingerprint: &Fingerprint) -> bool {
        self.get(key).is_some_and(|sent| sent.fingerprint == *fingerprint)
    }

    /// Remembers that the target has it.
    pub fn sent(&mut self, write: &Write, fingerprint: Fingerprint, round: u32) {
        let sent = Sent { fingerprint, round };
        self.0.entry(write.key.kind).or_default().insert(write.key.id.clone(), sent);
    }

    /// It is still in Glue, whether or not the target took its newest form.
    pub fn seen(&mut self, key: &Key, round: u32) {
        let known = self.0.get_mut(&key.kind).and_then(|kind| kind.get_mut(&key.id));
        if let Some(sent) = known {
            sent.round = round;
        }
    }

    /// It is not there any more.
    pub fn forget(&mut self, key: &Key) {
        if let Some(kind) = self.0.get_mut(&key.kind) {
            kind.remove(&key.id);
        }
    }

    /// What of a kind was not read in this round.
    pub fn unseen(&self, kind: Kind, round: u32) -> Vec<Key> {
        let unseen = self.of(kind).filter(|(_, sent)| sent.round != round);
        unseen.map(|(id, _)| Key { kind, id: id.clone() }).collect()
    }

    /// How many of a kind were read in this round.
    pub fn seen_in(&self, kind: Kind, round: u32) -> usize {
        self.of(kind).filter(|(_, sent)| sent.round == round).count()
    }

    /// How many of a kind the target has.
    pub fn count(&self, kind: Kind) -> usize {
        self.of(kind).count()
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = (&String, &Sent)> {
        self.0.get(&kind).into_iter().flatten()
    }

    fn get(&self, key: &Key) -> Option<&Sent> {
        self.0.get(&key.kind)?.get(&key.id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn write(id: &str, body: Value) -> Write {
        Write { key: Key { kind: Kind::Table, id: id.to_owned() }, body }
    }

    #[test]
    fn the_same_thing_is_known_however_its_fields_are_ordered() {
        let mut memory = Memory::default();
        let orders = write("orders", json!({ "a": 1, "b": [1, 2] }));
        memory.sent(&orders, Fingerprint::of(&orders.body), 1);
        assert!(memory.has(&orders.key, &Fingerprint::of(&json!({ "b": [1, 2], "a": 1 }))));
        assert!(!memory.has(&orders.key, &Fingerprint::of(&json!({ "a": 1, "b": [2, 1] }))));
    }

    #[test]
    fn what_a_round_did_not_read_is_unseen_until_it_is_read_again() {
        let mut memory = Memory::default();
        for id in ["orders", "returns"] {
            let sent = write(id, json!({}));
            memory.sent(&sent, Fingerprint::of(&sent.body), 1);
        }
        memory.seen(&write("orders", json!({})).key, 2);
        let unseen = memory.unseen(Kind::Table, 2);
        assert_eq!(unseen, [Key { kind: Kind::Table, id: "returns".to_owned() }]);
        let seen = [1, 2, 3].map(|round| memory.seen_in(Kind::Table, round));
        assert_eq!((seen, memory.count(Kind::Table)), ([1, 1, 0], 2));
    }

    #[test]
    fn it_survives_being_stored() {
        let mut memory = Memory::default();
        let orders = write("glue.1.eu.sales.orders", json!({ "a": 1 }));
        memory.sent(&orders, Fingerprint::of(&orders.body), 7);
        let stored = serde_json::to_string(&memory).unwrap();
        assert_eq!(serde_json::from_str::<Memory>(&stored).unwrap(), memory);
    }
}
