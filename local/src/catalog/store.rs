//! What the catalog knows. Every change goes through here and leaves its event in the feed.

use std::{collections::BTreeMap, time::SystemTime};

use serde_json::{Map, Value, json};

use super::{
    Generation,
    agreement::{Agreement, Decision, UNKNOWN},
    document::{Kind, contract_of, owner, port, ports},
    feed::{Change, Feed, day, timestamp},
    provisioning::{self, Reported},
};

/// Who changes something, and when.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) principal: &'a str,
    pub(super) now: SystemTime,
}

/// Why a data product stays.
pub(super) enum CannotDelete {
    Missing,
    /// An active agreement still uses it.
    InUse,
}

/// Which agreements a list is about.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) provider: Option<String>,
    pub(super) consumer: Option<String>,
    pub(super) consumer_type: Option<String>,
}

/// All agreements, what they refer to, and all events.
pub(super) struct Store {
    generation: Generation,
    feed: Feed,
    agreements: Vec<Agreement>,
    documents: BTreeMap<(Kind, String), Map<String, Value>>,
}

impl Store {
    pub(super) fn new(generation: Generation) -> Self {
        Self {
            generation,
            feed: Feed::default(),
            agreements: Vec::new(),
            documents: BTreeMap::new(),
        }
    }

    pub(super) fn feed(&self) -> &Feed {
        &self.feed
    }

    /// Lets start and end dates take effect that have been reached since the last look.
    pub(super) fn settle(&mut self, now: SystemTime) {
        let changed: Vec<(String, &'static str)> = self
            .agreements
            .iter_mut()
            .filter_map(|one| one.settle(&day(now)).map(|verb| (one.id().to_owned(), verb)))
            .collect();
        for (id, verb) in changed {
            self.tell(verb, &id, By { principal: "system", now });
        }
    }

    pub(super) fn agreement(&self, id: &str) -> Option<Value> {
        self.find(id).map(|agreement| self.render(agreement))
    }

    pub(super) fn agreements(&self, filter: &Filter) -> Vec<Value> {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        self.agreements
            .iter()
            .filter(|one| same(&filter.provider, one.text(&["provider", "dataProductId"])))
            .filter(|one| same(&filter.consumer, one.text(&["consumer", "dataProductId"])))
            .filter(|one| same(&filter.consumer_type, Some(one.consumer_type())))
            .map(|one| self.render(one))
            .collect()
    }

    pub(super) fn put_agreement(&mut self, id: &str, document: Map<String, Value>, by: By<'_>) {
        if let Some(known) = self.find_mut(id) {
            known.replace(document);
            self.tell("Updated", id, by);
        } else {
            let contract = self.contract_then(&document);
            self.agreements.push(Agreement::request(id, document, contract));
            self.tell("Created", id, by);
            self.tell("Requested", id, by);
        }
        self.settle(by.now);
    }

    /// False when there is no such agreement.
    pub(super) fn decide(&mut self, id: &str, decision: Decision, by: By<'_>) -> bool {
        let Some(agreement) = self.find_mut(id) else { return false };
        agreement.decide(decision, &day(by.now));
        self.tell(decision.verb(), id, by);
        self.settle(by.now);
        true
    }

    /// Deleting tells of the deletion only: there is no event of a deactivation before it.
    pub(super) fn delete_agreement(&mut self, id: &str, by: By<'_>) -> bool {
        let before = self.agreements.len();
        self.agreements.retain(|agreement| agreement.id() != id);
        let found = self.agreements.len() < before;
        if found {
            self.tell("Deleted", id, by);
        }
        found
    }

    pub(super) fn provisioning(&self, id: &str) -> Option<Value> {
        self.find(id)?.provisioning.clone().map(Value::Object)
    }

    /// Stores a report posted to `step`, or a whole state where `step` is missing.
    pub(super) fn report(
        &mut self,
        id: &str,
        step: Option<&str>,
        body: &Map<String, Value>,
        by: By<'_>,
    ) -> Option<Value> {
        let agreement = self.find_mut(id)?;
        let before = agreement.provisioning.as_ref();
        let Reported { state, event } = match step {
            Some(step) => provisioning::report(before, step, body, &timestamp(by.now)),
            None => provisioning::replace(before, body),
        }?;
        agreement.provisioning = Some(state.clone());
        let details = json!({ "status": state.get("status"), "platform": state.get("platform") });
        if let Some(name) = event {
            let change = Change { name, subject: id, principal: by.principal, details };
            self.feed.append(&change, by.now);
        }
        Some(Value::Object(state))
    }

    pub(super) fn document(&self, kind: Kind, id: &str) -> Option<Value> {
        self.documents.get(&(kind, id.to_owned())).cloned().map(Value::Object)
    }

    pub(super) fn put_document(
        &mut self,
        kind: Kind,
        id: &str,
        mut document: Map<String, Value>,
        by: By<'_>,
    ) {
        document.insert(kind.id_field().to_owned(), json!(id));
        let known = self.documents.insert((kind, id.to_owned()), document).is_some();
        self.tell_of_document(kind, if known { "Updated" } else { "Created" }, id, by);
    }

    pub(super) fn delete_product(&mut self, id: &str, by: By<'_>) -> Result<(), CannotDelete> {
        let uses = |one: &Agreement| {
            ["provider", "consumer"]
                .iter()
                .any(|side| one.text(&[side, "dataProductId"]) == Some(id))
        };
        if self.agreements.iter().any(|one| one.is_active() && uses(one)) {
            return Err(CannotDelete::InUse);
        }
        let key = (Kind::Product, id.to_owned());
        self.documents.remove(&key).ok_or(CannotDelete::Missing)?;
        self.tell_of_document(Kind::Product, "Deleted", id, by);
        Ok(())
    }

    fn find(&self, id: &str) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.id() == id)
    }

    fn find_mut(&mut self, id: &str) -> Option<&mut Agreement> {
        self.agreements.iter_mut().find(|agreement| agreement.id() == id)
    }

    fn tell(&mut self, verb: &str, id: &str, by: By<'_>) {
        let name = format!("{}{verb}", self.generation.event_prefix());
        let (principal, details) = (by.principal, Value::Null);
        self.feed.append(&Change { name: &name, subject: id, principal, details }, by.now);
    }

    /// Each output port has an event of its own, beside the one of its data product.
    fn tell_of_document(&mut self, kind: Kind, verb: &str, id: &str, by: By<'_>) {
        let Some(prefix) = kind.event_prefix() else { return };
        let principal = by.principal;
        let name = format!("{prefix}{verb}");
        let change = Change { name: &name, subject: id, principal, details: Value::Null };
        self.feed.append(&change, by.now);
        if kind != Kind::Product {
            return;
        }
        let name = format!("OutputPort{verb}");
        let found = self.product(id).into_iter().flat_map(ports);
        let found: Vec<Value> = found.map(|(port, _)| json!({ "outputPortId": port })).collect();
        for details in found {
            self.feed.append(&Change { name: &name, subject: id, principal, details }, by.now);
        }
    }

    fn product(&self, id: &str) -> Option<&Map<String, Value>> {
        self.documents.get(&(Kind::Product, id.to_owned()))
    }

    /// The contract of the port that is asked for: today's API goes on showing the one of that day.
    fn contract_then(&self, request: &Map<String, Value>) -> Map<String, Value> {
        let contract = || {
            let text = |field| request.get("provider")?.get(field)?.as_str();
            let product = self.product(text("dataProductId")?)?;
            contract_of(port(product, text("outputPortId")?)?)
        };
        let mut shown = Map::new();
        if let (Generation::Access, Some(id)) = (self.generation, contract()) {
            shown.insert("dataContractId".to_owned(), json!(id));
            let contract = self.documents.get(&(Kind::Contract, id.to_owned()));
            if let Some(version) = contract.and_then(|contract| contract.get("version")) {
                shown.insert("dataContractVersion".to_owned(), version.clone());
            }
        }
        shown
    }

    /// Whatever was deleted since is called `unknown`, and each data product is shown with its team,
    /// as the real catalog does.
    fn render(&self, agreement: &Agreement) -> Value {
        let mut shown = agreement.render();
        for side in ["provider", "consumer"] {
            let id = agreement.text(&[side, "dataProductId"]).unwrap_or_default();
            let team = self.product(id).and_then(owner);
            let part = shown.get_mut(side).and_then(Value::as_object_mut);
            if let (Some(part), Some(team)) = (part, team) {
                part.insert("teamId".to_owned(), json!(team));
            }
        }
        let text = |field| agreement.text(&["provider", field]).unwrap_or_default();
        let product = self.product(text("dataProductId"));
        let port = product.and_then(|product| port(product, text("outputPortId")));
        let gone = [("dataProductId", product.is_none()), ("outputPortId", port.is_none())];
        if let Some(provider) = shown.get_mut("provider").and_then(Value::as_object_mut) {
            for (field, _) in gone.iter().filter(|(_, gone)| *gone) {
                provider.insert((*field).to_owned(), json!(UNKNOWN));
            }
        }
        shown
    }
}
