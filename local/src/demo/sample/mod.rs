//! What the sample catalog holds: data products that offer, whoever consumes, and the agreements
//! between them. Every kind of consumer and of output port that the integration knows is there.
//!
//! Both generations of the API hold the same: data products in either standard, data contracts, and
//! teams and people as consumers are all in the published files of 2025-09 and 2026-07.

mod consumers;
mod contracts;
mod providers;

use serde_json::{Map, Value, json};

use crate::catalog::{Catalog, Kind};

/// Long past, so that approval activates at once.
const START_DATE: &str = "2024-01-01";

/// The team that owns whatever names no other.
const OWNER: &str = "sample-team";

/// Who wants to read.
#[derive(Clone, Copy)]
pub(crate) enum Consumer {
    /// A data product, by id.
    Product(&'static str),
    /// A team, by id.
    Team(&'static str),
    /// A person, by mail address.
    Person(&'static str),
}

use Consumer::{Person, Product, Team};

/// Agreements: id, provider, its port, consumer.
pub(crate) const AGREEMENTS: [(&str, &str, &str, Consumer); 15] = [
    ("orders-for-churn", "orders", "all", Product("churn")),
    ("customers-for-dashboard", "customers", "europe", Product("dashboard")),
    ("shelf-warmers-for-forecast", "fulfillment", "shelf-warmers", Product("forecast")),
    (STOCK_FOR_CHURN, "fulfillment", "stock", Product("churn")),
    ("returns-for-segments", "returns", "returns-files", Product("segments")),
    ("sales-for-marketing", "sales", "sales-files", Team("marketing")),
    ("inventory-for-analyst", "inventory", "tables", Person("analyst@example.com")),
    ("inventory-for-segments", "inventory", "queries", Product("segments")),
    ("prices-for-dashboard", "prices", "list", Product("dashboard")),
    ("invoices-for-reports", "invoices", "yearly", Product("reports")),
    ("orders-for-dashboard", "orders", "all", Product("dashboard")),
    ("customers-for-churn", "customers", "europe", Product("churn")),
    ("clicks-for-churn", "clicks", "stream", Product("churn")),
    ("orders-for-backoffice", "orders", "all", Product("backoffice")),
    ("campaigns-for-churn", "campaigns", "campaigns-snowflake", Product("churn")),
];

/// An id as the catalog allows it and IAM does not.
pub(crate) const STOCK_FOR_CHURN: &str = "urn:access:stock-for-churn";

/// The agreement whose owner keeps tags and fields of his own.
pub(crate) const WITH_OWN_FIELDS: &str = "orders-for-churn";

/// Puts everything into the catalog; the agreements are undecided.
pub(crate) fn fill(catalog: &Catalog) {
    for (kind, id, document) in documents() {
        catalog.put_document(kind, id, fields(&document));
    }
    for (id, provider, port, consumer) in AGREEMENTS {
        catalog.put_agreement(id, agreement(id, (provider, port), consumer));
    }
}

/// Everything that agreements refer to: kind, id, content.
fn documents() -> Vec<(Kind, &'static str, Value)> {
    let mut all = contracts::all();
    all.extend(consumers::all());
    all.extend(providers::all());
    all
}

/// Lets a consuming data product name its role in one of the two possible fields.
pub(crate) fn set_role(catalog: &Catalog, consumer: &str, field: &str, role: &str) {
    let product = consumers::product(consumer, OWNER, &json!({ field: role }));
    catalog.put_document(Kind::Product, consumer, fields(&product));
}

/// Changes an agreement as a person would: reads it, edits it, saves it.
pub(crate) fn edit(catalog: &Catalog, id: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let document = catalog.agreement(id);
    if let Some(mut document) = document.as_ref().and_then(Value::as_object).cloned() {
        change(&mut document);
        catalog.put_agreement(id, document);
    }
}

/// An undecided agreement about a port of a provider.
pub(crate) fn agreement(
    id: &str,
    (product, port): (&str, &str),
    consumer: Consumer,
) -> Map<String, Value> {
    let own = id == WITH_OWN_FIELDS;
    fields(&json!({
        "info": { "purpose": format!("sample agreement {id}"), "startDate": START_DATE },
        "provider": { "dataProductId": product, "outputPortId": port },
        "consumer": match consumer {
            Product(id) => json!({ "dataProductId": id }),
            Team(id) => json!({ "teamId": id }),
            Person(address) => json!({ "userId": address }),
        },
        "tags": if own { json!(["gdpr-checked"]) } else { json!([]) },
        "custom": if own { json!({ "cost-center": "4711" }) } else { json!({}) },
    }))
}

fn fields(document: &Value) -> Map<String, Value> {
    document.as_object().cloned().unwrap_or_default()
}

/// A data product of the Data Product Specification; `content` holds ports or custom fields.
fn dps(id: &str, owner: &str, content: &Value) -> Value {
    let mut document = fields(&json!({
        "dataProductSpecification": "0.0.1",
        "id": id,
        "info": { "title": id, "owner": owner, "status": "active" },
    }));
    document.extend(fields(content));
    Value::Object(document)
}

/// A data product of the Open Data Product Standard; `content` holds ports or custom properties.
fn odps(id: &str, content: &Value) -> Value {
    let mut document = fields(&json!({
        "apiVersion": "v1.0.0",
        "kind": "DataProduct",
        "id": id,
        "name": id,
        "status": "active",
        "team": { "name": OWNER },
    }));
    document.extend(fields(content));
    Value::Object(document)
}

/// One entry of `customProperties`.
fn property(name: &str, value: impl Into<Value>) -> Value {
    json!({ "property": name, "value": value.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(kind: Kind, id: &str) -> Value {
        let all = documents();
        let found = all.into_iter().find(|(k, name, _)| (*k, *name) == (kind, id));
        found.unwrap_or_else(|| panic!("{kind:?} {id} is not there")).2
    }

    fn list<'a>(document: &'a Value, name: &str) -> Vec<&'a Value> {
        document.get(name).and_then(Value::as_array).into_iter().flatten().collect()
    }

    fn is_open(product: &Value) -> bool {
        product.get("dataProductSpecification").is_none()
    }

    /// Paths that the published schemas require.
    fn required(kind: Kind, document: &Value) -> Vec<&'static str> {
        match kind {
            Kind::Product if is_open(document) => vec!["/apiVersion", "/kind", "/id", "/status"],
            Kind::Product => vec!["/dataProductSpecification", "/id", "/info/title", "/info/owner"],
            Kind::Contract => vec!["/apiVersion", "/kind", "/id", "/version", "/status"],
            Kind::Team => vec!["/id", "/name", "/type"],
            Kind::Member => vec!["/emailAddress", "/userId", "/role"],
        }
    }

    /// What each part of a document must have, by the same schemas.
    fn parts(kind: Kind, document: &Value) -> Vec<(&Value, Vec<&'static str>)> {
        let mut found: Vec<(&Value, Vec<&'static str>)> = Vec::new();
        for port in list(document, "outputPorts") {
            let identity = if is_open(document) { "/version" } else { "/id" };
            found.push((port, vec!["/name", identity]));
        }
        if kind == Kind::Contract {
            found.extend(list(document, "schema").into_iter().map(|one| (one, vec!["/name"])));
        }
        for server in list(document, "servers") {
            found.push((server, vec!["/server", "/type"]));
            found.push((
                server,
                match server["type"].as_str().unwrap() {
                    "s3" => vec!["/location"],
                    "glue" => vec!["/account", "/database"],
                    "athena" => vec!["/stagingDir", "/schema"],
                    other => panic!("{other}"),
                },
            ));
        }
        found
    }

    #[test]
    fn every_document_has_what_the_published_schemas_require() {
        for (kind, id, document) in documents() {
            let mut all = vec![(&document, required(kind, &document))];
            all.extend(parts(kind, &document));
            for (part, paths) in all {
                for path in paths {
                    let found = part.pointer(path).and_then(Value::as_str);
                    assert!(found.is_some_and(|text| !text.is_empty()), "{id}: {path} in {part}");
                }
            }
        }
    }

    #[test]
    fn free_fields_are_texts_in_a_map_or_properties_in_a_list_as_the_standard_has_it() {
        for (kind, id, document) in documents() {
            let open = kind == Kind::Product && is_open(&document);
            let ports = list(&document, "outputPorts");
            for part in std::iter::once(&document).chain(ports) {
                let wrong = if open { "custom" } else { "customProperties" };
                assert_eq!(part.get(wrong), None, "{id}");
                for property in list(part, "customProperties") {
                    assert!(property["property"].is_string() && property.get("value").is_some());
                }
                let custom = part.get("custom").and_then(Value::as_object).into_iter().flatten();
                assert!(custom.into_iter().all(|(_, value)| value.is_string()), "{id}");
            }
        }
    }

    #[test]
    fn an_agreement_refers_to_nothing_that_is_not_there() {
        for (id, provider, port, consumer) in AGREEMENTS {
            let provider = find(Kind::Product, provider);
            let key = if is_open(&provider) { "name" } else { "id" };
            let ports = list(&provider, "outputPorts");
            let port = ports.into_iter().find(|found| found[key] == port);
            let port = port.unwrap_or_else(|| panic!("{id}: no such port"));
            for name in ["contractId", "dataContractId"] {
                if let Some(contract) = port.get(name) {
                    find(Kind::Contract, contract.as_str().unwrap());
                }
            }
            match consumer {
                Product(id) => find(Kind::Product, id),
                Team(id) => find(Kind::Team, id),
                Person(address) => find(Kind::Member, address),
            };
        }
    }

    #[test]
    fn whatever_has_an_owner_belongs_to_a_team_that_is_there() {
        for (kind, _, document) in documents() {
            let owner =
                ["/info/owner", "/team/name"].iter().find_map(|path| document.pointer(path));
            match (kind, owner) {
                (Kind::Product | Kind::Contract, Some(owner)) => {
                    find(Kind::Team, owner.as_str().unwrap());
                }
                (Kind::Product | Kind::Contract, None) => panic!("{document} has no owner"),
                (Kind::Team | Kind::Member, _) => {}
            }
        }
    }
}
