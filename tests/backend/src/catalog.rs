//! The catalog: feed, agreements, data products, reports.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::world::World;

impl World {
    pub(crate) fn catalog(&mut self, call: &Call) -> Answer {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        match (call.method.as_str(), path.as_slice()) {
            ("GET", ["api", "events"]) => self.events(call.parameter("lastEventId")),
            ("GET", ["api", "access"]) => self.listed(call),
            ("GET", ["api", "access", id]) => document(self.agreements.get(*id)),
            ("PUT", ["api", "access", id]) => self.replace(id, call.json()),
            ("GET", ["api", "dataproducts", id]) => document(self.products.get(*id)),
            ("POST", ["api", "access", id, "provisioning", step]) => {
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

    fn listed(&self, call: &Call) -> Answer {
        let side = |filter: &str, side: &str, agreement: &Value| {
            let wanted = call.parameter(filter);
            let product = agreement.pointer(&format!("/{side}/dataProductId"));
            wanted.is_empty() || product.is_some_and(|product| product == wanted)
        };
        let fits = |agreement: &&Value| {
            side("providerDataProductId", "provider", agreement)
                && side("consumerDataProductId", "consumer", agreement)
        };
        Answer::json(&json!(self.agreements.values().filter(fits).collect::<Vec<_>>()))
    }

    fn replace(&mut self, id: &str, document: Value) -> Answer {
        match self.agreements.get_mut(id) {
            Some(agreement) => *agreement = document,
            None => return Answer::error(Service::Catalog, 404, ""),
        }
        Answer::json(&json!({}))
    }
}

fn document(found: Option<&Value>) -> Answer {
    found.map_or_else(|| Answer::error(Service::Catalog, 404, ""), Answer::json)
}
