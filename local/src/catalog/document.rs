//! What agreements refer to: data products, the data contracts of their ports, teams, people.

use serde_json::{Map, Value};

/// A kind of document. Both generations of the API have the same ones at the same addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A data product in either standard: it offers through ports, consumes, or both.
    Product,
    /// A data contract, which says what lies behind a port.
    Contract,
    /// A team.
    Team,
    /// A person who belongs to the organization, known by mail address.
    Member,
}

impl Kind {
    /// The route of one document.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Product => "/api/dataproducts/{id}",
            Self::Contract => "/api/datacontracts/{id}",
            Self::Team => "/api/teams/{id}",
            Self::Member => "/api/organization/members/{id}",
        }
    }

    /// The word for one that is not there.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Product => "Data product",
            Self::Contract => "Data contract",
            Self::Team => "Team",
            Self::Member => "Member",
        }
    }

    /// The field that repeats the id of the address.
    pub(super) fn id_field(self) -> &'static str {
        match self {
            Self::Product | Self::Contract | Self::Team => "id",
            Self::Member => "emailAddress",
        }
    }

    /// What the names of its events begin with. The feed has none about members.
    pub(super) fn event_prefix(self) -> Option<&'static str> {
        match self {
            Self::Product => Some("DataProduct"),
            Self::Contract => Some("DataContract"),
            Self::Team => Some("Team"),
            Self::Member => None,
        }
    }
}

/// The output ports of a data product by the name that agreements use: the older standard gives
/// them an id, the open one only a name.
pub(super) fn ports(product: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let ports = product.get("outputPorts").and_then(Value::as_array).into_iter().flatten();
    ports.filter_map(|port| Some((port.get("id").or_else(|| port.get("name"))?.as_str()?, port)))
}

/// The output port that an agreement names, by id or by name.
pub(super) fn port<'a>(product: &'a Map<String, Value>, wanted: &str) -> Option<&'a Value> {
    let called = |port: &Value| {
        ["id", "name"].iter().any(|field| port.get(*field).and_then(Value::as_str) == Some(wanted))
    };
    ports(product).map(|(_, port)| port).find(|port| called(port))
}

/// The contract that a port names, in the field of either standard.
pub(super) fn contract_of(port: &Value) -> Option<&str> {
    port.get("dataContractId").or_else(|| port.get("contractId"))?.as_str()
}

/// The team that owns a data product, in the field of either standard.
pub(super) fn owner(product: &Map<String, Value>) -> Option<&str> {
    let [dps, odps] = [("info", "owner"), ("team", "name")];
    [dps, odps].iter().find_map(|(part, field)| product.get(*part)?.get(*field)?.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn ports_contracts_and_owners_are_found_in_both_standards() {
        let older = fields(&json!({
            "dataProductSpecification": "0.0.1", "info": { "owner": "sales" },
            "outputPorts": [{ "id": "p", "name": "Port", "dataContractId": "c" }],
        }));
        let open = fields(&json!({
            "apiVersion": "v1.0.0", "kind": "DataProduct", "team": { "name": "sales" },
            "outputPorts": [{ "name": "p", "contractId": "c" }, { "version": "1" }],
        }));
        for product in [older, open] {
            let found: Vec<_> = ports(&product).map(|(id, port)| (id, contract_of(port))).collect();
            assert_eq!(found, [("p", Some("c"))]);
            assert_eq!(owner(&product), Some("sales"));
        }
    }

    #[test]
    fn a_port_is_found_by_its_id_and_by_its_name() {
        let product = fields(&json!({ "outputPorts": [{ "id": "p", "name": "Port" }] }));
        assert!(port(&product, "p").is_some() && port(&product, "Port").is_some());
        assert_eq!(port(&product, "q"), None);
    }
}
