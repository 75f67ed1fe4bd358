//! Data products that offer something, each saying in another way what lies behind its ports.

use serde_json::{Map, Value, json};

use super::{
    OWNER,
    contracts::{INVENTORY, QUERIES, SALES},
    dps, odps, property,
};
use crate::catalog::Kind;

const WORKGROUP: (&str, &str) =
    ("aws-athena-workgroup-arn", "arn:aws:athena:eu-central-1:000000000000:workgroup/consumers");

/// A data product of the older standard: id, and its output ports with their reserved fields.
type Reserved = (&'static str, &'static [(&'static str, &'static [(&'static str, &'static str)])]);

/// What could be described in 2023, and goes on being understood.
const RESERVED: [Reserved; 4] = [
    (
        "orders",
        &[(
            "all",
            &[
                ("output-port-type", "s3_bucket"),
                ("aws-s3-bucket-arn", "arn:aws:s3:::sample-orders"),
            ],
        )],
    ),
    (
        "customers",
        &[(
            "europe",
            &[
                ("output-port-type", "s3_bucket"),
                ("aws-s3-bucket-arn", "arn:aws:s3:::sample-lake/customers/europe"),
            ],
        )],
    ),
    (
        "fulfillment",
        &[
            (
                "shelf-warmers",
                &[
                    ("output-port-type", "glue_table"),
                    WORKGROUP,
                    ("aws-glue-catalog-arn", "arn:aws:glue:eu-central-1:000000000000:catalog"),
                    (
                        "aws-glue-database-arn",
                        "arn:aws:glue:eu-central-1:000000000000:database/fulfillment",
                    ),
                    (
                        "aws-glue-table-arn",
                        "arn:aws:glue:eu-central-1:000000000000:table/fulfillment/shelf_warmers",
                    ),
                    ("aws-s3-folder-arn", "arn:aws:s3:::sample-lake/shelf-warmers"),
                ],
            ),
            // Catalog, database and folder are left to be derived.
            (
                "stock",
                &[
                    ("output-port-type", "glue_table"),
                    WORKGROUP,
                    (
                        "aws-glue-table-arn",
                        "arn:aws:glue:eu-central-1:000000000000:table/fulfillment/stock",
                    ),
                ],
            ),
        ],
    ),
    ("clicks", &[("stream", &[("output-port-type", "kafka_topic")])]),
];

/// All of them.
pub(super) fn all() -> Vec<(Kind, &'static str, Value)> {
    let reserved = RESERVED.iter().map(|(id, ports)| {
        let ports: Vec<Value> = ports.iter().map(|(id, fields)| port(id, fields)).collect();
        (*id, dps(id, OWNER, &json!({ "outputPorts": ports })))
    });
    let others = [
        ("returns", in_properties("returns")),
        ("sales", in_a_contract("sales")),
        ("inventory", in_a_contract_by_server("inventory")),
        ("prices", in_the_ports_server("prices")),
        ("invoices", in_the_deprecated_field("invoices")),
        ("campaigns", elsewhere("campaigns")),
    ];
    reserved.chain(others).map(|(id, document)| (Kind::Product, id, document)).collect()
}

fn port(id: &str, fields: &[(&str, &str)]) -> Value {
    let custom: Map<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({ "id": id, "name": id, "custom": custom })
}

/// The reserved fields, in the form of the open standard.
fn in_properties(id: &str) -> Value {
    let properties = [
        property("output-port-type", "s3_bucket"),
        property("aws-s3-bucket-arn", "arn:aws:s3:::sample-lake/returns"),
        property("containsPii", false),
    ];
    let port = json!({
        "name": "returns-files", "version": "1", "type": "s3", "customProperties": properties,
    });
    odps(id, &json!({ "outputPorts": [port] }))
}

/// Nothing but a contract, whose first server counts.
fn in_a_contract(id: &str) -> Value {
    let port = json!({ "name": "sales-files", "version": "1", "type": "s3", "contractId": SALES });
    odps(id, &json!({ "outputPorts": [port] }))
}

/// Two ports with the same contract; the second picks a server by name, and names the workgroup of
/// its consumers.
fn in_a_contract_by_server(id: &str) -> Value {
    let (workgroup, arn) = WORKGROUP;
    let ports = json!([
        { "id": "tables", "name": "Tables", "type": "glue", "dataContractId": INVENTORY },
        {
            "id": "queries", "name": "Queries", "type": "athena", "dataContractId": INVENTORY,
            "custom": { "contractServer": QUERIES, workgroup: arn },
        },
    ]);
    dps(id, OWNER, &json!({ "outputPorts": ports }))
}

/// The port's own block.
fn in_the_ports_server(id: &str) -> Value {
    let server = json!({
        "account": "0000-0000-0000",
        "region": "eu-central-1",
        "database": "fulfillment",
        "table": "prices",
        "location": "s3://sample-lake/prices/",
    });
    let port = json!({ "id": "list", "name": "Price list", "type": "Glue", "server": server });
    dps(id, OWNER, &json!({ "outputPorts": [port] }))
}

/// What came before the block.
fn in_the_deprecated_field(id: &str) -> Value {
    let port = json!({
        "id": "yearly", "name": "Invoices by year", "type": "S3",
        "location": "s3://sample-archive/invoices/",
    });
    dps(id, OWNER, &json!({ "outputPorts": [port] }))
}

/// A platform that another integration looks after.
fn elsewhere(id: &str) -> Value {
    let server =
        json!({ "account": "sample-xy12345", "database": "MARKETING", "schema": "CAMPAIGNS" });
    let port = json!({
        "name": "campaigns-snowflake", "version": "1", "type": "snowflake",
        "customProperties": [property("server", server)],
    });
    odps(id, &json!({ "outputPorts": [port] }))
}
