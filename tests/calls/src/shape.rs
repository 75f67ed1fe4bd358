//! What two calls have in common that no model can tell apart.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

/// Longer words are no constants of a protocol.
const LONGEST_WORD: usize = 40;

/// The classes of a text's characters in order, each once in a row, and how many digits its length
/// has in binary. A word stays as it is: it may be one of a few that are allowed.
pub(crate) fn of_text(text: &str) -> String {
    let is_word = text.len() <= LONGEST_WORD && text.bytes().all(|one| one.is_ascii_alphabetic());
    if is_word {
        return text.to_owned();
    }
    let mut shape = String::new();
    let mut before = None;
    for class in text.chars().map(class) {
        if before != Some(class) {
            shape.push(class);
            before = Some(class);
        }
    }
    let magnitude = usize::BITS - text.len().leading_zeros();
    let _ = write!(shape, "~{magnitude}");
    shape
}

fn class(one: char) -> char {
    match one {
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        '0'..='9' => '0',
        other => other,
    }
}

/// Members by name; of a list, each shape once.
pub(crate) fn of_json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => of_text(&number.to_string()),
        Value::String(text) => of_text(text),
        Value::Array(all) => {
            let shapes: BTreeSet<String> = all.iter().map(of_json).collect();
            format!("{} {shapes:?}", usize::BITS - all.len().leading_zeros())
        }
        Value::Object(members) => {
            let named: BTreeSet<(&String, String)> =
                members.iter().map(|(name, value)| (name, of_json(value))).collect();
            format!("{named:?}")
        }
    }
}

/// Names, and the shape of each value.
pub(crate) fn of_form(form: &[u8]) -> String {
    let pairs = url::form_urlencoded::parse(form);
    let shapes: Vec<String> = pairs.map(|(n, value)| format!("{n}={}", of_text(&value))).collect();
    shapes.join("&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_differ_in_their_letters_and_numbers_have_one_shape() {
        assert_eq!(of_text("orders_2024/a"), of_text("returns_17/xyz"));
        assert_eq!(of_json(&json!([{"Id": "a-1"}])), of_json(&json!([{"Id": "b-2"}])));
    }

    #[test]
    fn another_character_length_word_or_member_is_another_shape() {
        assert_ne!(of_text("orders_2024"), of_text("orders-2024"));
        assert_ne!(of_text("orders_2024"), of_text(&"orders_2024".repeat(30)));
        assert_ne!(of_text("FIFO"), of_text("LIFO"));
        assert_ne!(of_json(&json!({"A": 1})), of_json(&json!({"B": 1})));
        assert_ne!(of_form(b"A=1"), of_form(b"A=1&B=1"));
    }
}
