//! Free fields of a catalog document, whichever form the document has.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ids::DocumentId;

/// Fields whose value is text, by name.
pub type CustomFields = BTreeMap<String, String>;

/// The fields are there and are not of the documented form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FieldsError(&'static str);

/// Why the catalog's answer is not the description of a team or member.
#[derive(Debug, thiserror::Error)]
pub enum PartyError {
    /// Not JSON, or JSON of something else.
    #[error("the answer is not {asked}")]
    Other {
        /// What was asked for.
        asked: DocumentId,
        /// What is wrong with the answer's syntax.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The right one, with fields in a form that cannot be read.
    #[error(transparent)]
    Fields(FieldsError),
}

/// The free fields of a team or a member.
pub fn of_party(asked: &DocumentId, json: &str) -> Result<CustomFields, PartyError> {
    let other = |source| PartyError::Other { asked: asked.clone(), source };
    let value: Value = serde_json::from_str(json).map_err(|err| other(Some(err)))?;
    let parts = ["id", "emailAddress", "custom"];
    if !parts.iter().any(|part| value.get(part).is_some()) {
        return Err(other(None));
    }
    of_map(value.get("custom")).map_err(PartyError::Fields)
}

/// Reads `custom`, a map. Values that are no text are not ours to read.
pub(crate) fn of_map(found: Option<&Value>) -> Result<CustomFields, FieldsError> {
    match found {
        None | Some(Value::Null) => Ok(CustomFields::new()),
        Some(Value::Object(all)) => {
            Ok(texts(all.iter().map(|(name, value)| (name.as_str(), value))))
        }
        Some(_) => Err(FieldsError("custom is not a map of texts")),
    }
}

/// Reads `customProperties`, a list of property and value. Entries of another form are passed over.
pub(crate) fn of_properties(found: Option<&Value>) -> Result<CustomFields, FieldsError> {
    match found {
        None | Some(Value::Null) => Ok(CustomFields::new()),
        Some(Value::Array(all)) => Ok(texts(all.iter().filter_map(property))),
        Some(_) => Err(FieldsError("customProperties is not a list of properties")),
    }
}

/// The value of a property that is not text.
pub(crate) fn property_named<'a>(found: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    let all = found?.as_array()?.iter().filter_map(property);
    all.into_iter().find(|(found, _)| *found == name).map(|(_, value)| value)
}

fn property(entry: &Value) -> Option<(&str, &Value)> {
    Some((entry.get("property")?.as_str()?, entry.get("value")?))
}

fn texts<'a>(all: impl Iterator<Item = (&'a str, &'a Value)>) -> CustomFields {
    all.filter_map(|(name, value)| Some((name.to_owned(), text(value)?))).collect()
}

/// A text that says something.
pub(crate) fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The catalog writes `"unknown"` where it means nothing.
pub(crate) fn stated(found: Option<&Value>) -> Option<String> {
    text(found?).filter(|text| text != "unknown")
}

/// Texts, and whole numbers as people write account numbers, of an object's own members.
pub(crate) fn scalars(found: Option<&Value>) -> CustomFields {
    let members = found.and_then(Value::as_object).into_iter().flatten();
    let scalar = |value: &Value| text(value).or_else(|| Some(value.as_u64()?.to_string()));
    members.filter_map(|(name, value)| Some((name.clone(), scalar(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_map_and_a_list_of_properties_say_the_same() {
        let map = json!({"a": " x ", "b": 7, "c": "", "d": {"e": "f"}});
        let list = json!([{"property": "a", "value": "x"}, {"property": "b", "value": 7},
                          {"property": "d", "value": {"e": "f"}}, {"value": "nameless"}, 3]);
        let expected = CustomFields::from([("a".to_owned(), "x".to_owned())]);
        assert_eq!(of_map(Some(&map)).unwrap(), expected);
        assert_eq!(of_properties(Some(&list)).unwrap(), expected);
        assert_eq!(property_named(Some(&list), "d"), Some(&json!({"e": "f"})));
    }

    #[test]
    fn absent_fields_are_no_fields_and_fields_of_another_form_are_an_error() {
        assert!(of_map(None).unwrap().is_empty());
        assert!(of_properties(Some(&Value::Null)).unwrap().is_empty());
        assert!(of_map(Some(&json!([]))).is_err());
        assert!(of_properties(Some(&json!({}))).is_err());
    }

    #[test]
    fn a_team_and_a_member_keep_their_fields_in_a_map() {
        let team = DocumentId::Team("marketing".parse().unwrap());
        let fields = of_party(&team, r#"{"id":"marketing","custom":{"aws-role-name":"m"}}"#);
        assert_eq!(fields.unwrap().len(), 1);
        for other in ["", "<html>", "[]", r#"{"error":"busy"}"#] {
            assert!(matches!(of_party(&team, other), Err(PartyError::Other { .. })), "{other}");
        }
    }

    #[test]
    fn unknown_and_blank_say_nothing() {
        for nothing in [json!("unknown"), json!(" "), json!(null), json!(7)] {
            assert_eq!(stated(Some(&nothing)), None, "{nothing}");
        }
        assert_eq!(stated(Some(&json!("team"))), Some("team".to_owned()));
    }

    #[test]
    fn an_account_written_as_a_number_is_read_as_text() {
        let found = scalars(Some(&json!({"account": 123_456_789_012_u64, "roles": []})));
        assert_eq!(found.get("account").map(String::as_str), Some("123456789012"));
        assert_eq!(found.len(), 1);
    }
}
