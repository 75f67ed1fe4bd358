//! What people and other programs added to an asset stays; what is ours becomes as it should be.

use serde_json::{Map, Value, json};

use super::id::is_ours;
use super::runs::MOST_RUNS;

/// Custom fields that are taken away when Glue does not know them any more. Those of runs
/// (`lastRun`, `recentRuns`) are not among them: an asset is also written without its runs.
const CUSTOM: &[&str] = &[
    "account",
    "region",
    "database",
    "table",
    "location",
    "format",
    "kind",
    "linksTo",
    "tasks",
    "script",
    "glueVersion",
    "role",
    "changedOn",
    "reads",
    "writes",
    "schedule",
    "starts",
    "fills",
    "paths",
];
/// What people may say about a column that Glue says nothing about.
const OF_COLUMNS: &[&str] =
    &["description", "required", "unique", "primaryKey", "qualifiedName", "tags", "links"];
const LINK: &str = "AWS console";

/// An asset, or a part of one.
type Object = Map<String, Value>;

/// The asset as it should be: all of `ours`, with what `found` has beside it.
pub(super) fn with_entity(found: Option<&Object>, ours: &Object) -> Object {
    let mut all = found.cloned().unwrap_or_default();
    // Set by people in the catalog itself, and not to be sent.
    all.remove("assignedTags");
    for (field, value) in ours {
        let before = all.get(field);
        let after = match (field.as_str(), value) {
            ("info", Value::Object(info)) => with(before, info, &[]),
            ("custom", Value::Object(custom)) => with(before, custom, CUSTOM),
            ("links", Value::Object(links)) => with(before, links, &[LINK]),
            ("columns", Value::Array(columns)) => with_columns(before, columns),
            ("relationships", Value::Array(parents)) => with_parents(before, parents),
            _ => value.clone(),
        };
        all.insert(field.clone(), after);
    }
    let info = all.entry("info").or_insert_with(|| json!({}));
    if let Some(info) = info.as_object_mut().filter(|info| info.get("status").is_none()) {
        info.insert("status".to_owned(), json!("active"));
    }
    all
}

/// The team that `ours` names as owner.
pub(super) fn owner(ours: &Object) -> Option<&str> {
    ours.get("info")?.get("owner")?.as_str()
}

/// The asset as it should be, except that `owner` does not own it: who owned it before still does.
pub(super) fn without_owner(found: Option<&Object>, ours: &Object, owner: &str) -> Object {
    let before = found.and_then(self::owner).filter(|before| *before != owner);
    let mut all = with_entity(found, ours);
    if let Some(info) = all.get_mut("info").and_then(Value::as_object_mut) {
        info.remove("owner");
        info.extend(before.map(|before| ("owner".to_owned(), json!(before))));
    }
    all
}

/// `before` without the fields `owned`, and with `ours`.
fn with(before: Option<&Value>, ours: &Object, owned: &[&str]) -> Value {
    let mut all = before.and_then(Value::as_object).cloned().unwrap_or_default();
    all.retain(|field, _| !owned.contains(&field.as_str()));
    all.extend(ours.clone());
    Value::Object(all)
}

fn with_parents(before: Option<&Value>, ours: &[Value]) -> Value {
    let is_other = |one: &&Value| {
        let id = one.get("assetId").and_then(Value::as_str).unwrap_or_default();
        !(is_ours(id) && one.get("relationshipType") == Some(&json!("parent")))
    };
    let others = before.and_then(Value::as_array).into_iter().flatten().filter(is_other);
    ours.iter().chain(others).cloned().collect()
}

fn with_columns(before: Option<&Value>, ours: &[Value]) -> Value {
    let found: Vec<&Object> = before
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    let same =
        |ours: &Object| found.iter().copied().find(|one| one.get("name") == ours.get("name"));
    let columns = ours.iter().filter_map(Value::as_object);
    columns.map(|ours| with_column(same(ours), ours)).collect()
}

fn with_column(found: Option<&Object>, ours: &Object) -> Value {
    let Some(found) = found else { return Value::Object(ours.clone()) };
    let kept = found.iter().filter(|(field, _)| OF_COLUMNS.contains(&field.as_str()));
    let mut all: Object = kept.map(|(field, value)| (field.clone(), value.clone())).collect();
    all.extend(ours.clone());
    let custom = with(found.get("custom"), &object(ours.get("custom")), &["partitionKey"]);
    if custom.as_object().is_some_and(|custom| !custom.is_empty()) || found.contains_key("custom") {
        all.insert("custom".to_owned(), custom);
    }
    if let Some(Value::Array(fields)) = ours.get("properties") {
        all.insert("properties".to_owned(), with_columns(found.get("properties"), fields));
    }
    if let Some(Value::Object(items)) = ours.get("items") {
        let before = found.get("items").and_then(Value::as_object);
        all.insert("items".to_owned(), with_column(before, items));
    }
    Value::Object(all)
}

/// The asset with these runs among the newest it shows; its status is that of the last.
pub(super) fn with_runs(found: &Object, runs: &[Value]) -> Object {
    let mut all = found.clone();
    all.remove("assignedTags");
    let mut custom = object(found.get("custom"));
    let is_known = |run: &Value| runs.iter().any(|new| new.get("id") == run.get("id"));
    let before = custom.get("recentRuns").and_then(Value::as_array).into_iter().flatten();
    let mut recent: Vec<Value> = before.filter(|run| !is_known(run)).chain(runs).cloned().collect();
    let text =
        |run: &Value, field| run.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    recent.sort_by_key(|run| std::cmp::Reverse((text(run, "startedOn"), text(run, "id"))));
    recent.truncate(MOST_RUNS);
    if let Some(last) = recent.first().cloned() {
        let mut info = object(found.get("info"));
        info.insert("status".to_owned(), json!(text(&last, "state")));
        all.insert("info".to_owned(), Value::Object(info));
        custom.insert("lastRun".to_owned(), last);
    }
    custom.insert("recentRuns".to_owned(), Value::Array(recent));
    all.insert("custom".to_owned(), Value::Object(custom));
    all
}

fn object(value: Option<&Value>) -> Object {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Whether an asset is already so; what only the catalog sets does not count.
pub(super) fn is_same(found: &Object, wanted: &Object) -> bool {
    let shown = found.iter().filter(|(field, _)| *field != "assignedTags");
    shown.clone().count() == wanted.len() && shown.clone().all(|(k, v)| wanted.get(k) == Some(v))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: &Value) -> Object {
        object(Some(value))
    }

    fn run(id: &str, started: &str, state: &str) -> Value {
        json!({ "id": id, "startedOn": started, "state": state })
    }

    #[test]
    fn what_others_added_stays() {
        let ours = map(&json!({
            "id": "glue.1", "info": { "name": "t" }, "custom": { "format": "csv" },
            "columns": [{ "name": "a", "type": "int" }],
            "relationships": [{ "relationshipType": "parent", "assetId": "glue.new" }],
            "links": { "AWS console": "new" },
        }));
        let found = map(&json!({
            "id": "glue.1",
            "info": { "name": "old", "owner": "team", "description": "by hand", "status": "x" },
            "custom": { "cost-centre": 7, "location": "s3://gone" },
            "columns": [{ "name": "a", "type": "string", "tags": ["pii"], "custom": { "k": 1 } },
                        { "name": "gone", "type": "int" }],
            "relationships": [{ "relationshipType": "parent", "assetId": "glue.old" },
                              { "relationshipType": "uses", "assetId": "other" }],
            "links": { "AWS console": "old", "Wiki": "w" },
            "tags": ["gold"], "assignedTags": ["by-hand"],
        }));
        assert_eq!(
            Value::Object(with_entity(Some(&found), &ours)),
            json!({
                "id": "glue.1",
                "info": { "name": "t", "owner": "team", "description": "by hand", "status": "x" },
                "custom": { "cost-centre": 7, "format": "csv" },
                "columns": [{ "name": "a", "type": "int", "tags": ["pii"], "custom": { "k": 1 } }],
                "relationships": [{ "relationshipType": "parent", "assetId": "glue.new" },
                                  { "relationshipType": "uses", "assetId": "other" }],
                "links": { "AWS console": "new", "Wiki": "w" },
                "tags": ["gold"],
            })
        );
    }

    #[test]
    fn merging_a_second_time_changes_nothing() {
        let ours =
            map(&json!({ "id": "x", "info": {}, "custom": { "kind": "view" }, "columns": [] }));
        let mut once = with_entity(None, &ours);
        assert!(is_same(&once, &with_entity(Some(&once), &ours)));
        once.insert("assignedTags".to_owned(), json!(["a"]));
        assert!(is_same(&once, &with_entity(Some(&once), &ours)));
    }

    #[test]
    fn the_newest_runs_are_kept_and_the_last_gives_the_status() {
        let old: Vec<Value> =
            (10..20).map(|day| run(&day.to_string(), &format!("2026-01-{day}"), "OK")).collect();
        let found = map(&json!({ "info": { "name": "n" }, "custom": { "recentRuns": old } }));
        let new = [run("19", "2026-01-19", "LATE"), run("30", "2026-01-30", "RUNNING")];
        let after = with_runs(&found, &new);
        let recent = after["custom"]["recentRuns"].as_array().unwrap();
        assert_eq!(recent.len(), MOST_RUNS);
        assert_eq!((&recent[0]["id"], &recent[1]["state"]), (&json!("30"), &json!("LATE")));
        assert_eq!(after["info"], json!({ "name": "n", "status": "RUNNING" }));
        assert_eq!(after["custom"]["lastRun"]["id"], "30");
    }
}
