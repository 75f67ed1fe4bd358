//! The texts of a document, each with the path that leads to it.

use serde_json::Value;

/// Calls `visit` for every scalar that is text, in the document's order. Names of fields are not
/// visited. A path reads `connections.sales.tags[2]`.
pub(crate) fn texts<'a>(document: &'a mut Value, visit: &mut impl FnMut(&str, &'a mut Value)) {
    below("", document, visit);
}

fn below<'a>(path: &str, value: &'a mut Value, visit: &mut impl FnMut(&str, &'a mut Value)) {
    match value {
        Value::String(_) => visit(path, value),
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                below(&format!("{path}[{index}]"), item, visit);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                below(&format!("{path}{dot}{name}"), field, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
