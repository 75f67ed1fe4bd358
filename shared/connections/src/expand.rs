//! `${NAME}` in the texts of a document that was parsed before: a value cannot alter its structure.

use std::fmt;

use domain::Failure;
use serde_json::Value;

use crate::walk;

/// A variable that is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The path of the field that asks for it.
    pub field: String,
    /// The variable.
    pub variable: String,
}

/// Every variable that is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unset(Vec<Missing>);

impl Unset {
    /// One by one, in the document's order.
    pub fn missing(&self) -> &[Missing] {
        &self.0
    }

    /// What to do about it.
    pub fn failure(&self) -> Failure {
        Failure::Halt
    }
}

impl fmt::Display for Unset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Missing { field, variable }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{field}: {variable} is not set")?;
        }
        Ok(())
    }
}

impl std::error::Error for Unset {}

/// Replaces `${NAME}` and `${NAME:-default}` by what `lookup` knows.
///
/// One pass, texts only, never names of fields; what `lookup` gives is not expanded again. The
/// default counts where the variable is unset or empty, as in a shell. Any other `$` stays as it is
/// written: passwords hold it.
pub fn expand(
    mut document: Value,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<Value, Unset> {
    let mut missing = Vec::new();
    walk::texts(&mut document, &mut |path, value| {
        let Value::String(text) = value else { return };
        let unset = |variable: &str| {
            missing.push(Missing { field: path.to_owned(), variable: variable.to_owned() });
        };
        *text = expanded(text, &lookup, unset);
    });
    if missing.is_empty() { Ok(document) } else { Err(Unset(missing)) }
}

fn expanded(
    text: &str,
    lookup: &impl Fn(&str) -> Option<String>,
    mut unset: impl FnMut(&str),
) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        done.push_str(before);
        let Some((variable, behind)) = Variable::at(after) else {
            done.push_str("${");
            rest = after;
            continue;
        };
        let value = lookup(variable.name);
        match (value, variable.default) {
            (Some(value), None) => done.push_str(&value),
            (Some(value), Some(_)) if !value.is_empty() => done.push_str(&value),
            (_, Some(default)) => done.push_str(default),
            (None, None) => unset(variable.name),
        }
        rest = behind;
    }
    done.push_str(rest);
    done
}

struct Variable<'a> {
    name: &'a str,
    default: Option<&'a str>,
}

impl<'a> Variable<'a> {
    /// Reads what stands behind `${`; gives what follows the closing brace.
    fn at(text: &'a str) -> Option<(Self, &'a str)> {
        let (inside, behind) = text.split_once('}')?;
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        is_name(name).then_some((Self { name, default }, behind))
    }
}

fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    text.bytes().next().is_some_and(letter)
        && text.bytes().all(|byte| letter(byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn environment(name: &str) -> Option<String> {
        match name {
            "KEY" => Some("AKIDEXAMPLE".to_owned()),
            "EMPTY" => Some(String::new()),
            "NESTED" => Some("${KEY}".to_owned()),
            "HOSTILE" => Some("x\"\n  awsRegion: 'elsewhere' # }{".to_owned()),
            _ => None,
        }
    }

    fn one(text: &str) -> String {
        let document = expand(json!({ "field": text }), environment).unwrap();
        document["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn c4_a_variable_that_is_set_is_replaced() {
        assert_eq!(one("${KEY}"), "AKIDEXAMPLE");
        assert_eq!(one("a-${KEY}-${EMPTY}b"), "a-AKIDEXAMPLE-b");
    }

    #[test]
    fn c4_every_variable_that_is_not_set_is_named_with_its_field_and_no_value_is_shown() {
        let document = json!({"connections": {"sales": {"awsConfig": {
            "awsAccessKeyId": "${KEY}",
            "awsSecretAccessKey": "pa$$w${SALES_SECRET}",
            "list": ["${OTHER}"],
        }}}});
        let unset = expand(document, environment).unwrap_err();
        assert_eq!(
            unset.to_string(),
            "connections.sales.awsConfig.awsSecretAccessKey: SALES_SECRET is not set; \
             connections.sales.awsConfig.list[0]: OTHER is not set"
        );
        assert_eq!(unset.missing().len(), 2);
    }

    #[test]
    fn c4_a_dollar_that_names_no_variable_is_left_alone() {
        for text in [
            "te$t", "pa$$w", "$KEY", "$", "$$", "${", "${}", "${1KEY}", "${KEY", "${K-Y}",
            "${ KEY}", "$${", "\\$", "${KEY!}",
        ] {
            assert_eq!(one(text), text);
        }
    }

    #[test]
    fn a_dollar_before_a_variable_is_kept() {
        assert_eq!(one("pa$${KEY}"), "pa$AKIDEXAMPLE");
        assert_eq!(one("${1${KEY}"), "${1AKIDEXAMPLE");
    }

    #[test]
    fn a_default_counts_where_the_variable_is_unset_or_empty() {
        assert_eq!(one("${NONE:-eu-west-1}"), "eu-west-1");
        assert_eq!(one("${EMPTY:-eu-west-1}"), "eu-west-1");
        assert_eq!(one("${KEY:-eu-west-1}"), "AKIDEXAMPLE");
        assert_eq!(one("${NONE:-}"), "");
    }

    #[test]
    fn a_value_is_not_expanded_again() {
        assert_eq!(one("${NESTED}"), "${KEY}");
    }

    #[test]
    fn c4_a_value_with_quotes_and_line_ends_stays_one_text() {
        let document = json!({"awsAccessKeyId": "${HOSTILE}", "awsRegion": "eu-west-1"});
        let expanded = expand(document, environment).unwrap();
        assert_eq!(expanded["awsRegion"], "eu-west-1");
        assert_eq!(expanded["awsAccessKeyId"], environment("HOSTILE").unwrap());
        assert_eq!(expanded.as_object().unwrap().len(), 2);
    }

    #[test]
    fn names_of_fields_are_not_expanded() {
        let document = json!({"${KEY}": 1});
        assert_eq!(expand(document.clone(), environment).unwrap(), document);
    }

    fn documents() -> impl Strategy<Value = Value> {
        let text = prop_oneof!["\\PC{0,12}", "[a$]*\\$\\{(KEY|HOSTILE|NESTED|EMPTY)\\}[}$]*"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map("[$a-z{}]{0,6}", inner, 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// The document with every text replaced by the same one.
    fn shape(mut document: Value) -> Value {
        walk::texts(&mut document, &mut |_, text| *text = Value::from("text"));
        document
    }

    proptest! {
        #[test]
        fn expansion_never_changes_the_structure(document in documents()) {
            if let Ok(expanded) = expand(document.clone(), environment) {
                prop_assert_eq!(shape(expanded), shape(document));
            }
        }

        #[test]
        fn a_text_without_dollar_and_brace_is_never_changed(text in "[^{]{0,40}") {
            prop_assert_eq!(one(&text), text);
        }
    }
}
