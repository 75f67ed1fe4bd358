//! What the backend knows: objects, policies, agreements, and how long the feed is.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::figure::Calls;

/// Most events of one page of the catalog.
const PAGE: usize = 1000;

/// The state behind all services.
#[derive(Debug)]
pub(crate) struct World {
    /// How many events the feed holds.
    pub(crate) events: usize,
    /// How many agreements they are about.
    pub(crate) agreements: usize,
    pub(super) calls: Calls,
    /// Bodies with the number of their version.
    pub(super) objects: HashMap<String, (Vec<u8>, u64)>,
    /// By role and name.
    pub(super) policies: HashMap<(String, String), String>,
    pub(super) documents: Vec<String>,
    /// Agreements that were written back.
    pub(super) written: HashMap<String, Value>,
}

impl World {
    /// Nothing granted yet, and a feed of `events` about so many `agreements`.
    pub(crate) fn with_feed(events: usize, agreements: usize) -> Self {
        Self {
            events,
            agreements: agreements.max(1),
            calls: Calls::new(),
            objects: HashMap::new(),
            policies: HashMap::new(),
            documents: Vec::new(),
            written: HashMap::new(),
        }
    }

    pub(super) fn count(&mut self, kind: &str) {
        *self.calls.entry(kind.to_owned()).or_default() += 1;
    }

    /// The page after the event of this id; `None` is the beginning.
    pub(super) fn page(&self, after: Option<&str>) -> Value {
        let number = |id: &str| id.strip_prefix("event-")?.parse::<usize>().ok();
        let first = after.and_then(number).map_or(0, |last| last + 1);
        let page = first..(first + PAGE).min(self.events);
        page.map(|place| event(place, &format!("access-{:06}", place % self.agreements))).collect()
    }
}

/// An event as the catalog spells it, of the size that real ones have.
pub(crate) fn event(place: usize, agreement: &str) -> Value {
    json!({
        "specversion": "1.0", "id": format!("event-{place:08}"),
        "type": "com.entropy-data.events.AccessUpdatedEvent",
        "source": "https://catalog.example.com", "subject": agreement,
        "time": "2026-08-03T07:04:11.250Z", "datacontenttype": "application/json",
        "dataschema": "https://catalog.example.com/openapi.yaml/#/components/schemas/AccessUpdatedEvent",
        "data": {"id": agreement, "timestamp": "2026-08-03T07:04:11.248Z"},
    })
}
