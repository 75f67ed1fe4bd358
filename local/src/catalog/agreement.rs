//! One agreement and its life: requested, approved or rejected, active between its dates.

use serde_json::{Map, Value, json};

/// Fields that the catalog decides, with the part they lie in; what a client sends there is ignored.
const MANAGED: [(&str, &str); 4] = [
    ("info", "status"),
    ("info", "active"),
    ("provider", "dataContractId"),
    ("provider", "dataContractVersion"),
];

/// What stands in the place of an id that there is none of.
pub(crate) const UNKNOWN: &str = "unknown";

/// The only values that `info.status` can have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Requested,
    Approved,
    Rejected,
}

/// What a person or the API may decide about an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// The provider agrees.
    Approve,
    /// The provider refuses.
    Reject,
    /// The agreement ends today.
    Cancel,
}

impl Decision {
    /// The event's verb.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Approve => "Approved",
            Self::Reject => "Rejected",
            Self::Cancel => "Canceled",
        }
    }
}

/// An agreement as the catalog keeps it.
pub(super) struct Agreement {
    id: String,
    document: Map<String, Value>,
    status: Status,
    active: bool,
    /// The contract of the day it was asked for, as the provider's part shows it.
    contract: Map<String, Value>,
    /// What the integration reported, if it did.
    pub(super) provisioning: Option<Map<String, Value>>,
}

impl Agreement {
    /// A request that nobody has decided yet. `contract` is shown among the provider's fields.
    pub(super) fn request(
        id: &str,
        document: Map<String, Value>,
        contract: Map<String, Value>,
    ) -> Self {
        let mut agreement = Self {
            id: id.to_owned(),
            document: Map::new(),
            status: Status::Requested,
            active: false,
            contract,
            provisioning: None,
        };
        agreement.replace(document);
        agreement
    }

    /// The agreement's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is active now.
    pub(super) fn is_active(&self) -> bool {
        self.active
    }

    /// Takes everything from `document` but what the catalog itself decides.
    pub(super) fn replace(&mut self, mut document: Map<String, Value>) {
        document.insert("id".to_owned(), json!(self.id));
        document.remove("provisioning");
        for (part, field) in MANAGED {
            if let Some(part) = document.get_mut(part).and_then(Value::as_object_mut) {
                part.remove(field);
            }
        }
        self.document = document;
    }

    /// Carries out a decision made on the day `today`.
    pub(super) fn decide(&mut self, decision: Decision, today: &str) {
        match decision {
            Decision::Approve => self.status = Status::Approved,
            Decision::Reject => self.status = Status::Rejected,
            Decision::Cancel => {
                if let Some(info) = self.document.get_mut("info").and_then(Value::as_object_mut) {
                    info.insert("endDate".to_owned(), json!(today));
                }
            }
        }
    }

    /// Lets the dates take effect; gives the event's verb if that changed anything.
    pub(super) fn settle(&mut self, today: &str) -> Option<&'static str> {
        let before = self.active;
        self.active = self.status == Status::Approved && self.runs_on(today);
        match (before, self.active) {
            (false, true) => Some("Activated"),
            (true, false) => Some("Deactivated"),
            (true, true) | (false, false) => None,
        }
    }

    /// Without a start date an approved agreement never becomes active. The end date itself is
    /// no longer part of the time, so that cancelling ends an agreement at once.
    fn runs_on(&self, today: &str) -> bool {
        let date = |field| self.text(&["info", field]);
        date("startDate").is_some_and(|start| start <= today)
            && date("endDate").is_none_or(|end| today < end)
    }

    /// `dataproduct`, `team` or `user`, as a list is filtered. A data product comes with its team.
    pub(super) fn consumer_type(&self) -> &'static str {
        let says = |field| self.text(&["consumer", field]).is_some_and(|text| text != UNKNOWN);
        match (says("dataProductId"), says("teamId")) {
            (true, _) => "dataproduct",
            (false, true) => "team",
            (false, false) => "user",
        }
    }

    /// A text inside the document.
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.document.get(*first)?, |value, field| value.get(field))?.as_str()
    }

    /// The agreement as the API shows it.
    pub(super) fn render(&self) -> Value {
        let mut shown = self.document.clone();
        if let Some(info) = shown.get_mut("info").and_then(Value::as_object_mut) {
            let status = match self.status {
                Status::Requested => "requested",
                Status::Approved => "approved",
                Status::Rejected => "rejected",
            };
            info.insert("status".to_owned(), json!(status));
            info.insert("active".to_owned(), json!(self.active));
        }
        // The real catalog fills the kinds of consumer that are not meant with this word.
        if let Some(consumer) = shown.get_mut("consumer").and_then(Value::as_object_mut) {
            for kind in ["dataProductId", "teamId", "userId"] {
                consumer.entry(kind).or_insert_with(|| json!(UNKNOWN));
            }
        }
        if let Some(provider) = shown.get_mut("provider").and_then(Value::as_object_mut) {
            provider.extend(self.contract.clone());
        }
        if let Some(provisioning) = &self.provisioning {
            shown.insert("provisioning".to_owned(), Value::Object(provisioning.clone()));
        }
        Value::Object(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(start: Option<&str>) -> Agreement {
        let document = json!({
            "info": { "purpose": "test", "startDate": start, "status": "approved", "active": true },
            "consumer": { "dataProductId": "churn" },
            "provisioning": { "status": "provisioned" },
        });
        Agreement::request("a", document.as_object().unwrap().clone(), Map::new())
    }

    #[test]
    fn a_client_cannot_approve_by_writing_the_status() {
        let shown = agreement(Some("2026-01-01")).render();
        assert_eq!(shown["info"]["status"], "requested");
        assert_eq!(shown["info"]["active"], false);
        assert_eq!(shown.get("provisioning"), None);
    }

    #[test]
    fn approval_activates_once_the_start_date_is_reached() {
        let mut agreement = agreement(Some("2026-08-02"));
        agreement.decide(Decision::Approve, "2026-08-01");
        assert_eq!(agreement.settle("2026-08-01"), None);
        assert_eq!(agreement.settle("2026-08-02"), Some("Activated"));
        assert_eq!(agreement.settle("2026-08-03"), None);
    }

    #[test]
    fn without_a_start_date_it_never_becomes_active() {
        let mut agreement = agreement(None);
        agreement.decide(Decision::Approve, "2026-08-01");
        assert_eq!(agreement.settle("2999-01-01"), None);
    }

    #[test]
    fn cancelling_ends_it_the_same_day() {
        let mut agreement = agreement(Some("2026-08-01"));
        agreement.decide(Decision::Approve, "2026-08-01");
        agreement.settle("2026-08-01");
        agreement.decide(Decision::Cancel, "2026-08-01");
        assert_eq!(agreement.settle("2026-08-01"), Some("Deactivated"));
        assert_eq!(agreement.render()["info"]["endDate"], "2026-08-01");
    }

    #[test]
    fn consumers_that_are_not_meant_are_called_unknown() {
        let consumer = &agreement(None).render()["consumer"];
        assert_eq!(consumer["dataProductId"], "churn");
        assert_eq!(consumer["userId"], "unknown");
    }
}
