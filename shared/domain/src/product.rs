//! A data product: where a consumer names its role and a provider describes its output ports.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::Rejection;
use crate::ids::ProductId;
use crate::rejection::FieldProblem;
use crate::role::{RoleArn, RoleName, RoleReference};
use crate::s3::S3Location;

/// Custom fields whose value is text, by name.
pub type CustomFields = BTreeMap<String, String>;

const ROLE_NAME: &str = "aws-role-name";
const ROLE_ARN: &str = "aws-role-arn";
const ATHENA_RESULTS: &str = "aws-s3-athena-results-arn";

/// The parts of a data product that decide about access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    custom: CustomFields,
    output_ports: Vec<OutputPort>,
}

/// Why the catalog's answer is not the data product that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ProductError {
    /// Not JSON, or JSON of something else: says nothing about the product.
    #[error("the answer is not data product {asked}")]
    Other {
        /// The product that was asked for.
        asked: ProductId,
        /// What is wrong with the answer's syntax.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The product, in a form that cannot be read.
    #[error("{0}")]
    Form(serde_json::Error),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default, deserialize_with = "texts")]
    custom: CustomFields,
    output_ports: Option<Vec<Value>>,
}

/// One output port of a data product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OutputPort {
    id: Option<String>,
    name: Option<String>,
    #[serde(default, deserialize_with = "texts")]
    custom: CustomFields,
}

impl OutputPort {
    /// The port's custom fields.
    pub fn custom(&self) -> &CustomFields {
        &self.custom
    }
}

/// The catalog documents custom fields as text; anything else in them is not ours to read.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CustomFields, D::Error> {
    let all: Option<BTreeMap<String, Value>> = Option::deserialize(deserializer)?;
    let texts = all.unwrap_or_default().into_iter().filter_map(|(name, value)| {
        let text = value.as_str()?.trim();
        (!text.is_empty()).then(|| (name, text.to_owned()))
    });
    Ok(texts.collect())
}

impl Product {
    /// Reads the catalog's JSON. A port that cannot be read is as good as none.
    pub fn read(asked: &ProductId, json: &str) -> Result<Self, ProductError> {
        let other = |source| ProductError::Other { asked: asked.clone(), source };
        let value: Value = serde_json::from_str(json).map_err(|err| other(Some(err)))?;
        if !is_product(&value, asked) {
            return Err(other(None));
        }
        let document: Document = serde_json::from_value(value).map_err(ProductError::Form)?;
        let ports = document.output_ports.unwrap_or_default().into_iter();
        let readable = ports.filter_map(|port| serde_json::from_value(port).ok());
        Ok(Self { custom: document.custom, output_ports: readable.collect() })
    }

    /// The port an agreement names, by id, else by name.
    pub fn output_port(&self, wanted: &str) -> Option<&OutputPort> {
        let ports = &self.output_ports;
        let by_id = ports.iter().find(|port| port.id.as_deref() == Some(wanted));
        by_id.or_else(|| ports.iter().find(|port| port.name.as_deref() == Some(wanted)))
    }

    /// The role a consuming product names. `holder` says which product, for the error.
    pub fn role(&self, holder: &str) -> Result<RoleReference, Rejection> {
        let invalid = |field: &str, problem| Rejection::FieldInvalid {
            holder: holder.to_owned(),
            field: field.to_owned(),
            problem,
        };
        let name = self.custom.get(ROLE_NAME).map(|text| text.parse::<RoleName>()).transpose();
        let name = name.map_err(|err| invalid(ROLE_NAME, err.into()))?;
        let arn = self.custom.get(ROLE_ARN).map(|text| text.parse::<RoleArn>()).transpose();
        let arn = arn.map_err(|err| invalid(ROLE_ARN, err.into()))?;
        match (arn, name) {
            (Some(arn), Some(name)) if arn.name() != &name => {
                let value = name.to_string();
                Err(invalid(ROLE_ARN, FieldProblem::Contradiction { other: ROLE_NAME, value }))
            }
            (Some(arn), _) => Ok(RoleReference::Arn(arn)),
            (None, Some(name)) => Ok(RoleReference::Name(name)),
            (None, None) => Err(Rejection::FieldMissing {
                holder: holder.to_owned(),
                field: ROLE_NAME,
                advice: "set it to the name of the consumer's IAM role (or aws-role-arn to its ARN)",
            }),
        }
    }

    /// Where the consumer keeps the results of its Athena queries, when it wants the right to use it.
    pub fn athena_results(&self, holder: &str) -> Result<Option<S3Location>, Rejection> {
        let Some(text) = self.custom.get(ATHENA_RESULTS) else { return Ok(None) };
        text.parse().map(Some).map_err(|problem: crate::s3::LocationError| {
            Rejection::FieldInvalid {
                holder: holder.to_owned(),
                field: ATHENA_RESULTS.to_owned(),
                problem: problem.into(),
            }
        })
    }
}

/// Whether an answer is about the product: its id says so, or it has a product's parts and no id.
fn is_product(value: &Value, asked: &ProductId) -> bool {
    let id = value.get("id").or_else(|| value.pointer("/info/id")).and_then(Value::as_str);
    let parts = ["custom", "outputPorts", "info", "dataProductSpecification"];
    match id {
        Some(id) => id == asked.as_str(),
        None => parts.iter().any(|part| value.get(part).is_some()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn product(document: &Value) -> Product {
        Product::read(&"churn".parse().unwrap(), &document.to_string()).unwrap()
    }

    #[test]
    fn an_answer_about_something_else_is_not_taken_for_the_product() {
        let read = |json: &str| Product::read(&"churn".parse().unwrap(), json);
        for json in ["", "<html>", "[]", r#"{"error":"busy"}"#, r#"{"id":"other","custom":{}}"#] {
            assert!(matches!(read(json), Err(ProductError::Other { .. })), "{json}");
        }
        assert!(matches!(read(r#"{"id":"churn","custom":7}"#), Err(ProductError::Form(_))));
        assert!(read(r#"{"info":{"id":"churn"}}"#).is_ok());
    }

    #[test]
    fn a_port_of_an_odd_form_does_not_spoil_the_others() {
        let product =
            product(&json!({"outputPorts": [{"id": "a", "custom": "x"}, 7, {"id": "b"}]}));
        assert!(product.output_port("a").is_none() && product.output_port("b").is_some());
    }

    fn role(custom: &Value) -> Result<RoleReference, Rejection> {
        product(&json!({"custom": custom})).role("consumer data product churn")
    }

    #[test]
    fn a_consumer_names_its_role_by_name_or_by_arn() {
        let by_name = role(&json!({"aws-role-name": " churn "})).unwrap();
        assert_eq!(by_name, RoleReference::Name("churn".parse().unwrap()));
        let arn = "arn:aws:iam::123456789012:role/data-products/churn";
        let by_arn = role(&json!({"aws-role-arn": arn, "aws-role-name": "churn"})).unwrap();
        assert_eq!(by_arn, RoleReference::Arn(arn.parse().unwrap()));
    }

    #[test]
    fn a_name_and_an_arn_that_disagree_are_refused() {
        let arn = "arn:aws:iam::123456789012:role/data-products/churn";
        let refused = role(&json!({"aws-role-arn": arn, "aws-role-name": "other"})).unwrap_err();
        assert_eq!(refused.code(), "FieldInvalid");
    }

    #[test]
    fn a_missing_or_malformed_role_says_which_field_to_mend() {
        let missing = role(&json!({})).unwrap_err().to_string();
        assert!(missing.contains("consumer data product churn has no custom field aws-role-name"));
        let malformed = role(&json!({"aws-role-name": "a b"})).unwrap_err().to_string();
        assert!(malformed.contains("custom field aws-role-name"), "{malformed}");
    }

    #[test]
    fn a_port_is_found_by_id_before_name_and_odd_fields_are_passed_over() {
        let product = product(&json!({"custom": null, "outputPorts": [
            {"name": "b", "custom": {"which": "first", "nested": {"x": 1}, "empty": " "}},
            {"id": "b", "custom": {"which": "second"}},
        ]}));
        assert_eq!(product.output_port("b").unwrap().custom()["which"], "second");
        assert!(product.output_port("c").is_none());
    }
}
