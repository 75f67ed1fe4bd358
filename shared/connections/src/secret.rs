//! `secret:<id>` in the texts of a document: the text lies in Secrets Manager.

use std::collections::BTreeMap;

use clients::secrets::{SecretError, Secrets};
use domain::Failure;
use serde_json::Value;

use crate::walk;

const PREFIX: &str = "secret:";

/// A secret that a field names could not be used.
#[derive(Debug, thiserror::Error)]
pub enum UnresolvedError {
    /// Nothing behind `secret:`.
    #[error("{field}: `secret:` must be followed by the secret's name or ARN")]
    Unnamed {
        /// The path of the field.
        field: String,
    },
    /// It could not be read. What stands in the field is never used instead.
    #[error("{field}")]
    Unread {
        /// The path of the field.
        field: String,
        /// Names the secret.
        #[source]
        source: SecretError,
    },
}

impl UnresolvedError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Unnamed { .. } => Failure::Halt,
            Self::Unread { source, .. } => source.failure(),
        }
    }
}

/// Replaces every text that begins with `secret:` by what that secret holds, white space around it
/// cut off. Each secret is read once. What a secret holds is not looked at again.
///
/// A secret that holds the word `null` makes the field absent: that is how `OpenMetadata` stores
/// "none" in a secrets manager.
pub async fn resolve(
    mut document: Value,
    secrets: &impl Secrets,
) -> Result<Value, UnresolvedError> {
    let mut fields = Vec::new();
    walk::texts(&mut document, &mut |path, value| {
        let id = value.as_str().and_then(|text| text.strip_prefix(PREFIX));
        if let Some(id) = id.map(|id| id.trim().to_owned()) {
            fields.push((path.to_owned(), id, value));
        }
    });
    let mut read: BTreeMap<String, Value> = BTreeMap::new();
    for (field, id, value) in fields {
        if let Some(known) = read.get(&id) {
            *value = known.clone();
            continue;
        }
        *value = text_of(secrets, field, &id).await?;
        read.insert(id, value.clone());
    }
    Ok(document)
}

async fn text_of(
    secrets: &impl Secrets,
    field: String,
    id: &str,
) -> Result<Value, UnresolvedError> {
    if id.is_empty() {
        return Err(UnresolvedError::Unnamed { field });
    }
    let read = secrets.read(id).await.and_then(|text| match text.trim() {
        "" => Err(SecretError::Unusable { name: id.to_owned() }),
        "null" => Ok(Value::Null),
        text => Ok(Value::from(text)),
    });
    read.map_err(|source| UnresolvedError::Unread { field, source })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use clients::aws::AwsError;
    use serde_json::json;

    use super::*;

    /// Secrets by name, and the names that were asked for.
    #[derive(Default)]
    struct Vault {
        texts: BTreeMap<&'static str, &'static str>,
        asked: Mutex<Vec<String>>,
    }

    impl Secrets for Vault {
        async fn read(&self, name: &str) -> Result<String, SecretError> {
            self.asked.lock().unwrap().push(name.to_owned());
            let text = self.texts.get(name).copied();
            match text {
                Some("denied") => {
                    let denied = AwsError::Denied {
                        action: "secretsmanager:GetSecretValue",
                        source: "as asked".into(),
                    };
                    Err(SecretError::Aws { name: name.to_owned(), source: denied })
                }
                Some(text) => Ok(text.to_owned()),
                None => Err(SecretError::Missing { name: name.to_owned() }),
            }
        }
    }

    fn vault(texts: &[(&'static str, &'static str)]) -> Vault {
        Vault { texts: texts.iter().copied().collect(), asked: Mutex::default() }
    }

    #[tokio::test]
    async fn c6_a_secret_takes_the_place_of_its_name() {
        let arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:sales-a1b2c3";
        let vault = vault(&[("sales/key", "s3cr3t\n"), (arn, "token")]);
        let document = json!({
            "awsSecretAccessKey": "secret:sales/key",
            "awsSessionToken": format!("secret:{arn}"),
            "description": "a secret: none",
        });
        let resolved = resolve(document, &vault).await.unwrap();
        assert_eq!(resolved["awsSecretAccessKey"], "s3cr3t");
        assert_eq!(resolved["awsSessionToken"], "token");
        assert_eq!(resolved["description"], "a secret: none");
    }

    #[tokio::test]
    async fn a_secret_named_twice_is_read_once() {
        let vault = vault(&[("key", "text")]);
        let document = json!(["secret:key", {"again": "secret:key"}]);
        assert_eq!(resolve(document, &vault).await.unwrap(), json!(["text", {"again": "text"}]));
        assert_eq!(*vault.asked.lock().unwrap(), ["key"]);
    }

    #[tokio::test]
    async fn c6_a_secret_that_cannot_be_read_is_an_error_with_field_and_name() {
        let vault = vault(&[("empty", " \n"), ("closed", "denied")]);
        for (name, told) in [
            ("gone", "secret gone does not exist"),
            ("empty", "secret empty holds no usable text"),
            ("closed", "secret closed"),
        ] {
            let document = json!({"awsConfig": {"awsSecretAccessKey": format!("secret:{name}")}});
            let error = resolve(document, &vault).await.unwrap_err();
            assert_eq!(error.to_string(), "awsConfig.awsSecretAccessKey");
            let source = std::error::Error::source(&error).unwrap().to_string();
            assert!(source.starts_with(told), "{source}");
            assert_eq!(error.failure(), Failure::Halt);
        }
        let error = resolve(json!({"key": "secret: "}), &vault).await.unwrap_err();
        assert!(error.to_string().starts_with("key: "), "{error}");
    }

    #[tokio::test]
    async fn what_a_secret_holds_is_not_resolved_again() {
        let vault = vault(&[("first", "secret:second"), ("second", "never")]);
        assert_eq!(resolve(json!("secret:first"), &vault).await.unwrap(), "secret:second");
    }

    #[tokio::test]
    async fn a_stored_null_makes_the_field_absent() {
        let vault = vault(&[("none", "null")]);
        let resolved = resolve(json!({"awsSessionToken": "secret:none"}), &vault).await.unwrap();
        assert_eq!(resolved, json!({"awsSessionToken": null}));
    }
}
