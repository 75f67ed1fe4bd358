//! A document's values as a type, with errors that name the field and never show its value.

use domain::Failure;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A field is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", .field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default())]
pub struct TypeError {
    /// The path of the field; `None` for the document as a whole.
    pub field: Option<String>,
    /// What is wrong.
    pub problem: String,
}

impl TypeError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        Failure::Halt
    }
}

/// The document as a `T`.
pub fn typed<T: DeserializeOwned>(document: Value) -> Result<T, TypeError> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let path = error.path().to_string();
        let field = (path != ".").then_some(path);
        TypeError { field, problem: without_value(&error.into_inner().to_string()) }
    })
}

/// serde quotes the value it met, which may be a secret: `invalid type: string "…", expected a map`.
/// What was expected comes from the type and stands last, so that no value can pretend to be it.
fn without_value(message: &str) -> String {
    let quoting = ["invalid type: ", "invalid value: ", "unknown variant "];
    let Some(start) = quoting.into_iter().find(|start| message.starts_with(start)) else {
        return message.to_owned();
    };
    let found = message.strip_prefix(start).unwrap_or_default();
    let kind = found.split(['"', '`', ',']).next().unwrap_or_default().trim();
    let kind = if kind.is_empty() { "this value" } else { kind };
    match found.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}, found {kind}"),
        None => format!("{kind} does not belong here"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        _connections: Option<BTreeMap<String, Inner>>,
        _kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        _count: Option<u8>,
        _list: Option<Vec<bool>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        One,
        Two,
    }

    fn told(document: Value) -> String {
        typed::<Document>(document).unwrap_err().to_string()
    }

    #[test]
    fn an_error_names_the_field() {
        assert_eq!(
            told(json!({"_connections": {"sales": {"_list": [true, 1]}}})),
            "_connections.sales._list[1]: expected a boolean, found integer"
        );
        assert!(
            told(json!({"_connections": {"sales": {"typo": 1}}}))
                .starts_with("_connections.sales.typo: unknown field `typo`, expected ")
        );
    }

    #[test]
    fn c8_an_error_never_shows_a_value() {
        for document in [
            json!({"_connections": {"sales": "LEAK"}}),
            json!({"_connections": {"sales": {"_count": "LEAK, expected u8"}}}),
            json!({"_connections": {"sales": {"_count": "\"LEAK`"}}}),
            json!({"_kind": "LEAK"}),
            json!("LEAK"),
        ] {
            let told = told(document);
            assert!(!told.contains("LEAK"), "{told}");
            assert!(told.contains("expected "), "{told}");
        }
        let told = told(json!({"_connections": {"sales": {"_count": 4711}}}));
        assert!(!told.contains("4711"), "{told}");
    }
}
