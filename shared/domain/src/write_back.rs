//! What the catalog shows about a grant: tags and custom fields of the agreement, nothing else.

use indexmap::IndexMap;
use serde_json::value::{RawValue, to_raw_value};

use crate::plan::Showing;

const OURS: &str = "aws-integration";
const ACTIVE: &str = "aws-integration-active";
const INACTIVE: &str = "aws-integration-inactive";
const FAILED: &str = "aws-integration-failed";
const POLICY_NAME: &str = "aws-policy-name";
const ROLE_ARN: &str = "aws-role-arn";
const ERROR: &str = "aws-integration-error";
const NOTE: &str = "aws-integration-note";

/// Members of an object in their order, each value exactly as it was received.
type Members = IndexMap<String, Box<RawValue>>;

/// Whether the agreement carries a word of ours that may have to be corrected.
pub fn claims_something(document: &str) -> bool {
    let shown = || -> Option<bool> {
        let members: Members = serde_json::from_str(document).ok()?;
        let tags: Vec<Box<RawValue>> = serde_json::from_str(members.get("tags")?.get()).ok()?;
        Some(tags.iter().any(|tag| [ACTIVE, FAILED].iter().any(|ours| is_text(tag, ours))))
    };
    shown().unwrap_or(false)
}

/// The agreement with our tags and fields brought up to date; `None` when they already are.
///
/// Only `tags` and `custom` are rebuilt, and in them only our own entries: everybody else's values
/// are passed on byte for byte, numbers and unknown types included.
pub fn revised(document: &str, showing: &Showing) -> Result<Option<String>, serde_json::Error> {
    let mut members: Members = serde_json::from_str(document)?;
    let tags = member::<Vec<Box<RawValue>>>(&members, "tags")?;
    let custom = member::<Members>(&members, "custom")?;
    let new_tags = revised_tags(&tags, showing)?;
    let new_custom = revised_custom(&custom, showing)?;
    let (same_tags, same_custom) = (same(&tags, &new_tags), same_members(&custom, &new_custom));
    if same_tags && same_custom {
        return Ok(None);
    }
    if !same_tags {
        members.insert("tags".to_owned(), to_raw_value(&new_tags)?);
    }
    if !same_custom {
        members.insert("custom".to_owned(), to_raw_value(&new_custom)?);
    }
    serde_json::to_string(&members).map(Some)
}

/// A member, or its empty form where it is missing or null.
fn member<T: Default + for<'de> serde::Deserialize<'de>>(
    members: &Members,
    name: &str,
) -> Result<T, serde_json::Error> {
    let Some(raw) = members.get(name) else { return Ok(T::default()) };
    serde_json::from_str::<Option<T>>(raw.get()).map(Option::unwrap_or_default)
}

fn revised_tags(
    tags: &[Box<RawValue>],
    showing: &Showing,
) -> Result<Vec<Box<RawValue>>, serde_json::Error> {
    let state = match showing {
        Showing::Granted { .. } => ACTIVE,
        Showing::Inactive => INACTIVE,
        Showing::Failed(_) => FAILED,
    };
    let outdated: Vec<&str> =
        [ACTIVE, INACTIVE, FAILED].into_iter().filter(|tag| *tag != state).collect();
    let stays = |tag: &RawValue| !outdated.iter().any(|old| is_text(tag, old));
    let mut revised: Vec<Box<RawValue>> = tags.iter().filter(|tag| stays(tag)).cloned().collect();
    for wanted in [OURS, state] {
        if !revised.iter().any(|tag| is_text(tag, wanted)) {
            revised.push(to_raw_value(wanted)?);
        }
    }
    Ok(revised)
}

fn revised_custom(custom: &Members, showing: &Showing) -> Result<Members, serde_json::Error> {
    let (policy, role, note, error) = match showing {
        Showing::Granted { role, policy, note } => {
            (Some(policy.as_str().to_owned()), Some(role.to_string()), note.clone(), None)
        }
        Showing::Inactive => (None, None, None, None),
        Showing::Failed(rejection) => (None, None, None, Some(rejection.to_string())),
    };
    let mut revised = custom.clone();
    for (name, value) in [(POLICY_NAME, policy), (ROLE_ARN, role), (NOTE, note), (ERROR, error)] {
        match value {
            None => {
                revised.shift_remove(name);
            }
            Some(text) if revised.get(name).is_some_and(|old| is_text(old, &text)) => {}
            Some(text) => {
                revised.insert(name.to_owned(), to_raw_value(&text)?);
            }
        }
    }
    Ok(revised)
}

fn is_text(raw: &RawValue, text: &str) -> bool {
    serde_json::from_str::<&str>(raw.get()).is_ok_and(|found| found == text)
        || serde_json::from_str::<String>(raw.get()).is_ok_and(|found| found == text)
}

fn same(left: &[Box<RawValue>], right: &[Box<RawValue>]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.get() == r.get())
}

fn same_members(left: &Members, right: &Members) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|((ln, lv), (rn, rv))| ln == rn && lv.get() == rv.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rejection;
    use crate::ids::PolicyName;

    fn granted() -> Showing {
        Showing::Granted {
            role: "arn:aws:iam::123456789012:role/churn".parse().unwrap(),
            policy: PolicyName::of(&"acc-42".parse().unwrap()),
            note: None,
        }
    }

    fn failed() -> Showing {
        Showing::Failed(Rejection::ConsumerMissing)
    }

    #[test]
    fn everything_that_is_not_ours_is_kept_byte_for_byte() {
        let document = r#"{"id":"acc-42","big":12345678901234567890123,"float":1.50,"text":"\u00e4\/","tags":["mine",7,{"a":1.0}],"custom":{"theirs":"x","nested":{"n":1e2}},"later":null}"#;
        let revised = revised(document, &granted()).unwrap().unwrap();
        let expected = r#"{"id":"acc-42","big":12345678901234567890123,"float":1.50,"text":"\u00e4\/","tags":["mine",7,{"a":1.0},"aws-integration","aws-integration-active"],"custom":{"theirs":"x","nested":{"n":1e2},"aws-policy-name":"DMM_DataUsageAgreement_acc-42","aws-role-arn":"arn:aws:iam::123456789012:role/churn"},"later":null}"#;
        assert_eq!(revised, expected);
    }

    #[test]
    fn a_document_that_already_says_so_is_not_written_again() {
        for showing in [granted(), Showing::Inactive, failed()] {
            let once = revised(r#"{"id":"acc-42"}"#, &showing).unwrap().unwrap();
            assert_eq!(revised(&once, &showing).unwrap(), None);
        }
    }

    #[test]
    fn exactly_one_state_is_shown_and_fields_of_another_state_go() {
        let mut document = r#"{"tags":null,"custom":null}"#.to_owned();
        for (showing, tag, field) in [
            (granted(), ACTIVE, Some(POLICY_NAME)),
            (failed(), FAILED, Some(ERROR)),
            (Showing::Inactive, INACTIVE, None),
        ] {
            document = revised(&document, &showing).unwrap().unwrap();
            let value: serde_json::Value = serde_json::from_str(&document).unwrap();
            assert_eq!(value["tags"], serde_json::json!([OURS, tag]));
            let fields = value["custom"].as_object().unwrap();
            assert_eq!(fields.contains_key(ROLE_ARN), tag == ACTIVE);
            assert_eq!(fields.keys().any(|name| Some(name.as_str()) == field), field.is_some());
        }
    }

    #[test]
    fn a_part_that_does_not_change_is_not_added() {
        let revised = revised(r#"{"id":"acc-42"}"#, &Showing::Inactive).unwrap().unwrap();
        assert_eq!(
            revised,
            r#"{"id":"acc-42","tags":["aws-integration","aws-integration-inactive"]}"#
        );
    }

    #[test]
    fn a_document_of_another_form_is_left_alone() {
        for document in ["[]", "", r#"{"tags":"x"}"#, r#"{"custom":[]}"#] {
            assert!(revised(document, &granted()).is_err(), "{document}");
        }
    }

    #[test]
    fn only_a_claim_that_something_is_granted_or_failed_needs_correcting() {
        assert!(claims_something(r#"{"tags":["aws-integration","aws-integration-active"]}"#));
        assert!(!claims_something(r#"{"tags":["aws-integration","aws-integration-inactive"]}"#));
        assert!(!claims_something(r#"{"tags":["mine"]}"#));
        assert!(!claims_something("{}"));
    }
}
