//! Databases and tables of the sample.

use serde_json::{Value, json};

use crate::glue::Account;

const PARQUET: &str = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
const TEXT: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

pub(super) fn add(sample: &mut Account) {
    sample.put_database(
        "sales",
        json!({
            "Description": "What was sold, to whom, and what came back.",
            "LocationUri": "s3://acme-lake/sales/",
            "Parameters": { "team": "checkout" },
        }),
    );
    sample.put_table("sales", "orders", orders());
    sample.put_table("sales", "orders_daily", orders_daily());
    sample.put_table("sales", "customers", customers());
    sample.put_table("sales", "open_orders", open_orders());
    sample.put_table("sales", "returns", returns());
    sample.put_database(
        "logistics",
        json!({ "Description": "What lies where.", "Parameters": { "team": "fulfillment" } }),
    );
    sample.put_table("logistics", "stock", stock());
    sample.put_table("logistics", "carriers", carriers());
}

fn orders() -> Value {
    json!({
        "TableType": "EXTERNAL_TABLE",
        "Description": "One row for each order.",
        "StorageDescriptor": {
            "Columns": [
                { "Name": "id", "Type": "bigint", "Comment": "Number of the order" },
                { "Name": "customer",
                  "Type": "struct<id:bigint,name:string,address:struct<city:string,zip:char(5)>>" },
                { "Name": "lines",
                  "Type": "array<struct<sku:string,count:int,price:decimal(12,2)>>" },
                { "Name": "labels", "Type": "map<string,string>" },
                { "Name": "total", "Type": "decimal(12,2)" },
                { "Name": "placed_at", "Type": "timestamp" },
            ],
            "Location": "s3://acme-lake/sales/orders/",
            "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "SerdeInfo": { "SerializationLibrary": PARQUET },
        },
        "PartitionKeys": [
            { "Name": "dt", "Type": "string", "Comment": "Day, as 2026-01-31" },
            { "Name": "region", "Type": "string" },
        ],
        "Parameters": { "classification": "parquet", "team": "checkout" },
    })
}

fn orders_daily() -> Value {
    json!({
        "TableType": "EXTERNAL_TABLE",
        "Description": "Orders, summed up by day.",
        "StorageDescriptor": {
            "Columns": [
                { "Name": "orders", "Type": "bigint" },
                { "Name": "total", "Type": "decimal(18,2)" },
            ],
            "Location": "s3://acme-lake/sales/orders_daily/",
            "SerdeInfo": { "SerializationLibrary": PARQUET },
        },
        "PartitionKeys": [{ "Name": "dt", "Type": "string" }],
        "Parameters": { "classification": "parquet", "team": "customer-insight" },
    })
}

fn customers() -> Value {
    let current = |name: &str, text: &str, current: bool| {
        json!({
            "Name": name,
            "Type": text,
            "Parameters": { "iceberg.field.current": current.to_string() },
        })
    };
    json!({
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {
            "Columns": [
                current("id", "bigint", true),
                current("name", "string", true),
                current("consents", "map<string,boolean>", true),
                current("fax", "string", false),
            ],
            "Location": "s3://acme-lake/sales/customers",
        },
        "Parameters": {
            "table_type": "ICEBERG",
            "metadata_location": "s3://acme-lake/sales/customers/metadata/00007.metadata.json",
            "team": "checkout",
        },
    })
}

fn open_orders() -> Value {
    json!({
        "TableType": "VIRTUAL_VIEW",
        "Description": "Orders that were not shipped yet.",
        "ViewOriginalText": "SELECT id, total FROM sales.orders WHERE labels['state'] = 'open'",
        "StorageDescriptor": {
            "Columns": [
                { "Name": "id", "Type": "bigint" },
                { "Name": "total", "Type": "decimal(12,2)" },
            ],
        },
    })
}

fn returns() -> Value {
    json!({
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {
            "Columns": [
                { "Name": "order_id", "Type": "bigint" },
                { "Name": "reason", "Type": "varchar(200)" },
            ],
            "Location": "s3://acme-lake/sales/returns/",
            "SerdeInfo": { "SerializationLibrary": TEXT, "Parameters": { "field.delim": "," } },
        },
        "Parameters": { "classification": "csv", "skip.header.line.count": "1" },
    })
}

fn stock() -> Value {
    json!({
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {
            "Columns": [
                { "Name": "sku", "Type": "string" },
                { "Name": "warehouse", "Type": "string" },
                { "Name": "count", "Type": "int" },
            ],
            "Location": "s3://acme-lake/logistics/stock/",
            "SerdeInfo": { "SerializationLibrary": PARQUET },
        },
        "Parameters": { "classification": "parquet", "team": "fulfillment" },
    })
}

fn carriers() -> Value {
    json!({
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {
            "Columns": [
                { "Name": "code", "Type": "char(4)" },
                { "Name": "contact", "Type": "uniontype<string,struct<mail:string,phone:string>>" },
            ],
            "Location": "s3://acme-lake/logistics/carriers/",
            "SerdeInfo": { "SerializationLibrary": TEXT,
                           "Parameters": { "serialization.format": "\t" } },
        },
    })
}
