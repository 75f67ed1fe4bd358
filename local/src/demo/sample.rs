//! What the sample catalog holds: data products that offer, data products that consume, and the
//! agreements between them.

use serde_json::{Map, Value, json};

use crate::catalog::Catalog;

/// Long past, so that approval activates at once.
const START_DATE: &str = "2024-01-01";

/// A data product that offers data: id, and its output ports with their custom fields.
type Provider = (&'static str, &'static [(&'static str, &'static [(&'static str, &'static str)])]);

const PROVIDERS: [Provider; 4] = [
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
                    (
                        "aws-athena-workgroup-arn",
                        "arn:aws:athena:eu-central-1:000000000000:workgroup/consumers",
                    ),
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
                    (
                        "aws-athena-workgroup-arn",
                        "arn:aws:athena:eu-central-1:000000000000:workgroup/consumers",
                    ),
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

/// Data products that consume: id, and the custom field that names their role.
const CONSUMERS: [(&str, &str, &str); 4] = [
    ("churn", "aws-role-name", "churn"),
    ("dashboard", "aws-role-arn", "arn:aws:iam::000000000000:role/data-products/dashboard"),
    ("forecast", "aws-role-name", "forecast"),
    ("backoffice", "aws-role-arn", "arn:aws:iam::000000000000:role/platform/admin"),
];

/// Agreements: id, provider, its port, consumer.
pub(crate) const AGREEMENTS: [(&str, &str, &str, &str); 8] = [
    ("orders-for-churn", "orders", "all", "churn"),
    ("customers-for-dashboard", "customers", "europe", "dashboard"),
    ("shelf-warmers-for-forecast", "fulfillment", "shelf-warmers", "forecast"),
    (STOCK_FOR_CHURN, "fulfillment", "stock", "churn"),
    ("orders-for-dashboard", "orders", "all", "dashboard"),
    ("customers-for-churn", "customers", "europe", "churn"),
    ("clicks-for-churn", "clicks", "stream", "churn"),
    ("orders-for-backoffice", "orders", "all", "backoffice"),
];

/// An id as the catalog allows it and IAM does not.
pub(crate) const STOCK_FOR_CHURN: &str = "urn:access:stock-for-churn";

/// The agreement whose owner keeps tags and fields of his own.
pub(crate) const WITH_OWN_FIELDS: &str = "orders-for-churn";

/// Puts products and undecided agreements into the catalog.
pub(crate) fn fill(catalog: &Catalog) {
    for (id, ports) in PROVIDERS {
        let ports: Vec<Value> = ports.iter().map(|(id, fields)| port(id, fields)).collect();
        catalog.put_product(id, product(id, &json!({ "outputPorts": ports })));
    }
    for (id, field, role) in CONSUMERS {
        set_role(catalog, id, field, role);
    }
    for (id, provider, port, consumer) in AGREEMENTS {
        catalog.put_agreement(id, agreement(id, (provider, port), consumer));
    }
}

/// Lets a consuming data product name its role in one of the two possible fields.
pub(crate) fn set_role(catalog: &Catalog, consumer: &str, field: &str, role: &str) {
    catalog.put_product(consumer, product(consumer, &json!({ "custom": { field: role } })));
}

/// Changes an agreement as a person would: reads it, edits it, saves it.
pub(crate) fn edit(catalog: &Catalog, id: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let document = catalog.agreement(id);
    if let Some(mut document) = document.as_ref().and_then(Value::as_object).cloned() {
        change(&mut document);
        catalog.put_agreement(id, document);
    }
}

fn product(id: &str, content: &Value) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("dataProductSpecification".to_owned(), json!("0.0.1"));
    document.insert("info".to_owned(), json!({ "title": id, "owner": "sample-team" }));
    document.extend(content.as_object().cloned().unwrap_or_default());
    document
}

fn port(id: &str, fields: &[(&str, &str)]) -> Value {
    let custom: Map<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({ "id": id, "name": id, "custom": custom })
}

/// An undecided agreement about a port of a provider.
pub(crate) fn agreement(
    id: &str,
    (product, port): (&str, &str),
    consumer: &str,
) -> Map<String, Value> {
    let own = id == WITH_OWN_FIELDS;
    let mut document = Map::new();
    let info = json!({ "purpose": format!("sample agreement {id}"), "startDate": START_DATE });
    document.insert("info".to_owned(), info);
    document
        .insert("provider".to_owned(), json!({ "dataProductId": product, "outputPortId": port }));
    document.insert("consumer".to_owned(), json!({ "dataProductId": consumer }));
    document.insert("tags".to_owned(), if own { json!(["gdpr-checked"]) } else { json!([]) });
    document.insert(
        "custom".to_owned(),
        if own { json!({ "cost-center": "4711" }) } else { json!({}) },
    );
    document
}
