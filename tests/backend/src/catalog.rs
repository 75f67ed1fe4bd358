//! The catalog: feed, agreements of both generations, what they refer to, reports.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::world::World;

impl World {
    pub(crate) fn catalog(&mut self, call: &Call) -> Answer {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match (call.method.as_str(), path.as_slice()) {
            ("GET", ["api", "events"]) => self.events(call.parameter("lastEventId")),
            ("GET", ["api", "access"]) => self.listed(&self.agreements, call),
            ("GET", ["api", "access", id]) => document(self.agreements.get(*id)),
            ("PUT", ["api", "access", id]) => {
                self.watch_agreement(id, &call.json());
                replace(&mut self.agreements, id, call.json())
            }
            ("GET", ["api", "datausageagreements"]) => self.listed(&self.old_agreements, call),
            ("GET", ["api", "datausageagreements", id]) => document(self.old_agreements.get(*id)),
            ("PUT", ["api", "datausageagreements", id]) => {
                self.watch_agreement(id, &call.json());
                replace(&mut self.old_agreements, id, call.json())
            }
            ("GET", ["api", "dataproducts", id]) => document(self.products.get(*id)),
            ("GET", ["api", "datacontracts", id]) => document(self.contracts.get(*id)),
            ("GET", ["api", "teams", id]) => document(self.teams.get(*id)),
            ("POST", ["api", "access", id, "provisioning", step]) => {
                self.watch_report(id, step);
                self.reports.push(((*id).to_owned(), (*step).to_owned()));
                Answer::json(&json!({}))
            }
            _ => Answer::error(Service::Catalog, 404, ""),
        }
    }

    fn events(&self, last: &str) -> Answer {
        let passed =
            self.feed.iter().position(|event| event.get("id").is_some_and(|id| id == last));
        let start = passed.map_or(0, |place| place + 1);
        let page: Vec<&Value> = self.feed.iter().skip(start).take(self.page).collect();
        Answer::json(&json!(page))
    }

    /// A page of the agreements that the filters let through.
    fn listed(&self, agreements: &BTreeMap<String, Value>, call: &Call) -> Answer {
        let side = |filter: &str, side: &str, agreement: &Value| {
            let wanted = call.parameter(filter);
            let product = agreement.pointer(&format!("/{side}/dataProductId"));
            wanted.is_empty() || product.is_some_and(|product| product == wanted)
        };
        let fits = |agreement: &&Value| {
            side("providerDataProductId", "provider", agreement)
                && side("consumerDataProductId", "consumer", agreement)
        };
        let fitting: Vec<&Value> = agreements.values().filter(fits).collect();
        let number: usize = call.parameter("p").parse().unwrap_or(0);
        let (page, next) = self.part(&fitting, number * self.most_listed());
        Answer::page(&json!(page), next.is_some())
    }
}

fn replace(agreements: &mut BTreeMap<String, Value>, id: &str, document: Value) -> Answer {
    match agreements.get_mut(id) {
        Some(agreement) => *agreement = document,
        None => return Answer::error(Service::Catalog, 404, ""),
    }
    Answer::json(&json!({}))
}

fn document(found: Option<&Value>) -> Answer {
    found.map_or_else(|| Answer::error(Service::Catalog, 404, ""), Answer::json)
}
