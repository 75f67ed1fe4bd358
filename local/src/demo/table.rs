//! The table at the end: what IAM and the catalog say now.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, Width, presets::UTF8_FULL};
use serde_json::Value;

use super::{
    permissions::{lines, permissions},
    sample::AGREEMENTS,
    shown::Shown,
    world::Policies,
};
use crate::{
    aws::{ACCOUNT, REGION},
    catalog::Catalog,
};

/// How the width is shared out, in percent.
const SHARES: [u16; 3] = [26, 46, 28];

/// Fields that only repeat what the first column says; the verdict compares them all the same.
const IN_FIRST_COLUMN: [&str; 2] = ["aws-policy-name", "aws-role-arn"];

/// A longer value stands on a line of its own.
const LONG: usize = 14;

/// Width where nobody's terminal decides.
const WIDTH: u16 = 118;

/// Narrower than this, a column would hold single letters.
const LEAST_WIDTH: u16 = 80;

/// What stands below the table, because the table shortens.
pub(crate) const NOTE: &str =
    "(ARNs without arn:aws, and without region and account, which are the same everywhere)";

/// One row for each agreement.
pub(crate) fn table(policies: &Policies, catalog: &Catalog) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL).set_content_arrangement(ContentArrangement::Dynamic).set_header([
        "agreement, role and policy",
        "allowed",
        "written back beside these",
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

fn row(id: &str, policies: &Policies, shown: Option<&Value>) -> [String; 3] {
    let name = shown.and_then(|shown| shown.pointer("/custom/aws-policy-name"));
    let name = name.and_then(Value::as_str);
    let found = policies.iter().find(|((_, policy), _)| Some(policy.as_str()) == name);
    let (first, allowed) = match found {
        Some(((role, policy), document)) => {
            let allowed = permissions(document).map(|all| lines(&all).join("\n"));
            let first = format!("{id}\nrole {role}\n{}", broken(policy));
            (first, shortened(&allowed.unwrap_or_else(|problem| problem)))
        }
        None => (id.to_owned(), "nothing".to_owned()),
    };
    [first, allowed, shown.map_or("(deleted)".to_owned(), written)]
}

/// The part that all names share on a line of its own.
fn broken(policy: &str) -> String {
    policy.replacen("DMM_DataUsageAgreement_", "DMM_DataUsageAgreement_\n", 1)
}

/// `arn:aws:glue:<region>:<account>:table/a/b` as `glue:table/a/b`. An ARN of another region or
/// account stays as it is, so that it is seen.
pub(crate) fn shortened(text: &str) -> String {
    let shorter = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        let parts: Vec<&str> = line.trim_start().splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", "aws", service, region, account, resource]
                if ["", REGION].contains(region) && ["", ACCOUNT].contains(account) =>
            {
                format!("{:indent$}{service}:{resource}", "")
            }
            _ => line.to_owned(),
        }
    };
    text.lines().map(shorter).collect::<Vec<String>>().join("\n")
}

fn written(agreement: &Value) -> String {
    let shown = Shown::of(agreement);
    let fields = shown.fields.iter().filter(|(name, _)| !IN_FIRST_COLUMN.contains(&name.as_str()));
    let fields = fields.map(|(name, value)| {
        let break_or_space = if value.len() > LONG { "\n" } else { " " };
        format!("{name}:{break_or_space}{value}")
    });
    let report = shown.report.iter().map(|report| format!("report: {report}"));
    let lines: Vec<String> = shown.tags.iter().cloned().chain(fields).chain(report).collect();
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_arn_is_shortened_only_where_region_and_account_are_the_usual_ones() {
        for (arn, shown) in [
            ("  arn:aws:s3:::sample-lake/a/*", "  s3:sample-lake/a/*"),
            ("arn:aws:glue:eu-central-1:000000000000:table/a/b", "glue:table/a/b"),
            ("arn:aws:s3:::sample-lake/a:b", "s3:sample-lake/a:b"),
        ] {
            assert_eq!(shortened(arn), shown);
        }
        for arn in
            ["arn:aws:glue:eu-west-1:000000000000:table/a/b", "arn:aws:iam::111122223333:role/a"]
        {
            assert_eq!(shortened(arn), arn);
        }
    }

    #[test]
    fn a_row_says_who_may_read_what_and_what_was_written_back() {
        let name = "DMM_DataUsageAgreement_a";
        let document = json!({ "Statement": [
            { "Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*" },
        ] });
        let policies = Policies::from([(("churn".to_owned(), name.to_owned()), document)]);
        let shown = json!({
            "tags": ["mine"],
            "custom": { "aws-policy-name": name, "aws-role-arn": "arn:aws:iam::1:role/churn", "x": "y" },
            "provisioning": { "status": "provisioned" },
        });
        let expected = [
            "a\nrole churn\nDMM_DataUsageAgreement_\na",
            "s3: GetObject\n  s3:b/*",
            "mine\nx: y\nreport: provisioned",
        ];
        assert_eq!(row("a", &policies, Some(&shown)), expected);
    }

    #[test]
    fn a_row_of_something_that_is_not_ours_says_nothing_twice() {
        let shown = json!({ "tags": [], "custom": {} });
        assert_eq!(row("a", &Policies::new(), Some(&shown)), ["a", "nothing", "nothing"]);
    }
}
