//! Secrets Manager.

use std::future::Future;

use aws_sdk_secretsmanager::Client;
use domain::Failure;

use crate::aws::{AwsError, code};

/// Codes that only an operator can do something about: the key that the secret is encrypted with cannot
/// be used; the name is none; the secret is marked for deletion.
const CLOSED: [&str; 3] =
    ["DecryptionFailure", "InvalidParameterException", "InvalidRequestException"];

/// Why a secret could not be read. Never carries its value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is no such secret.
    #[error("secret {name} does not exist")]
    Missing {
        /// The secret.
        name: String,
    },
    /// It holds nothing that can be used: no text, an empty one, or one that no header can carry.
    #[error("secret {name} holds no usable text: store the key itself as the secret's text")]
    Unusable {
        /// The secret.
        name: String,
    },
    /// It is marked for deletion, its key cannot be used, or it is named in a way that no secret can be.
    #[error("secret {name} is closed: restore it if it is to be deleted, and look at its key")]
    Closed {
        /// The secret.
        name: String,
        /// What AWS said.
        #[source]
        source: AwsError,
    },
    /// The call did not succeed.
    #[error("secret {name}")]
    Aws {
        /// The secret.
        name: String,
        /// Why.
        #[source]
        source: AwsError,
    },
}

impl SecretError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Missing { .. } | Self::Unusable { .. } | Self::Closed { .. } => Failure::Halt,
            Self::Aws { source, .. } => source.failure(),
        }
    }
}

/// Gives out secrets.
pub trait Secrets: Send + Sync {
    /// The text of a secret.
    fn read(&self, name: &str) -> impl Future<Output = Result<String, SecretError>> + Send;
}

/// The real Secrets Manager.
#[derive(Clone, Debug)]
pub struct SecretsManager {
    client: Client,
}

impl SecretsManager {
    /// For a client made elsewhere.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Secrets for SecretsManager {
    async fn read(&self, name: &str) -> Result<String, SecretError> {
        let sent = self.client.get_secret_value().secret_id(name).send().await;
        let name = name.to_owned();
        match sent {
            Ok(output) => output.secret_string.ok_or(SecretError::Unusable { name }),
            Err(error) if code(&error) == Some("ResourceNotFoundException") => {
                Err(SecretError::Missing { name })
            }
            Err(error) => {
                let is_closed = code(&error).is_some_and(|code| CLOSED.contains(&code));
                let source = AwsError::without_answer("secretsmanager:GetSecretValue", &error);
                Err(if is_closed {
                    SecretError::Closed { name, source }
                } else {
                    SecretError::Aws { name, source }
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::local_server::{answering, aws, json_error};

    #[tokio::test]
    async fn a_secret_in_an_answer_that_cannot_be_read_is_not_carried_along() {
        for body in [
            r#"{"SecretString":"LEAK","CreatedDate":"2026-01-01T00:00:00Z"}"#,
            r#"{"SecretString":"LEAK""#,
        ] {
            let answer =
                ResponseTemplate::new(200).set_body_raw(body, "application/x-amz-json-1.1");
            let server = answering(answer).await;
            let read = SecretsManager::new(Client::new(&aws(&server))).read("dmm").await;
            assert!(!format!("{:?}", read.unwrap_err()).contains("LEAK"), "{body}");
        }
    }

    #[tokio::test]
    async fn a_secret_marked_for_deletion_halts_with_what_to_do_and_what_aws_said() {
        let server = answering(json_error(400, "InvalidRequestException")).await;
        let read = SecretsManager::new(Client::new(&aws(&server))).read("dmm").await;
        let told = domain::chain::Chain(&read.unwrap_err()).to_string();
        for part in ["secret dmm is closed", "restore it", "InvalidRequestException", "as asked"] {
            assert!(told.contains(part), "{told}");
        }
    }

    #[tokio::test]
    async fn a_missing_secret_or_right_halts_and_anything_else_is_tried_again() {
        for (status, code, failure) in [
            (400, "ResourceNotFoundException", Failure::Halt),
            (400, "AccessDeniedException", Failure::Halt),
            (400, "InvalidRequestException", Failure::Halt),
            (400, "DecryptionFailure", Failure::Halt),
            (400, "InvalidParameterException", Failure::Halt),
            (400, "ThrottlingException", Failure::Retry),
            (500, "InternalServiceError", Failure::Retry),
        ] {
            let server = answering(json_error(status, code)).await;
            let read = SecretsManager::new(Client::new(&aws(&server))).read("dmm").await;
            assert_eq!(read.unwrap_err().failure(), failure, "{code}");
        }
    }
}
