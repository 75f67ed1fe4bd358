//! What agreements depend on: a change of it may change a right without an event of the agreement.

use serde::Deserialize;
use serde_json::Value;

use crate::fields::stated;
use crate::ids::{AgreementId, ContractId, ProductId, TeamId};

/// Something that agreements refer to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Definition {
    /// A data product: provider or consumer. Its output ports are part of it.
    Product(ProductId),
    /// A data contract, which may describe an output port.
    Contract(ContractId),
    /// A team, which may name a role.
    Team(TeamId),
}

impl Definition {
    /// What an event of this type says has changed; `None` for types that say nothing of the kind.
    pub fn of(event_type: &str, id: &str) -> Option<Self> {
        match event_type.rsplit('.').next()? {
            "DataProductUpdatedEvent"
            | "DataProductDeletedEvent"
            | "OutputPortUpdatedEvent"
            | "OutputPortDeletedEvent" => id.parse().ok().map(Self::Product),
            "DataContractUpdatedEvent" => id.parse().ok().map(Self::Contract),
            "TeamUpdatedEvent" => id.parse().ok().map(Self::Team),
            _ => None,
        }
    }

    /// Whether this entry of the catalog's list of agreements may depend on it. One look too many
    /// costs little.
    pub fn concerns(&self, agreement: &Listed) -> bool {
        let is = |found: &Option<String>, id: &str| found.as_deref() == Some(id);
        match self {
            Self::Product(id) => {
                is(&agreement.provider, id.as_str()) || is(&agreement.consumer, id.as_str())
            }
            // An agreement names the contract of the day it was asked for; its port may have moved on.
            Self::Contract(_) => agreement.provider.is_some(),
            Self::Team(id) => is(&agreement.team, id.as_str()),
        }
    }
}

/// An entry of the catalog's list of agreements, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The agreement.
    pub id: AgreementId,
    /// Whether it could give a right now; true where the catalog does not say.
    pub active: bool,
    provider: Option<String>,
    consumer: Option<String>,
    team: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    info: Option<Value>,
    provider: Option<Value>,
    consumer: Option<Value>,
}

/// Reads a page of the list. An entry without an id that can be asked for is passed over.
pub fn read_list(json: &str) -> Result<Vec<Listed>, serde_json::Error> {
    let page: Vec<Value> = serde_json::from_str(json)?;
    let entries = page.into_iter().filter_map(|entry| serde_json::from_value(entry).ok());
    Ok(entries.filter_map(|entry: Entry| listed(&entry)).collect())
}

fn listed(entry: &Entry) -> Option<Listed> {
    let part = |of: &Option<Value>, name: &str| stated(of.as_ref().and_then(|of| of.get(name)));
    let active = entry.info.as_ref().and_then(|info| info.get("active")).and_then(Value::as_bool);
    Some(Listed {
        id: entry.id.parse().ok()?,
        active: active.unwrap_or(true),
        provider: part(&entry.provider, "dataProductId"),
        consumer: part(&entry.consumer, "dataProductId"),
        team: part(&entry.consumer, "teamId"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn list() -> Vec<Listed> {
        let page = json!([
            {"id": "a", "info": {"active": true},
             "provider": {"dataProductId": "orders", "dataContractId": "orders-v1"},
             "consumer": {"dataProductId": "churn", "teamId": "marketing"}},
            {"id": "b", "info": {"active": false}, "provider": {"dataProductId": "unknown"},
             "consumer": {"teamId": "marketing"}},
            {"id": "c", "provider": {"dataProductId": "churn"}, "consumer": {"userId": "x@y"}},
            {"id": "d/e"}, {"name": "no id"}, 7,
        ]);
        read_list(&page.to_string()).unwrap()
    }

    fn concerned(event: &str, id: &str) -> Vec<String> {
        let name = format!("com.datamesh-manager.events.{event}Event");
        let Some(definition) = Definition::of(&name, id) else { return vec!["none".to_owned()] };
        let concerned = list().into_iter().filter(|listed| definition.concerns(listed));
        concerned.map(|listed| listed.id.to_string()).collect()
    }

    #[test]
    fn a_changed_definition_concerns_the_agreements_that_refer_to_it() {
        assert_eq!(concerned("DataProductUpdated", "churn"), ["a", "c"]);
        assert_eq!(concerned("OutputPortDeleted", "orders"), ["a"]);
        assert_eq!(concerned("DataContractUpdated", "orders-v2"), ["a", "c"]);
        assert_eq!(concerned("TeamUpdated", "marketing"), ["a", "b"]);
        assert_eq!(concerned("DataProductDeleted", "unknown"), Vec::<String>::new());
    }

    #[test]
    fn other_events_and_ids_that_cannot_be_asked_for_concern_nothing() {
        for (event, id) in
            [("DataProductCreated", "churn"), ("AssetUpdated", "x"), ("TeamUpdated", "a/b")]
        {
            assert_eq!(concerned(event, id), ["none"], "{event}");
        }
    }

    #[test]
    fn only_an_agreement_that_says_so_is_inactive() {
        let active: Vec<bool> = list().iter().map(|listed| listed.active).collect();
        assert_eq!(active, [true, false, true]);
        assert!(read_list("{}").is_err());
    }
}
