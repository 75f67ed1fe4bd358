//! Policy documents as sets of single permissions, so that they can be compared and shown.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// One action on one resource, with its condition where it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permission {
    pub(crate) resource: String,
    pub(crate) condition: String,
    pub(crate) action: String,
}

/// Everything that a document allows.
pub(crate) type Permissions = BTreeSet<Permission>;

/// All permissions of a policy document; an error names what is not a plain permission.
pub(crate) fn permissions(document: &Value) -> Result<Permissions, String> {
    let mut found = Permissions::new();
    for statement in texts_or_objects(document.get("Statement")) {
        if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
            return Err(format!("not an Allow: {statement}"));
        }
        if statement.get("Sid").is_none() {
            return Err(format!("no Sid: {statement}"));
        }
        let condition = statement.get("Condition").map(condition_text).unwrap_or_default();
        for action in texts(statement.get("Action")) {
            for resource in texts(statement.get("Resource")) {
                let (action, condition) = (action.clone(), condition.clone());
                found.insert(Permission { resource, condition, action });
            }
        }
    }
    Ok(found)
}

/// For each set of actions one line, followed by a line for each resource it holds for.
pub(crate) fn lines(permissions: &Permissions) -> Vec<String> {
    let mut actions: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for Permission { resource, condition, action } in permissions {
        actions.entry((resource, condition)).or_default().push(action);
    }
    let mut resources: BTreeMap<(Vec<&str>, &str), Vec<&str>> = BTreeMap::new();
    for ((resource, condition), actions) in actions {
        resources.entry((actions, condition)).or_default().push(resource);
    }
    let mut lines = Vec::new();
    for ((actions, condition), resources) in resources {
        let condition =
            if condition.is_empty() { String::new() } else { format!(" if {condition}") };
        lines.push(format!("{}{condition}", shortened(&actions)));
        lines.extend(resources.iter().map(|resource| format!("  {resource}")));
    }
    lines
}

/// `s3:GetObject, s3:ListBucket` reads better as `s3: GetObject, ListBucket`.
fn shortened(actions: &[&str]) -> String {
    let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for action in actions {
        let (service, name) = action.split_once(':').unwrap_or(("", action));
        services.entry(service).or_default().push(name);
    }
    let parts = services.iter().map(|(service, names)| format!("{service}: {}", names.join(", ")));
    parts.collect::<Vec<String>>().join("; ")
}

/// `{"StringLike":{"s3:prefix":["a","a/*"]}}` as `s3:prefix like a or a/*`.
fn condition_text(condition: &Value) -> String {
    let mut parts = Vec::new();
    for (operator, keys) in condition.as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            let operator = if operator == "StringLike" { "like" } else { operator };
            parts.push(format!("{key} {operator} {}", texts(Some(values)).join(" or ")));
        }
    }
    parts.join(" and ")
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let found = texts_or_objects(value).into_iter();
    found.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

/// IAM allows a single value wherever a list may stand.
fn texts_or_objects(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_form_of_a_document_does_not_matter() {
        let one = json!({ "Statement": [
            { "Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:b" },
            { "Sid": "B", "Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:a"] },
        ] });
        let other = json!({ "Statement": {
            "Sid": "C", "Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:a", "arn:b"],
        } });
        assert_eq!(permissions(&one).unwrap(), permissions(&other).unwrap());
    }

    #[test]
    fn a_condition_makes_another_permission_and_is_shown() {
        let document = json!({ "Statement": [{
            "Sid": "A", "Effect": "Allow", "Action": ["s3:ListBucket", "s3:Get"], "Resource": "arn:b",
            "Condition": { "StringLike": { "s3:prefix": ["a", "a/*"] } },
        }] });
        let found = permissions(&document).unwrap();
        let shown = lines(&found);
        assert_eq!(shown, ["s3: Get, ListBucket if s3:prefix like a or a/*", "  arn:b"]);
    }

    #[test]
    fn a_deny_or_a_statement_without_sid_is_not_overlooked() {
        let deny = json!({ "Statement": { "Sid": "A", "Effect": "Deny" } });
        assert!(permissions(&deny).is_err());
        let nameless = json!({ "Statement": { "Effect": "Allow" } });
        assert!(permissions(&nameless).is_err());
    }
}
