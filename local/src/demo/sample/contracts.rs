//! Data contracts: the place where today's providers say what lies behind a port.

use serde_json::{Value, json};

use super::OWNER;
use crate::catalog::Kind;

/// Files, one folder for each object of the schema.
pub(super) const SALES: &str = "sales-v1";
/// Tables, and two ways to them.
pub(super) const INVENTORY: &str = "urn:contract:inventory:v1";
/// The second way.
pub(super) const QUERIES: &str = "queries";

/// All of them.
pub(super) fn all() -> Vec<(Kind, &'static str, Value)> {
    let sales = contract(
        SALES,
        &json!([{ "name": "orders" }, { "name": "line_items" }]),
        &json!([{
            "server": "production",
            "type": "s3",
            "location": "s3://sample-lake/sales/{model}/*",
            "format": "parquet",
        }]),
    );
    let inventory = contract(
        INVENTORY,
        // Glue knows the first one by its physical name.
        &json!([{ "name": "items", "physicalName": "items_v1" }, { "name": "movements" }]),
        &json!([
            {
                "server": "catalog",
                "type": "glue",
                "account": "0000-0000-0000",
                "database": "inventory",
                // Where the database lies, which is more than its tables: Glue is asked for theirs.
                "location": "s3://sample-lake/inventory/",
            },
            {
                "server": QUERIES,
                "type": "athena",
                "stagingDir": "s3://sample-lake/results/",
                "schema": "inventory",
                "catalog": "AwsDataCatalog",
                "regionName": "eu-central-1",
            },
        ]),
    );
    vec![(Kind::Contract, SALES, sales), (Kind::Contract, INVENTORY, inventory)]
}

/// A contract of the Open Data Contract Standard.
fn contract(id: &str, schema: &Value, servers: &Value) -> Value {
    json!({
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": id,
        "name": id,
        "version": "1.0.0",
        "status": "active",
        "team": { "name": OWNER },
        "schema": schema,
        "servers": servers,
    })
}
