//! A data contract: since 2025 the place where a provider describes what lies behind a port.

use serde_json::Value;

use crate::fields::stated;
use crate::ids::ContractId;
use crate::server::Server;

/// The parts of a data contract that decide about access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contract {
    servers: Vec<Server>,
    models: Vec<String>,
}

/// Why the catalog's answer is not a data contract to read from.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// Not JSON, or JSON of something else: says nothing about the contract.
    #[error("the answer is not data contract {asked}")]
    Other {
        /// The contract that was asked for.
        asked: ContractId,
        /// What is wrong with the answer's syntax.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The form before the Open Data Contract Standard, where servers are a map.
    #[error("servers is a map, as before the Open Data Contract Standard")]
    OldForm,
}

impl Contract {
    /// Reads the catalog's JSON.
    pub fn read(asked: &ContractId, json: &str) -> Result<Self, ContractError> {
        let other = |source| ContractError::Other { asked: asked.clone(), source };
        let value: Value = serde_json::from_str(json).map_err(|err| other(Some(err)))?;
        if !is_contract(&value, asked) {
            return Err(other(None));
        }
        let servers = match value.get("servers") {
            Some(Value::Object(_)) => return Err(ContractError::OldForm),
            Some(Value::Array(servers)) => servers.iter().map(Server::read).collect(),
            Some(_) | None => Vec::new(),
        };
        let objects = value.get("schema").and_then(Value::as_array).into_iter().flatten();
        let name = |object: &Value| {
            stated(object.get("physicalName")).or_else(|| stated(object.get("name")))
        };
        Ok(Self { servers, models: objects.filter_map(name).collect() })
    }

    /// The server a port picks by name, else the first one.
    pub fn server(&self, name: Option<&str>) -> Option<&Server> {
        match name {
            Some(name) => self.servers.iter().find(|server| server.name.as_deref() == Some(name)),
            None => self.servers.first(),
        }
    }

    /// Names of the schema objects, as the platform knows them.
    pub fn models(&self) -> &[String] {
        &self.models
    }
}

fn is_contract(value: &Value, asked: &ContractId) -> bool {
    let id = value.get("id").and_then(Value::as_str);
    let parts = ["servers", "schema", "dataContractSpecification"];
    match id {
        Some(id) => id == asked.as_str(),
        None => parts.iter().any(|part| value.get(part).is_some()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: &Value) -> Result<Contract, ContractError> {
        Contract::read(&"orders-v1".parse().unwrap(), &document.to_string())
    }

    #[test]
    fn a_port_picks_a_server_by_name_or_gets_the_first() {
        let contract = read(&json!({"kind": "DataContract", "id": "orders-v1", "servers": [
            {"server": "dev", "type": "s3", "location": "s3://dev"},
            {"server": "prod", "type": "glue", "database": "sales"},
        ]}))
        .unwrap();
        let kind = |name| contract.server(name).and_then(|server| server.kind.clone());
        assert_eq!(kind(None).as_deref(), Some("s3"));
        assert_eq!(kind(Some("prod")).as_deref(), Some("glue"));
        assert_eq!(kind(Some("test")), None);
    }

    #[test]
    fn schema_objects_go_by_the_name_the_platform_knows() {
        let contract = read(&json!({"id": "orders-v1", "schema": [
            {"name": "orders", "physicalName": "orders_v1"}, {"name": "returns"}, {"physicalType": "table"},
        ]}));
        assert_eq!(contract.unwrap().models(), ["orders_v1", "returns"]);
    }

    #[test]
    fn a_contract_of_the_older_form_is_told_apart_from_one_without_servers() {
        let old = read(&json!({"dataContractSpecification": "0.9.3", "id": "orders-v1",
                               "servers": {"prod": {"type": "s3"}}}));
        assert!(matches!(old, Err(ContractError::OldForm)));
        assert_eq!(read(&json!({"id": "orders-v1"})).unwrap(), Contract::default());
    }

    #[test]
    fn an_answer_about_something_else_is_not_taken_for_the_contract() {
        for document in [json!([]), json!({"error": "busy"}), json!({"id": "other", "servers": []})]
        {
            assert!(matches!(read(&document), Err(ContractError::Other { .. })), "{document}");
        }
    }
}
