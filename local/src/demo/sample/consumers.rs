//! Whoever consumes, and where each names its role.

use serde_json::{Value, json};

use super::{OWNER, dps, odps, property};
use crate::catalog::Kind;

/// A team that names a role for itself and for those of its data products that name none.
const MARKETING: &str = "marketing";
/// Teams that the sample Glue names as owners.
const OWNERS_IN_GLUE: [&str; 3] = ["checkout", "customer-insight", "fulfillment"];
const ANALYST: &str = "analyst@example.com";

/// All of them.
pub(super) fn all() -> Vec<(Kind, &'static str, Value)> {
    let role = |name| format!("arn:aws:iam::000000000000:role{name}");
    let by_name = |name| json!({ "aws-role-name": name });
    let by_arn = |name| json!({ "aws-role-arn": role(name) });
    let analyst = json!({
        "aws-role-arn": role("/data-products/analyst"),
        // Where this person's queries run, unless the port says where.
        "aws-athena-workgroup-arn": "arn:aws:athena:eu-central-1:000000000000:workgroup/analysts",
    });
    let segments =
        odps("segments", &json!({ "customProperties": [property("aws-role-name", "segments")] }));
    let products = [
        ("churn", product("churn", OWNER, &by_name("churn"))),
        ("dashboard", product("dashboard", OWNER, &by_arn("/data-products/dashboard"))),
        ("forecast", product("forecast", OWNER, &by_name("forecast"))),
        ("backoffice", product("backoffice", OWNER, &by_arn("/platform/admin"))),
        ("segments", segments),
        ("reports", product("reports", MARKETING, &json!({}))),
    ];
    let teams = [
        (OWNER, team(OWNER, &json!({}))),
        (MARKETING, team(MARKETING, &json!({ "aws-role-name": "marketing" }))),
    ];
    let mut all: Vec<_> = products.map(|(id, document)| (Kind::Product, id, document)).into();
    all.extend(teams.map(|(id, document)| (Kind::Team, id, document)));
    all.extend(OWNERS_IN_GLUE.map(|id| (Kind::Team, id, team(id, &json!({})))));
    all.push((Kind::Member, ANALYST, member(&analyst)));
    all
}

/// A consuming data product of the older standard.
pub(super) fn product(id: &str, owner: &str, custom: &Value) -> Value {
    dps(id, owner, &json!({ "custom": custom }))
}

fn team(id: &str, custom: &Value) -> Value {
    json!({
        "id": id,
        "name": id,
        "type": "Team",
        "members": [{ "emailAddress": ANALYST, "role": "Owner" }],
        "tags": [],
        "links": {},
        "custom": custom,
    })
}

fn member(custom: &Value) -> Value {
    json!({
        "emailAddress": ANALYST,
        "userId": "u0123456789abcde",
        "role": "Member",
        "custom": custom,
    })
}
