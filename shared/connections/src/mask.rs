//! What a catalog shows instead of a secret must never be taken for the secret.

use domain::Failure;
use serde_json::Value;

use crate::walk;

/// `OpenMetadata` shows nine; some servers show more.
const SHORTEST: usize = 9;

/// Fields hold a mask where a secret belongs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{}: only asterisks, which is what a catalog shows to readers that may not see the secret; \
     give the secret itself, or a token that may read credentials", .fields.join(", ")
)]
pub struct Masked {
    /// The paths of the fields.
    pub fields: Vec<String>,
}

impl Masked {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        Failure::Halt
    }
}

/// Whether the text is a mask: nine or more asterisks and nothing else.
pub fn is_mask(text: &str) -> bool {
    text.len() >= SHORTEST && text.bytes().all(|byte| byte == b'*')
}

/// The document, if no field of it holds a mask.
pub fn refused(mut document: Value) -> Result<Value, Masked> {
    let mut fields = Vec::new();
    walk::texts(&mut document, &mut |path, text| {
        if text.as_str().is_some_and(is_mask) {
            fields.push(path.to_owned());
        }
    });
    if fields.is_empty() { Ok(document) } else { Err(Masked { fields }) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn c7_a_mask_in_any_field_is_an_error_that_names_the_field() {
        let document = json!({
            "awsConfig": {"awsSecretAccessKey": "*********", "awsRegion": "eu-west-1"},
            "more": ["**********"],
        });
        let masked = refused(document).unwrap_err();
        assert_eq!(masked.fields, ["awsConfig.awsSecretAccessKey", "more[0]"]);
        assert!(!masked.to_string().contains("****"), "{masked}");
    }

    #[test]
    fn asterisks_within_a_text_and_fewer_than_nine_are_no_mask() {
        let document = json!({"a": "********", "b": "a*********", "c": "*", "d": ""});
        assert_eq!(refused(document.clone()).unwrap(), document);
    }
}
