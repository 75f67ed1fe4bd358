//! A landscape in which two things differ: the right of `missing` is not there, and that of `gone` is.

use std::time::Duration;

use backend::World;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::{Entry, Occasion};
use domain::output_port::{DataAccess, Table};
use domain::policy::{Document, Grant};
use serde_json::{Value, json};
use vec1::Vec1;

/// Agreements of which each right is as agreed.
pub(crate) const AGREED: [&str; 3] = ["agreed", "table", "old"];
const TABLE: &str = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders";

fn agreement(id: &str, provider: &str, consumer: &Value) -> (String, Value) {
    let document = json!({"id": id, "info": {"active": true, "status": "approved"},
        "provider": {"dataProductId": provider, "outputPortId": "port"}, "consumer": consumer});
    (id.to_owned(), document)
}

fn product(id: &str, role: Option<&str>, port: &Value) -> (String, Value) {
    let custom = role.map(|role| json!({"aws-role-name": role}));
    (id.to_owned(), json!({"id": id, "custom": custom, "outputPorts": [port]}))
}

/// The agreement's grant on this role.
fn grant(id: &AgreementId, role: &str) -> Grant {
    let bucket =
        || DataAccess::from("arn:aws:s3:::data".parse::<domain::s3::S3Location>().unwrap());
    let table = || {
        let table = Table::stored_at(TABLE.parse().unwrap(), Some("s3://lake/orders/")).unwrap();
        DataAccess::Glue { tables: Vec1::new(table), workgroup: None }
    };
    let access = if id.as_str() == "table" { table() } else { bucket() };
    Grant {
        role: format!("arn:aws:iam::123456789012:role/data-products/{role}").parse().unwrap(),
        policy: PolicyName::of(id),
        document: Document::of(&access, None),
        also_needed: Vec::new(),
        missed: domain::absence::MissedTables::new(),
    }
}

/// The ledger knows of the grant, and IAM has it, or not.
fn granted(world: &mut World, id: &str, role: &str, is_there: bool) {
    let agreement: AgreementId = id.parse().unwrap();
    let grant = grant(&agreement, role);
    let (event_id, time) = ("event-1".to_owned(), "2026-01-01T06:00:00Z".to_owned());
    let entry = Entry::granted(&agreement, &grant, Occasion { event_id, time });
    let key = format!("grants/{}", Entry::object_name(&agreement));
    world.keep(&key, serde_json::to_vec(&entry).unwrap());
    if is_there {
        let policies = world.roles.get_mut(role).unwrap();
        policies.insert(grant.policy.as_str().to_owned(), grant.document.text());
    }
}

/// Every list has more than one page but that of the old generation.
pub(crate) fn world() -> World {
    let theirs = || {
        let document = r#"{"Version":"2012-10-17","Statement":[]}"#;
        [("Theirs".to_owned(), document.to_owned())].into()
    };
    let churn = json!({"dataProductId": "churn"});
    let team = json!({"teamId": "science"});
    let bucket = json!({"id": "port", "custom": {"output-port-type": "s3_bucket",
                        "aws-s3-bucket-arn": "arn:aws:s3:::data"}});
    let described = json!({"id": "port", "dataContractId": "orders-v1"});
    let server = json!({"server": "prod", "type": "glue", "database": "sales", "table": "orders"});
    let mut world = World::with_feed(Vec::new(), 1);
    world.listing = 2;
    world.listable = vec!["grants/*".to_owned(), "reconcile/round.json".to_owned()];
    world.roles = ["churn", "idle", "other"].map(|role| (role.to_owned(), theirs())).into();
    world.agreements = [
        agreement("agreed", "warmers", &churn),
        agreement("missing", "warmers", &churn),
        agreement("table", "orders", &team),
    ]
    .into();
    world.old_agreements = [agreement("old", "warmers", &json!({"dataProductId": "older"}))].into();
    world.products = [
        product("warmers", None, &bucket),
        product("orders", None, &described),
        product("churn", Some("churn"), &json!({})),
        product("older", Some("other"), &json!({})),
    ]
    .into();
    world.contracts = [(
        "orders-v1".to_owned(),
        json!({"kind": "DataContract", "id": "orders-v1", "servers": [server]}),
    )]
    .into();
    let science = json!({"id": "science", "custom": {"aws-role-name": "churn"}});
    world.teams = [("science".to_owned(), science)].into();
    world.tables = [("sales/orders".to_owned(), "s3://lake/orders/".to_owned())].into();
    for (id, role, is_there) in [
        ("agreed", "churn", true),
        ("table", "churn", true),
        ("old", "other", true),
        ("missing", "churn", false),
        ("gone", "other", true),
    ] {
        granted(&mut world, id, role, is_there);
    }
    world.invocations.time = Duration::from_mins(1);
    world
}
