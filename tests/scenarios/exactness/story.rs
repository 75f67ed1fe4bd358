//! Documents of a catalog, and the policy that comes of them by the way that any agreement goes.

use std::collections::BTreeMap;

use domain::arn::Partition;
use domain::ids::DocumentId;
use domain::role::RoleScope;
use serde_json::{Value, json};

use crate::exactness::probes::moved;
use crate::world::{CHURN, World, policy};

pub(crate) const ACCOUNT: &str = "123456789012";
const AGREEMENT: &str = "acc-42";

/// What a catalog and Glue say around one agreement on output port `p`.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) partition: &'static str,
    /// Fields of the consumer beside its role.
    pub(crate) consumer: Value,
    /// The providing data product, as text: not all that a catalog may answer is JSON.
    pub(crate) provider: String,
    pub(crate) contract: Option<Value>,
    /// Tables that Glue knows, and where it says they lie.
    pub(crate) tables: Vec<(String, String)>,
}

impl Story {
    /// A data product in the older form with this port.
    pub(crate) fn of_port(port: &Value) -> Self {
        let mut port = port.clone();
        port["id"] = json!("p");
        Self {
            partition: "aws",
            consumer: json!({}),
            provider: json!({"id": "warmers", "outputPorts": [port]}).to_string(),
            contract: None,
            tables: Vec::new(),
        }
    }

    /// The same in another partition, in the region there.
    pub(crate) fn moved_to(self, partition: &'static str) -> Self {
        let there = |text: &str| moved(text, partition, Self::region(partition));
        let value = |value: &Value| serde_json::from_str(&there(&value.to_string())).unwrap();
        Self {
            partition,
            consumer: value(&self.consumer),
            provider: there(&self.provider),
            contract: self.contract.as_ref().map(value),
            tables: self.tables.iter().map(|(arn, place)| (there(arn), place.clone())).collect(),
        }
    }

    /// The region where the integration runs, whose name follows from the partition here.
    pub(crate) fn region(partition: &str) -> &'static str {
        match partition {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "eu-west-1",
        }
    }

    /// The role of the consumer.
    pub(crate) fn role(partition: &str) -> String {
        CHURN.replacen("aws", partition, 1)
    }

    /// The policy on the consumer's role once an event was handled; `None` when IAM was not written.
    pub(crate) async fn document(&self) -> Option<String> {
        let world = self.world();
        world.deliver("AccessActivated", AGREEMENT).await;
        let role = Self::role(self.partition);
        let document = world.granted(&role, AGREEMENT);
        let everything = world.iam.snapshot();
        let held = everything.values().map(BTreeMap::len).sum::<usize>();
        assert_eq!(held, usize::from(document.is_some()), "{self:?} wrote elsewhere");
        assert_eq!(world.iam.writes(), held, "{self:?} was written and taken back");
        assert!(policy(AGREEMENT).as_str().ends_with(AGREEMENT));
        document
    }

    fn world(&self) -> World {
        let mut world = World::new();
        let partition: Partition = self.partition.parse().unwrap();
        if self.partition != "aws" {
            world.iam.delete_role(&CHURN.parse().unwrap());
            world.iam.create_role(&Self::role(self.partition));
        }
        let assessor = &mut world.access.assessor;
        let roles = format!("arn:{partition}:iam::{ACCOUNT}:role/data-products/*");
        assessor.allowed = RoleScope::new(vec![roles.parse().unwrap()], Vec::new());
        assessor.home.partition = partition;
        assessor.home.region = Some(Self::region(self.partition).to_owned());
        let mut consumer = self.consumer.clone();
        consumer["aws-role-name"] = json!("churn");
        world.set_consumer(&consumer);
        world.catalog.set_product("warmers", &self.provider);
        if let Some(contract) = &self.contract {
            let id = DocumentId::Contract("c".parse().unwrap());
            world.catalog.set_document(&id, &contract.to_string());
        }
        for (table, place) in &self.tables {
            world.tables.create(table, place);
        }
        world.agree(AGREEMENT, "p", true);
        world
    }
}
