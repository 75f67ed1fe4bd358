//! Whoever consumes under an agreement, and the role that stands in its document.

use serde_json::{Map, Value, json};

use crate::catalog::{Catalog, Generation, Kind, UNKNOWN};

const ROLE_NAME: &str = "aws-role-name";
const ROLE_ARN: &str = "aws-role-arn";

/// The consumer of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consumer {
    kind: Kind,
    /// As the catalog knows it.
    pub(super) id: String,
}

impl Consumer {
    /// The one that an agreement names. A data product comes with its team, so it is asked first.
    pub(super) fn of(agreement: &Value) -> Option<Self> {
        let kinds =
            [("dataProductId", Kind::Product), ("teamId", Kind::Team), ("userId", Kind::Member)];
        kinds.into_iter().find_map(|(field, kind)| {
            let id = agreement.get("consumer")?.get(field)?.as_str()?;
            (id != UNKNOWN).then(|| Self { kind, id: id.to_owned() })
        })
    }

    /// What it is, in a word.
    pub(super) fn noun(&self) -> &'static str {
        match self.kind {
            Kind::Product | Kind::Contract => "data product",
            Kind::Team => "team",
            Kind::Member => "person",
        }
    }

    /// The role that its own document names, as it is written there: a name or an ARN.
    pub(super) fn role(&self, catalog: &Catalog) -> Option<String> {
        let document = catalog.document(self.kind, &self.id)?;
        let role = [ROLE_ARN, ROLE_NAME].iter().find_map(|name| field(&document, name));
        role.map(str::to_owned)
    }

    /// Writes another role into its document. False when there is no such document.
    pub(super) fn set_role(&self, catalog: &Catalog, role: &str) -> bool {
        let document = catalog.document(self.kind, &self.id);
        let Some(mut document) = document.as_ref().and_then(Value::as_object).cloned() else {
            return false;
        };
        let name = if role.starts_with("arn:") { ROLE_ARN } else { ROLE_NAME };
        write(&mut document, name, role);
        catalog.put_document(self.kind, &self.id, document);
        true
    }

    /// Whether the integration hears of a change by itself: the feed tells nothing of people, and
    /// the older API has no list in which a data product's agreements could be found.
    pub(super) fn is_followed(&self, catalog: &Catalog) -> bool {
        self.kind != Kind::Member && catalog.generation() == Generation::Access
    }
}

/// A field of its own that a document holds in the form of either standard.
fn field<'a>(document: &'a Value, name: &str) -> Option<&'a str> {
    let listed = || {
        let properties = document.get("customProperties")?.as_array()?;
        properties.iter().find(|one| is_called(one, name))?.get("value")
    };
    document.get("custom").and_then(|custom| custom.get(name)).or_else(listed)?.as_str()
}

/// One of the two fields takes the place of both, in the form that the document is written in.
fn write(document: &mut Map<String, Value>, name: &str, role: &str) {
    let is_open = document.contains_key("apiVersion");
    if is_open {
        let properties = document.entry("customProperties").or_insert_with(|| json!([]));
        if let Some(properties) = properties.as_array_mut() {
            properties.retain(|one| !is_called(one, ROLE_NAME) && !is_called(one, ROLE_ARN));
            properties.push(json!({ "property": name, "value": role }));
        }
    } else {
        let custom = document.entry("custom").or_insert_with(|| json!({}));
        if let Some(custom) = custom.as_object_mut() {
            custom.retain(|known, _| known != ROLE_NAME && known != ROLE_ARN);
            custom.insert(name.to_owned(), json!(role));
        }
    }
}

fn is_called(property: &Value, name: &str) -> bool {
    property.get("property").and_then(Value::as_str) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    fn catalog() -> Catalog {
        let catalog = Catalog::new(Generation::Access, "key");
        demo::fill(&catalog);
        catalog
    }

    fn consumer_of(catalog: &Catalog, agreement: &str) -> Consumer {
        Consumer::of(&catalog.agreement(agreement).unwrap()).unwrap()
    }

    #[test]
    fn every_kind_of_consumer_is_found_with_its_role() {
        let catalog = catalog();
        for (agreement, noun, id, role) in [
            ("orders-for-churn", "data product", "churn", Some("churn")),
            ("returns-for-segments", "data product", "segments", Some("segments")),
            ("sales-for-marketing", "team", "marketing", Some("marketing")),
            (
                "inventory-for-analyst",
                "person",
                "analyst@example.com",
                Some("arn:aws:iam::000000000000:role/data-products/analyst"),
            ),
            ("invoices-for-reports", "data product", "reports", None),
        ] {
            let consumer = consumer_of(&catalog, agreement);
            assert_eq!((consumer.noun(), consumer.id.as_str()), (noun, id));
            assert_eq!(consumer.role(&catalog).as_deref(), role, "{agreement}");
        }
    }

    #[test]
    fn a_new_role_replaces_the_old_one_in_either_field_and_either_standard() {
        let catalog = catalog();
        for agreement in [
            "orders-for-churn",
            "returns-for-segments",
            "inventory-for-analyst",
            "sales-for-marketing",
        ] {
            let consumer = consumer_of(&catalog, agreement);
            for role in ["forecast", "arn:aws:iam::000000000000:role/x", "churn"] {
                assert!(consumer.set_role(&catalog, role));
                assert_eq!(consumer.role(&catalog).as_deref(), Some(role), "{agreement}");
                let document = catalog.document(consumer.kind, &consumer.id).unwrap().to_string();
                assert_eq!(document.matches("aws-role-").count(), 1, "{document}");
            }
        }
    }

    #[test]
    fn the_rest_of_a_document_stays() {
        let catalog = catalog();
        let consumer = consumer_of(&catalog, "inventory-for-analyst");
        consumer.set_role(&catalog, "churn");
        let document = catalog.document(Kind::Member, &consumer.id).unwrap();
        assert!(document["custom"]["aws-athena-workgroup-arn"].is_string());
        assert_eq!(document["userId"], "u0123456789abcde");
    }

    #[test]
    fn a_consumer_that_the_catalog_does_not_know_cannot_be_given_a_role() {
        let catalog = catalog();
        let stranger = Consumer { kind: Kind::Product, id: "nobody".to_owned() };
        assert!(!stranger.set_role(&catalog, "churn"));
        assert_eq!(stranger.role(&catalog), None);
    }
}
