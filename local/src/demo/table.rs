//! The table at the end: what IAM and the catalog say now.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, Width, presets::UTF8_FULL};
use serde_json::Value;

use super::{
    permissions::{lines, permissions},
    sample::AGREEMENTS,
    world::Policies,
};
use crate::catalog::Catalog;

/// How the width is shared out, in percent.
const SHARES: [u16; 5] = [15, 7, 17, 39, 22];

/// Width where nobody's terminal decides.
const WIDTH: u16 = 170;

/// One row for each agreement.
pub(crate) fn table(policies: &Policies, catalog: &Catalog) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL).set_content_arrangement(ContentArrangement::Dynamic).set_header([
        "agreement",
        "role",
        "policy",
        "allowed",
        "tags and fields written back",
    ]);
    if table.width().is_none() {
        table.set_width(WIDTH);
    }
    let share = |percent| ColumnConstraint::Absolute(Width::Percentage(percent));
    table.set_constraints(SHARES.map(share));
    for (id, ..) in AGREEMENTS {
        table.add_row(row(id, policies, catalog.agreement(id).as_ref()).map(Cell::new));
    }
    table.to_string()
}

fn row(id: &str, policies: &Policies, shown: Option<&Value>) -> [String; 5] {
    let name = shown.and_then(|shown| shown.pointer("/custom/aws-policy-name"));
    let name = name.and_then(Value::as_str);
    let held = policies.iter().find(|((_, policy), _)| Some(policy.as_str()) == name);
    let (role, policy, allowed) = match held {
        Some(((role, policy), document)) => {
            let allowed = permissions(document).map(|found| lines(&found).join("\n"));
            (role.clone(), policy.clone(), allowed.unwrap_or_else(|problem| problem))
        }
        None => ("-".to_owned(), "-".to_owned(), "nothing".to_owned()),
    };
    [id.to_owned(), role, policy, allowed, shown.map_or("(deleted)".to_owned(), written)]
}

fn written(shown: &Value) -> String {
    let tags = shown.get("tags").and_then(Value::as_array).into_iter().flatten();
    let tags = tags.filter_map(Value::as_str).map(str::to_owned);
    let fields = shown.get("custom").and_then(Value::as_object).into_iter().flatten();
    let fields = fields
        .filter(|(name, _)| *name != "aws-policy-name")
        .map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default()));
    tags.chain(fields).collect::<Vec<String>>().join("\n")
}
