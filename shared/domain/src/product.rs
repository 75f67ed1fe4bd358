//! A data product, in either of the catalog's forms: where a consumer keeps its fields, and where a
//! provider describes its output ports.

use serde_json::Value;

use crate::Rejection;
use crate::fields::{CustomFields, FieldsError, of_map, of_properties, property_named, stated};
use crate::ids::{ContractId, ProductId};
use crate::s3::S3Location;
use crate::server::Server;

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
    /// The product, with fields in a form that cannot be read.
    #[error(transparent)]
    Fields(FieldsError),
    /// The product, with ports in a form that cannot be read.
    #[error("outputPorts is not a list")]
    Ports,
}

/// The two standards a data product is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Data Product Specification 0.0.1, and what came before it.
    Dps,
    /// Open Data Product Standard 0.9 and 1.0.
    Odps,
}

impl Form {
    fn of(value: &Value) -> Self {
        let says = |name: &str| value.get(name).is_some_and(|found| !found.is_null());
        let is_product = value.get("kind").and_then(Value::as_str) == Some("DataProduct");
        if !says("dataProductSpecification") && is_product && says("apiVersion") {
            Self::Odps
        } else {
            Self::Dps
        }
    }

    fn fields(self, value: &Value) -> Result<CustomFields, FieldsError> {
        match self {
            Self::Dps => of_map(value.get("custom")),
            Self::Odps => of_properties(value.get("customProperties")),
        }
    }
}

/// One output port of a data product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputPort {
    id: Option<String>,
    name: Option<String>,
    /// What kind of thing it is, in the owner's words.
    pub kind: Option<String>,
    /// Its custom fields.
    pub custom: CustomFields,
    /// The data contract that describes it.
    pub contract: Option<ContractId>,
    /// Which server of the contract is meant.
    pub contract_server: Option<String>,
    /// The port's own description of where its data lies.
    pub server: Server,
    /// The deprecated field that came before it.
    pub location: Option<String>,
}

impl OutputPort {
    fn read(form: Form, port: &Value) -> Option<Self> {
        if !port.is_object() {
            return None;
        }
        let properties = port.get("customProperties");
        let own = |name: &str| stated(port.get(name));
        let free = |name: &str| match form {
            Form::Dps => stated(port.get("custom")?.get(name)),
            Form::Odps => stated(property_named(properties, name)),
        };
        let server = port.get("server").or_else(|| property_named(properties, "server"));
        let contract = own("dataContractId").or_else(|| own("contractId"));
        Some(Self {
            id: own("id"),
            name: own("name"),
            kind: own("type"),
            custom: form.fields(port).ok()?,
            contract: contract.or_else(|| free("contractId")).and_then(|id| id.parse().ok()),
            contract_server: free("contractServer"),
            server: server.map(Server::read).unwrap_or_default(),
            location: own("location"),
        })
    }
}

impl Product {
    /// Reads the catalog's JSON. A port that cannot be read is as good as none.
    pub fn read(asked: &ProductId, json: &str) -> Result<Self, ProductError> {
        let other = |source| ProductError::Other { asked: asked.clone(), source };
        let value: Value = serde_json::from_str(json).map_err(|err| other(Some(err)))?;
        if !is_product(&value, asked) {
            return Err(other(None));
        }
        let form = Form::of(&value);
        let ports = match value.get("outputPorts") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(ports)) => ports,
            Some(_) => return Err(ProductError::Ports),
        };
        Ok(Self {
            custom: form.fields(&value).map_err(ProductError::Fields)?,
            output_ports: ports.iter().filter_map(|port| OutputPort::read(form, port)).collect(),
        })
    }

    /// The product's own fields.
    pub fn custom(&self) -> &CustomFields {
        &self.custom
    }

    /// The port an agreement names, by id, else by name.
    pub fn output_port(&self, wanted: &str) -> Option<&OutputPort> {
        let ports = &self.output_ports;
        let by_id = ports.iter().find(|port| port.id.as_deref() == Some(wanted));
        by_id.or_else(|| ports.iter().find(|port| port.name.as_deref() == Some(wanted)))
    }
}

/// Where a consumer keeps the results of its Athena queries, when it wants the right to use it.
/// `holder` says whose fields these are, for the error.
pub fn athena_results(
    custom: &CustomFields,
    holder: &str,
) -> Result<Option<S3Location>, Rejection> {
    let Some(text) = custom.get(ATHENA_RESULTS) else { return Ok(None) };
    text.parse().map(Some).map_err(|problem: crate::s3::LocationError| Rejection::FieldInvalid {
        holder: holder.to_owned(),
        field: ATHENA_RESULTS.to_owned(),
        problem: problem.into(),
    })
}

/// Whether an answer is about the product: its id says so, or it has a product's parts and no id.
fn is_product(value: &Value, asked: &ProductId) -> bool {
    let id = value.get("id").or_else(|| value.pointer("/info/id")).and_then(Value::as_str);
    let parts = ["custom", "outputPorts", "info", "dataProductSpecification", "customProperties"];
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
        assert!(matches!(read(r#"{"id":"churn","custom":7}"#), Err(ProductError::Fields(_))));
        assert!(read(r#"{"info":{"id":"churn"}}"#).is_ok());
    }

    #[test]
    fn a_port_of_an_odd_form_does_not_spoil_the_others() {
        let product =
            product(&json!({"outputPorts": [{"id": "a", "custom": "x"}, 7, {"id": "b"}]}));
        assert!(product.output_port("a").is_none() && product.output_port("b").is_some());
    }

    #[test]
    fn a_port_is_found_by_id_before_name_and_odd_fields_are_passed_over() {
        let product = product(&json!({"custom": null, "outputPorts": [
            {"name": "b", "custom": {"which": "first", "nested": {"x": 1}, "empty": " "}},
            {"id": "b", "custom": {"which": "second"}},
        ]}));
        assert_eq!(product.output_port("b").unwrap().custom["which"], "second");
        assert!(product.output_port("c").is_none());
    }

    #[test]
    fn the_open_standard_keeps_fields_as_properties_and_knows_ports_by_name() {
        let product = product(&json!({
            "apiVersion": "v1.0.0", "kind": "DataProduct", "id": "churn", "custom": {"ignored": "x"},
            "customProperties": [{"property": "aws-role-name", "value": "churn"}],
            "outputPorts": [{
                "name": "churn-s3", "type": "s3", "contractId": "churn-v1",
                "customProperties": [
                    {"property": "contractServer", "value": "prod"},
                    {"property": "server", "value": {"location": "s3://churn/"}},
                ],
            }],
        }));
        assert_eq!(product.custom().keys().collect::<Vec<_>>(), ["aws-role-name"]);
        let port = product.output_port("churn-s3").unwrap();
        assert_eq!(port.contract.as_ref().map(ContractId::as_str), Some("churn-v1"));
        assert_eq!(port.contract_server.as_deref(), Some("prod"));
        assert!(!port.server.is_empty());
    }

    #[test]
    fn a_port_of_the_older_standard_names_contract_and_server_in_its_own_way() {
        let product = product(&json!({"dataProductSpecification": "0.0.1", "id": "churn",
            "customProperties": [{"property": "ignored", "value": "x"}],
            "outputPorts": [{"id": "p", "type": "Glue", "dataContractId": "churn-v1", "location": "unknown",
                             "custom": {"contractServer": "prod"}, "server": {"account": 1}}]}));
        assert!(product.custom().is_empty());
        let port = product.output_port("p").unwrap();
        assert_eq!(port.contract.as_ref().map(ContractId::as_str), Some("churn-v1"));
        assert_eq!(
            (port.contract_server.as_deref(), port.kind.as_deref()),
            (Some("prod"), Some("Glue"))
        );
        assert_eq!(port.location, None);
    }
}
