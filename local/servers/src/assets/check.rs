//! What an asset must look like, by the schema of the API.

use serde_json::{Map, Value};

/// A field's name and what it may hold.
type Fields = [(&'static str, Shape)];

#[derive(Clone, Copy)]
enum Shape {
    Text,
    Truth,
    Texts,
    /// An object with any values.
    Any,
    /// An object with text values.
    Links,
    Info,
    Columns,
    Column,
    Relationships,
}

const ASSET: &Fields = &[
    ("id", Shape::Text),
    ("info", Shape::Info),
    ("properties", Shape::Any),
    ("custom", Shape::Any),
    ("columns", Shape::Columns),
    ("relationships", Shape::Relationships),
    ("tags", Shape::Texts),
    ("assignedTags", Shape::Texts),
    ("links", Shape::Links),
];
const INFO: &Fields = &[
    ("owner", Shape::Text),
    ("source", Shape::Text),
    ("sourceId", Shape::Text),
    ("sourceUrl", Shape::Text),
    ("type", Shape::Text),
    ("name", Shape::Text),
    ("qualifiedName", Shape::Text),
    ("version", Shape::Text),
    ("status", Shape::Text),
    ("description", Shape::Text),
];
const COLUMN: &Fields = &[
    ("name", Shape::Text),
    ("type", Shape::Text),
    ("description", Shape::Text),
    ("required", Shape::Truth),
    ("unique", Shape::Truth),
    ("primaryKey", Shape::Truth),
    ("properties", Shape::Columns),
    ("items", Shape::Column),
    ("qualifiedName", Shape::Text),
    ("tags", Shape::Texts),
    ("links", Shape::Links),
    ("custom", Shape::Any),
];
const RELATIONSHIP: &Fields = &[("relationshipType", Shape::Text), ("assetId", Shape::Text)];

/// Everything that is wrong with the asset put to `id`.
pub(super) fn violations(
    id: &str,
    asset: &Value,
    is_team: &(dyn Fn(&str) -> bool + Send + Sync),
) -> Vec<String> {
    let mut found = Vec::new();
    object("asset", asset, ASSET, &mut found);
    if asset.get("id").and_then(Value::as_str) != Some(id) {
        found.push("id: must be the one in the path".to_owned());
    }
    if id.contains('/') {
        found.push("id: must not hold a slash".to_owned());
    }
    let name = asset.pointer("/info/name").and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() {
        found.push("info.name: must not be null".to_owned());
    }
    let owner = asset.pointer("/info/owner").and_then(Value::as_str);
    if owner.is_some_and(|owner| !is_team(owner)) {
        found.push("info.owner: no such team".to_owned());
    }
    found
}

fn object(at: &str, value: &Value, fields: &Fields, found: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        found.push(format!("{at}: must be an object"));
        return;
    };
    for (name, value) in object {
        let at = format!("{at}.{name}");
        match fields.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => shaped(&at, value, *shape, found),
            None => found.push(format!("{at}: not known")),
        }
    }
}

fn shaped(at: &str, value: &Value, shape: Shape, found: &mut Vec<String>) {
    let ok = match shape {
        Shape::Text => value.is_string(),
        Shape::Truth => value.is_boolean(),
        Shape::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        Shape::Any => value.is_object(),
        Shape::Links => value.as_object().is_some_and(only_texts),
        Shape::Info => return object(at, value, INFO, found),
        Shape::Column => return column(at, value, found),
        Shape::Columns => return each(at, value, found, column),
        Shape::Relationships => return each(at, value, found, relationship),
    };
    if !ok {
        found.push(format!("{at}: not what it should be"));
    }
}

fn only_texts(object: &Map<String, Value>) -> bool {
    object.values().all(Value::is_string)
}

fn each(
    at: &str,
    value: &Value,
    found: &mut Vec<String>,
    check: fn(&str, &Value, &mut Vec<String>),
) {
    match value.as_array() {
        Some(all) => all.iter().for_each(|one| check(at, one, found)),
        None => found.push(format!("{at}: must be a list")),
    }
}

fn column(at: &str, value: &Value, found: &mut Vec<String>) {
    object(at, value, COLUMN, found);
    for field in ["name", "type"] {
        if value.get(field).and_then(Value::as_str).is_none() {
            found.push(format!("{at}: a column needs {field}"));
        }
    }
}

fn relationship(at: &str, value: &Value, found: &mut Vec<String>) {
    object(at, value, RELATIONSHIP, found);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(asset: &Value) -> Vec<String> {
        violations("a", asset, &|team| team == "sales")
    }

    #[test]
    fn what_the_schema_describes_is_taken() {
        let items = json!({ "name": "items", "type": "int" });
        let asset = json!({
            "id": "a", "info": { "name": "n", "owner": "sales" }, "custom": { "any": [1] },
            "columns": [{ "name": "c", "type": "array<int>", "items": items, "required": true }],
            "relationships": [{ "relationshipType": "parent", "assetId": "b" }],
            "tags": ["t"], "links": { "l": "x" },
        });
        assert_eq!(found(&asset), Vec::<String>::new());
    }

    #[test]
    fn what_it_does_not_describe_is_refused() {
        for wrong in [
            json!({ "id": "b", "info": { "name": "n" } }),
            json!({ "id": "a", "info": { "name": null } }),
            json!({ "id": "a", "info": {} }),
            json!({ "id": "a", "info": { "name": "n", "owner": "nobody" } }),
            json!({ "id": "a", "info": { "name": "n", "color": "red" } }),
            json!({ "id": "a", "info": { "name": "n" }, "colour": "red" }),
            json!({ "id": "a", "info": { "name": "n" }, "columns": [{ "name": "c" }] }),
            json!({ "id": "a", "info": { "name": "n" }, "links": { "l": 1 } }),
            json!([]),
        ] {
            assert!(!found(&wrong).is_empty(), "{wrong}");
        }
    }
}
