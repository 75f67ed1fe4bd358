//! What happens to the agreement.

use backend::World;
use serde_json::{Value, json};

use crate::sample::{self, ID, consumer, provider};
use crate::story::Story;

/// The right moves to another role.
pub(crate) const MOVED: Story = Story {
    calls: &[
        ("GET agreement", 2),
        ("GET product", 2),
        ("POST report", 2),
        ("PUT agreement", 1),
        ("iam:DeleteRolePolicy", 1),
        ("iam:GetRole", 1),
        ("iam:GetRolePolicy", 1),
        ("iam:PutRolePolicy", 1),
        ("s3:GetObject", 1),
        ("s3:PutObject", 2),
        ("secretsmanager:GetSecretValue", 1),
    ],
    new: &[
        "GET agreement",
        "GET product",
        "POST report",
        "PUT agreement",
        "iam:DeleteRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:PutRolePolicy",
        "s3:GetObject",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
    ],
    first: sample_world,
    then: Some(|world| {
        world.products.insert("churn".to_owned(), consumer("other"));
    }),
    event: "AccessUpdatedEvent",
};

/// The port is a table, and only Glue knows where its data lies.
pub(crate) const TABLE: Story = Story {
    calls: &[
        ("GET agreement", 2),
        ("GET product", 2),
        ("POST report", 2),
        ("PUT agreement", 1),
        ("glue:GetTable", 1),
        ("iam:GetRole", 1),
        ("iam:GetRolePolicy", 1),
        ("iam:PutRolePolicy", 1),
        ("s3:GetObject", 1),
        ("s3:PutObject", 2),
        ("secretsmanager:GetSecretValue", 1),
    ],
    new: &["glue:GetTable"],
    first: table,
    then: None,
    event: "AccessActivatedEvent",
};

/// The consumer is a team, and the port is described by a data contract.
pub(crate) const TEAM: Story = Story {
    calls: &[
        ("GET agreement", 2),
        ("GET contract", 1),
        ("GET product", 1),
        ("GET team", 1),
        ("POST report", 2),
        ("PUT agreement", 1),
        ("iam:GetRole", 1),
        ("iam:GetRolePolicy", 1),
        ("iam:PutRolePolicy", 1),
        ("s3:GetObject", 1),
        ("s3:PutObject", 2),
        ("secretsmanager:GetSecretValue", 1),
    ],
    new: &["GET contract", "GET team"],
    first: team,
    then: None,
    event: "AccessActivatedEvent",
};

/// The agreement and its event are of the older generation of the catalog's API, which takes no
/// reports.
pub(crate) const OLD: Story = Story {
    calls: &[
        ("GET old agreement", 2),
        ("GET product", 2),
        ("PUT old agreement", 1),
        ("iam:GetRole", 1),
        ("iam:GetRolePolicy", 1),
        ("iam:PutRolePolicy", 1),
        ("s3:GetObject", 1),
        ("s3:PutObject", 2),
        ("secretsmanager:GetSecretValue", 1),
    ],
    new: &["GET old agreement", "PUT old agreement"],
    first: old,
    then: None,
    event: "DataUsageAgreementActivatedEvent",
};

/// The agreement ends.
pub(crate) const ENDED: Story = Story {
    calls: &[
        ("GET agreement", 2),
        ("POST report", 2),
        ("PUT agreement", 1),
        ("iam:DeleteRolePolicy", 1),
        ("iam:GetRolePolicy", 1),
        ("s3:GetObject", 1),
        ("s3:PutObject", 2),
        ("secretsmanager:GetSecretValue", 1),
    ],
    new: &[],
    first: sample_world,
    then: Some(|world| end(world.agreements.get_mut(ID))),
    event: "AccessDeactivatedEvent",
};

/// An agreement of the older generation ends, and a message of the newer one, such as `reconcile`
/// sends, is the first to say so.
pub(crate) const OLD_ENDED: Story = Story {
    calls: &[
        ("GET agreement", 1),
        ("GET old agreement", 2),
        ("PUT old agreement", 1),
        ("iam:DeleteRolePolicy", 1),
        ("iam:GetRolePolicy", 1),
        ("s3:GetObject", 1),
        ("s3:PutObject", 2),
        ("secretsmanager:GetSecretValue", 1),
    ],
    new: &[],
    first: old,
    then: Some(|world| end(world.old_agreements.get_mut(ID))),
    event: "AccessUpdatedEvent",
};

fn sample_world() -> World {
    sample::world(&[ID.to_owned()])
}

fn table() -> World {
    let mut world = sample_world();
    let port = json!({"id": "s3", "custom": {"output-port-type": "glue_table",
        "aws-glue-table-arn": "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
        "aws-athena-workgroup-arn": "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers"}});
    world.products.insert("warmers".to_owned(), provider(&port));
    world.tables.insert("sales/orders".to_owned(), "s3://lake/orders/".to_owned());
    world
}

fn team() -> World {
    let mut world = sample_world();
    let port =
        json!({"id": "s3", "dataContractId": "orders-v1", "custom": {"contractServer": "prod"}});
    let server = json!({"server": "prod", "type": "s3", "location": "s3://data/orders/"});
    let contract = json!({"kind": "DataContract", "id": "orders-v1", "servers": [server]});
    world.products = [("warmers".to_owned(), provider(&port))].into();
    world.contracts.insert("orders-v1".to_owned(), contract);
    let science = json!({"id": "science", "custom": {"aws-role-name": "churn"}});
    world.teams.insert("science".to_owned(), science);
    world.agreements.get_mut(ID).unwrap()["consumer"] = json!({"teamId": "science"});
    world
}

/// The agreement is of the older generation.
pub(crate) fn old() -> World {
    let mut world = sample_world();
    world.old_agreements = std::mem::take(&mut world.agreements);
    world
}

fn end(agreement: Option<&mut Value>) {
    agreement.unwrap()["info"]["active"] = json!(false);
}
