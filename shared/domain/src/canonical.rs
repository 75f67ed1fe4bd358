//! Equality of policy documents as IAM means it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::sha256_hex;

/// Whether two documents say the same: the order of statements, actions, resources and condition
/// values does not count, nor whether a single value stands in a list.
pub fn same_policy(left: &Value, right: &Value) -> bool {
    canonical(left) == canonical(right)
}

/// What a document says, in 64 characters: equal exactly where [`same_policy`] holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a policy document.
    pub fn of(document: &Value) -> Self {
        Self(sha256_hex(&canonical(document).to_string()))
    }
}

/// A document in one order and form. IAM reads `"x"` and `["x"]` alike everywhere a list may stand,
/// and lists as sets.
pub fn canonical(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(canonical).collect();
            items.sort_by_cached_key(Value::to_string);
            items.dedup();
            match items.as_slice() {
                [only] => only.clone(),
                _ => Value::Array(items),
            }
        }
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let pairs =
                names.into_iter().filter_map(|n| Some((n.clone(), canonical(members.get(n)?))));
            Value::Object(pairs.collect::<Map<String, Value>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_and_single_values_do_not_count() {
        let left = json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "x"},
            {"Sid": "B", "Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": ["y", "z"]},
        ]});
        let right = json!({"Statement": [
            {"Resource": ["z", "y"], "Effect": "Allow", "Sid": "B", "Action": ["a:C", "a:B"]},
            {"Effect": "Allow", "Sid": "A", "Action": "s3:GetObject", "Resource": ["x"]},
        ], "Version": "2012-10-17"});
        assert!(same_policy(&left, &right));
    }

    #[test]
    fn a_single_statement_may_stand_alone() {
        let statement = json!({"Effect": "Allow", "Action": "a:B", "Resource": "x"});
        assert!(same_policy(&json!({"Statement": statement}), &json!({"Statement": [statement]})));
    }

    #[test]
    fn any_other_difference_counts() {
        let document =
            json!({"Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": "x"}]});
        for (pointer, other) in
            [("Effect", json!("Deny")), ("Action", json!(["a:B", "a:C"])), ("Resource", json!("X"))]
        {
            let mut changed = document.clone();
            changed["Statement"][0][pointer] = other;
            assert!(!same_policy(&document, &changed), "{pointer}");
        }
        assert!(!same_policy(&document, &json!({})));
    }
}
