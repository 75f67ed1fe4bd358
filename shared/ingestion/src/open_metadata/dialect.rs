//! What servers of different versions take: bodies are made for the newest, and changed for older ones.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::options::Version;

/// The first version that knows a run's `executionId`.
const WITH_EXECUTION_ID: Version = Version { major: 1, minor: 11 };
/// The first version that says of each partition column how it partitions.
const WITH_PARTITION_COLUMNS: Version = Version { major: 1, minor: 4 };
/// Fields that a body makes sense without.
const OPTIONAL: [&str; 7] = [
    "executionId",
    "tablePartition",
    "fileFormat",
    "locationPath",
    "sourceUrl",
    "source",
    "taskType",
];
/// How the server says that it does not know a field.
const UNKNOWN: &str = "Unrecognized field \"";

/// What one server takes.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    version: Version,
    unknown: BTreeSet<(String, String)>,
}

impl Dialect {
    /// Of a server of this version.
    pub(super) fn of(version: Version) -> Self {
        Self { version, unknown: BTreeSet::new() }
    }

    /// `body` as this server takes it at `place`.
    pub(super) fn adapt(&self, place: &str, mut body: Value) -> Value {
        if place == "status" && self.version < WITH_EXECUTION_ID {
            remove(&mut body, "executionId");
        }
        if place == "tables" && self.version < WITH_PARTITION_COLUMNS {
            flatten_partition(&mut body);
        }
        for (_, field) in self.unknown.iter().filter(|(of, _)| of == place) {
            remove(&mut body, field);
        }
        body
    }

    /// Remembers the field that a refusal names; false if it names none that can be left out, or one
    /// that was left out already.
    pub(super) fn learn(&mut self, place: &str, words: &str) -> bool {
        let named = words.split_once(UNKNOWN).and_then(|(_, rest)| rest.split('"').next());
        let named = named.filter(|field| OPTIONAL.contains(field));
        named.is_some_and(|field| self.unknown.insert((place.to_owned(), field.to_owned())))
    }
}

/// Wherever it stands.
fn remove(value: &mut Value, field: &str) {
    match value {
        Value::Object(object) => {
            object.remove(field);
            object.values_mut().for_each(|value| remove(value, field));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| remove(value, field)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn flatten_partition(body: &mut Value) {
    let Some(partition) = body.get_mut("tablePartition") else { return };
    let columns = partition.get("columns").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<Value> =
        columns.filter_map(|column| column.get("columnName").cloned()).collect();
    *partition = json!({ "columns": names, "intervalType": "COLUMN-VALUE" });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(version: &str) -> Dialect {
        Dialect::of(version.parse().unwrap())
    }

    #[test]
    fn an_older_server_is_spared_what_it_does_not_know() {
        let status = json!({ "timestamp": 1, "executionId": "jr_1" });
        assert_eq!(dialect("1.10.0").adapt("status", status.clone()), json!({ "timestamp": 1 }));
        assert_eq!(dialect("1.11.0").adapt("status", status.clone()), status);
        let part = json!({ "columnName": "dt", "intervalType": "COLUMN-VALUE" });
        let table = json!({ "tablePartition": { "columns": [part] } });
        assert_eq!(
            dialect("1.3.9").adapt("tables", table.clone()),
            json!({ "tablePartition": { "columns": ["dt"], "intervalType": "COLUMN-VALUE" } })
        );
        assert_eq!(dialect("1.4.0").adapt("tables", table.clone()), table);
    }

    #[test]
    fn only_a_field_that_can_be_missing_is_left_out_and_only_once() {
        let mut dialect = dialect("1.11.0");
        assert!(!dialect.learn("tables", "400: Unrecognized field \"columns\" (class X)"));
        assert!(!dialect.learn("status", "400: Invalid task name executionId"));
        let words = "400: Unrecognized field \"executionId\" (class X)";
        assert!(dialect.learn("status", words) && !dialect.learn("status", words));
        assert_eq!(dialect.adapt("status", json!({ "executionId": "x" })), json!({}));
    }
}
