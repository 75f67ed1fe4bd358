//! One catalog and one AWS account. How an event reaches the code under test is the business of whoever uses it.

use access::{Access, Assessor, Mode, RoleTurns, WriteBack};
use clients::fake::{FakeCatalog, FakeIam, FakeObjects, FakeTables, Faults};
use clients::ledger::Ledger;
use domain::arn::Partition;
use domain::consent::Consent;
use domain::event::Family;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::Entry;
use domain::resource_scope::ResourceScope;
use domain::role::{RoleArn, RoleScope};
use domain::role_field::RoleField;
use domain::server::Home;
use serde_json::{Value, json};
use time::OffsetDateTime;

pub(crate) const CHURN: &str = "arn:aws:iam::123456789012:role/data-products/churn";
pub(crate) const OTHER: &str = "arn:aws:iam::123456789012:role/data-products/other";
pub(crate) const OWN: &str = "arn:aws:iam::123456789012:role/data-products/manage_iam_policies";
pub(crate) const TABLE: &str = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders";
pub(crate) const WORKGROUP: &str = "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers";

pub(crate) type FakeAccess = Access<FakeCatalog, FakeIam, FakeObjects, FakeTables>;

pub(crate) struct World {
    pub(crate) faults: Faults,
    pub(crate) catalog: FakeCatalog,
    pub(crate) iam: FakeIam,
    pub(crate) objects: FakeObjects,
    pub(crate) tables: FakeTables,
    pub(crate) access: FakeAccess,
}

impl World {
    /// Consumer `churn` on role [`CHURN`], provider `warmers` with an S3 port `s3` and a Glue port
    /// `glue`, and no agreement yet.
    pub(crate) fn new() -> Self {
        let faults = Faults::default();
        let catalog = FakeCatalog::new(faults.clone());
        let iam = FakeIam::new(faults.clone());
        let objects = FakeObjects::new(faults.clone());
        let tables = FakeTables::new(faults.clone());
        let allowed = vec!["arn:aws:iam::123456789012:role/data-products/*".parse().unwrap()];
        let access = Access {
            assessor: Assessor {
                catalog: catalog.clone(),
                roles: iam.clone(),
                tables: tables.clone(),
                allowed: RoleScope::new(allowed, vec!["manage_iam_policies".parse().unwrap()]),
                consent: Consent::default(),
                role_field: RoleField::default(),
                home: Home {
                    partition: Partition::default(),
                    account: Some("123456789012".to_owned()),
                    region: Some("eu-west-1".to_owned()),
                },
                resources: ResourceScope::default(),
                notes: true,
                settles_in: domain::ledger::SETTLED,
            },
            ledger: Ledger::new(objects.clone(), "grants/".to_owned()),
            mode: Mode::Apply,
            write_back: WriteBack::default(),
            now: || OffsetDateTime::UNIX_EPOCH,
            turns: RoleTurns::default(),
        };
        for role in [CHURN, OTHER, OWN] {
            iam.create_role(role);
        }
        let world = Self { faults, catalog, iam, objects, tables, access };
        world.set_consumer(&json!({"aws-role-name": "churn"}));
        world.set_provider(&[
            (
                "s3",
                json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::data"}),
            ),
            (
                "glue",
                json!({"output-port-type": "glue_table", "aws-glue-table-arn": TABLE,
                       "aws-athena-workgroup-arn": WORKGROUP}),
            ),
        ]);
        world
    }

    pub(crate) fn set_consumer(&self, custom: &Value) {
        let product = json!({"dataProductSpecification": "0.0.1", "id": "churn", "custom": custom});
        self.catalog.set_product("churn", &product.to_string());
    }

    pub(crate) fn set_provider(&self, ports: &[(&str, Value)]) {
        let ports: Vec<Value> =
            ports.iter().map(|(id, custom)| json!({"id": id, "custom": custom})).collect();
        let product = json!({"id": "warmers", "outputPorts": ports});
        self.catalog.set_product("warmers", &product.to_string());
    }

    /// Creates or changes agreement `id` on `port`.
    pub(crate) fn agree(&self, id: &str, port: &str, active: bool) {
        self.agree_with(
            id,
            &json!({
                "id": id,
                "info": {"purpose": "test", "status": "approved", "active": active},
                "provider": {"teamId": "t", "dataProductId": "warmers", "outputPortId": port},
                "consumer": {"teamId": "t", "dataProductId": "churn", "userId": "unknown"},
                "tags": ["mine"], "custom": {"theirs": "kept"},
            }),
        );
    }

    pub(crate) fn agree_with(&self, id: &str, document: &Value) {
        self.catalog.set_agreement(Family::Access, id, &document.to_string());
    }

    /// The resources of the agreement's policy on a role; `None` when there is no such policy.
    pub(crate) fn granted(&self, role: &str, id: &str) -> Option<String> {
        let role: RoleArn = role.parse().unwrap();
        self.iam.text(&role, policy(id).as_str())
    }

    pub(crate) fn agreement(&self, id: &str) -> Value {
        serde_json::from_str(&self.catalog.agreement_text(Family::Access, id).unwrap()).unwrap()
    }

    pub(crate) fn tags(&self, id: &str) -> Vec<String> {
        serde_json::from_value(self.agreement(id)["tags"].clone()).unwrap()
    }

    /// The words written back to a refused agreement.
    pub(crate) fn shown_error(&self, id: &str) -> String {
        self.agreement(id)["custom"]["aws-integration-error"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn ledger(&self, id: &str) -> Option<Entry> {
        let id: AgreementId = id.parse().unwrap();
        let text = self.objects.text(&format!("grants/{}", Entry::object_name(&id)))?;
        Some(serde_json::from_str(&text).unwrap())
    }
}

pub(crate) fn policy(id: &str) -> PolicyName {
    PolicyName::of(&id.parse().unwrap())
}

pub(crate) fn body(event: &str, id: &str, number: usize) -> String {
    json!({"specversion": "1.0", "id": format!("e{number}"), "subject": id,
           "type": format!("com.datamesh-manager.events.{event}Event"), "data": {"id": id}})
    .to_string()
}
