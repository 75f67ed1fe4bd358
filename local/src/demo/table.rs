//! The table at the end: what IAM and the catalog say now.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, Width, presets::UTF8_FULL};
use serde_json::Value;

use super::{
    permissions::{lines, permissions},
    sample::AGREEMENTS,
    shown::Shown,
    world::Policies,
};
use crate::catalog::Catalog;

/// How the width is shared out, in percent.
const SHARES: [u16; 5] = [16, 8, 16, 40, 20];

/// A longer value stands on a line of its own.
const LONG: usize = 20;

/// Width where nobody's terminal decides.
const WIDTH: u16 = 184;

/// Narrower than this, a column would hold single letters.
const LEAST_WIDTH: u16 = 80;

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
    table.set_width(match table.width() {
        None | Some(0) => WIDTH,
        Some(width) => width.max(LEAST_WIDTH),
    });
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
            (role.clone(), broken(policy), allowed.unwrap_or_else(|problem| problem))
        }
        None => ("-".to_owned(), "-".to_owned(), "nothing".to_owned()),
    };
    [id.to_owned(), role, policy, allowed, shown.map_or("(deleted)".to_owned(), written)]
}

/// The part that all names share on a line of its own.
fn broken(policy: &str) -> String {
    policy.replacen("DMM_DataUsageAgreement_", "DMM_DataUsageAgreement_\n", 1)
}

fn written(agreement: &Value) -> String {
    let shown = Shown::of(agreement);
    // The policy's name stands in its own column.
    let fields = shown.fields.iter().filter(|(name, _)| *name != "aws-policy-name");
    let fields = fields.map(|(name, value)| {
        let break_or_space = if value.len() > LONG { "\n" } else { " " };
        format!("{name}:{break_or_space}{value}")
    });
    shown.tags.into_iter().chain(fields).collect::<Vec<String>>().join("\n")
}
