//! What `poll_feed` makes of the events that it passes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    catalog::{Catalog, Generation},
    terminal::Tone,
};

/// Verbs of events that can change access; only these become messages.
const RELEVANT: [&str; 7] =
    ["Activated", "Deactivated", "Deleted", "Updated", "Canceled", "Approved", "Rejected"];

/// The name of an event about an agreement that can change access.
pub(super) fn relevant(catalog: &Catalog, event: &Value) -> Option<String> {
    let name = name(event)?;
    let verb = name.strip_prefix(catalog.generation().event_prefix())?;
    RELEVANT.contains(&verb).then(|| name.to_owned())
}

/// One line for the messages about agreements, one for each data product that changed.
pub(super) fn lines(catalog: &Catalog, passed: &[&Value]) -> Vec<(Tone, String)> {
    let mut lines = Vec::new();
    let messages: Vec<&&Value> =
        passed.iter().filter(|event| relevant(catalog, event).is_some()).collect();
    let agreements: BTreeSet<&str> = messages.iter().map(|event| field(event, "subject")).collect();
    let count = counted(messages.len(), "message");
    if messages.iter().any(|event| !is_own(event)) {
        let agreements = counted(agreements.len(), "agreement");
        lines.push((Tone::Label, format!("poll_feed sends {count} about {agreements}")));
    } else if !messages.is_empty() {
        let text = format!("poll_feed sends {count} about what the integration itself wrote");
        lines.push((Tone::Faint, text));
    }
    // Only today's API has a list in which the agreements of a product can be found.
    if catalog.generation() == Generation::Access {
        let changed = passed.iter().filter(|event| name(event) == Some("DataProductUpdated"));
        let products: BTreeSet<&str> = changed.map(|event| field(event, "subject")).collect();
        let text = |product| format!("poll_feed asks for the agreements of data product {product}");
        lines.extend(products.into_iter().map(|product| (Tone::Label, text(product))));
    }
    lines
}

/// Whether the integration itself caused the event: with its key it only ever updates.
pub(super) fn is_own(event: &Value) -> bool {
    field(event, "principal").starts_with("api-key:")
        && field(event, "type").ends_with("UpdatedEvent")
}

fn name(event: &Value) -> Option<&str> {
    field(event, "type").rsplit('.').next()?.strip_suffix("Event")
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A text of an event; empty when it has none of that name.
pub(super) fn field<'a>(event: &'a Value, name: &str) -> &'a str {
    event.get(name).and_then(Value::as_str).unwrap_or_default()
}
