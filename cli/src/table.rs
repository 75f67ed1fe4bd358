//! Grants as a table for people.

use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use domain::ledger::{Entry, Phase};

/// One row per grant.
pub(crate) fn grants(held: &[Entry]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["agreement", "role", "since", "may read"]);
    for entry in held {
        let roles: Vec<String> = entry.may_hold().iter().map(ToString::to_string).collect();
        let since = match entry.phase {
            Phase::Fact => entry.time.clone(),
            Phase::Intent => format!("{} (not finished)", entry.time),
        };
        let roles = roles.join("\n");
        table.add_row([entry.agreement_id.as_str(), &roles, &since, &entry.resources.join("\n")]);
    }
    table.to_string()
}
