//! What people agreed, kept apart from the documents that the code reads.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Family;
use serde_json::{Value, json};

use crate::world::{World, policy};

/// The policy of the last one is named by a hash.
pub(super) const AGREEMENTS: [&str; 8] =
    ["acc-0", "acc-1", "acc-2", "acc-3", "acc-4", "acc-5", "acc-6", "urn:acc:7"];
pub(super) const CONSUMERS: [&str; 3] = ["churn", "segments", "forecast"];
pub(super) const PROVIDERS: [&str; 3] = ["warmers", "orders", "returns"];
pub(super) const ROLES: [&str; 4] = ["churn", "other", "third", "nobody"];
/// The last two give no right: one is a pattern, one names nothing in S3.
pub(super) const BUCKETS: [&str; 5] = [
    "arn:aws:s3:::data",
    "arn:aws:s3:::data/folder",
    "arn:aws:s3:::orders",
    "arn:aws:s3:::*",
    "arn:aws:sqs:eu-west-1:123456789012:queue",
];
const USABLE_BUCKETS: usize = 3;

pub(super) fn role_arn(role: usize) -> String {
    format!("arn:aws:iam::123456789012:role/data-products/{}", ROLES[role])
}

/// A right: role, policy, what it gives access to.
pub(super) type Right = (String, String, String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Agreement {
    active: bool,
    consumer: usize,
    provider: usize,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    agreements: BTreeMap<usize, Agreement>,
    roles: [usize; CONSUMERS.len()],
    buckets: [usize; PROVIDERS.len()],
    existing: BTreeSet<usize>,
    /// Every right that was ever agreed.
    ever: BTreeSet<Right>,
}

impl Model {
    pub(super) fn new(world: &World) -> Self {
        let existing = (0..ROLES.len() - 1).collect();
        let model = Self { roles: [0, 1, 2], buckets: [0, 1, 2], existing, ..Self::default() };
        for role in &model.existing {
            world.iam.create_role(&role_arn(*role));
        }
        model.write_products(world);
        model
    }

    fn write_products(&self, world: &World) {
        for (id, role) in CONSUMERS.iter().zip(self.roles) {
            let product = json!({"dataProductSpecification": "0.0.1", "id": id,
                                 "custom": {"aws-role-name": ROLES[role]}});
            world.catalog.set_product(id, &product.to_string());
        }
        for (id, bucket) in PROVIDERS.iter().zip(self.buckets) {
            let port = json!({"output-port-type": "s3_bucket",
                              "aws-s3-bucket-arn": BUCKETS[bucket]});
            let product = json!({"id": id, "outputPorts": [{"id": "s3", "custom": port}]});
            world.catalog.set_product(id, &product.to_string());
        }
    }

    /// Creates an agreement, or switches it on or off. What else stands in its document stays.
    pub(super) fn agree(
        &mut self,
        world: &World,
        id: usize,
        parties: (usize, usize),
        active: bool,
    ) {
        let (consumer, provider) = parties;
        let new = Agreement { active, consumer, provider };
        let agreement = self.agreements.entry(id).or_insert(new);
        agreement.active = active;
        let (consumer, provider) = (CONSUMERS[agreement.consumer], PROVIDERS[agreement.provider]);
        let id = AGREEMENTS[id];
        let known = world.catalog.agreement_text(Family::Access, id);
        let mut document: Value = known.map_or_else(
            || json!({"id": id, "tags": ["mine"], "custom": {"theirs": "kept"}}),
            |text| serde_json::from_str(&text).unwrap(),
        );
        document["info"] = json!({"purpose": "test", "status": "approved", "active": active});
        document["provider"] = json!({"dataProductId": provider, "outputPortId": "s3"});
        document["consumer"] = json!({"dataProductId": consumer});
        world.agree_with(id, &document);
        self.remember();
    }

    pub(super) fn delete(&mut self, world: &World, id: usize) {
        self.agreements.remove(&id);
        world.catalog.delete_agreement(Family::Access, AGREEMENTS[id]);
    }

    pub(super) fn move_consumer(&mut self, world: &World, consumer: usize, role: usize) {
        self.roles[consumer] = role;
        self.write_products(world);
        self.remember();
    }

    pub(super) fn move_provider(&mut self, world: &World, provider: usize, bucket: usize) {
        self.buckets[provider] = bucket;
        self.write_products(world);
        self.remember();
    }

    /// Deletes a role with everything on it, or creates it anew.
    pub(super) fn toggle_role(&mut self, world: &World, role: usize) {
        let arn = role_arn(role);
        if self.existing.remove(&role) {
            world.iam.delete_role(&arn.parse().unwrap());
        } else {
            self.existing.insert(role);
            world.iam.create_role(&arn);
        }
        self.remember();
    }

    pub(super) fn exists(&self, role: usize) -> bool {
        self.existing.contains(&role)
    }

    /// Exactly these rights are to be there.
    pub(super) fn agreed(&self) -> BTreeSet<Right> {
        let active = self.agreements.iter().filter(|(_, agreement)| agreement.active);
        let right = |(id, agreement): (&usize, &Agreement)| {
            let (role, bucket) = (self.roles[agreement.consumer], self.buckets[agreement.provider]);
            let is_possible = self.existing.contains(&role) && bucket < USABLE_BUCKETS;
            let name = policy(AGREEMENTS[*id]).as_str().to_owned();
            is_possible.then(|| (role_arn(role), name, BUCKETS[bucket].to_owned()))
        };
        active.filter_map(right).collect()
    }

    /// Agreements that the catalog holds.
    pub(super) fn known(&self) -> impl Iterator<Item = &'static str> {
        self.agreements.keys().map(|id| AGREEMENTS[*id])
    }

    fn remember(&mut self) {
        let agreed = self.agreed();
        self.ever.extend(agreed);
    }

    pub(super) fn was_ever_agreed(&self, right: &Right) -> bool {
        self.ever.contains(right)
    }
}
