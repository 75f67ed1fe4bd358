//! Deployed Lambda functions, as whoever operates them sees them.

use std::collections::BTreeMap;
use std::future::Future;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::EnvironmentResponse;

use crate::aws::{AwsError, code};

/// A function, as it is deployed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its settings.
    pub environment: Environment,
    /// ARN of the role it runs with.
    pub role: String,
    /// `Active` when it can be run.
    pub state: String,
    /// `Successful` when the last change to it has arrived.
    pub last_update: String,
    /// How long it may run, in seconds.
    pub timeout_seconds: u32,
}

/// The settings of a function, as far as whoever asks may see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Environment {
    /// They can be read.
    Known(BTreeMap<String, String>),
    /// They are encrypted with a key that whoever asks cannot use: `Environment.Error` of
    /// `GetFunctionConfiguration`, which then says nothing about any variable.
    Hidden {
        /// Lambda's code and words.
        why: String,
    },
}

impl Default for Environment {
    fn default() -> Self {
        Self::Known(BTreeMap::new())
    }
}

impl Environment {
    fn of(answer: Option<EnvironmentResponse>) -> Self {
        let Some(EnvironmentResponse { variables, error, .. }) = answer else {
            return Self::default();
        };
        match (variables, error) {
            (None, Some(error)) => {
                let code = error.error_code.as_deref().unwrap_or("no code");
                Self::Hidden { why: format!("{code}: {}", error.message.unwrap_or_default()) }
            }
            (variables, _) => Self::Known(variables.unwrap_or_default().into_iter().collect()),
        }
    }

    /// A setting; `None` where there is no such setting, or none that can be seen.
    pub fn get(&self, name: &str) -> Option<&str> {
        match self {
            Self::Known(variables) => variables.get(name).map(String::as_str),
            Self::Hidden { .. } => None,
        }
    }
}

/// What hands messages of a queue to a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// ARN of the queue.
    pub source: String,
    /// `Enabled` when it does.
    pub state: String,
    /// Whether the function's answer about single messages is understood.
    pub reports_failures_one_by_one: bool,
}

/// Which functions there are.
pub trait Functions: Send + Sync {
    /// The function; `None` when there is none of this name.
    fn function(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<Function>, AwsError>> + Send;

    /// What hands it messages.
    fn triggers(&self, name: &str) -> impl Future<Output = Result<Vec<Trigger>, AwsError>> + Send;
}

/// The real Lambda.
#[derive(Clone, Debug)]
pub struct LambdaFunctions {
    client: Client,
}

impl LambdaFunctions {
    /// Reads with the caller's credentials.
    pub fn new(aws: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(aws) }
    }
}

impl Functions for LambdaFunctions {
    async fn function(&self, name: &str) -> Result<Option<Function>, AwsError> {
        let sent = self.client.get_function_configuration().function_name(name).send().await;
        let found = match sent {
            Ok(found) => found,
            Err(error) if code(&error) == Some("ResourceNotFoundException") => return Ok(None),
            Err(error) => return Err(AwsError::of("lambda:GetFunctionConfiguration", error)),
        };
        Ok(Some(Function {
            name: found.function_name.unwrap_or_else(|| name.to_owned()),
            arn: found.function_arn.unwrap_or_default(),
            environment: Environment::of(found.environment),
            role: found.role.unwrap_or_default(),
            state: found.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
            last_update: found
                .last_update_status
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            timeout_seconds: found
                .timeout
                .and_then(|seconds| u32::try_from(seconds).ok())
                .unwrap_or_default(),
        }))
    }

    async fn triggers(&self, name: &str) -> Result<Vec<Trigger>, AwsError> {
        let sent = self.client.list_event_source_mappings().function_name(name).send().await;
        let found = sent.map_err(|err| AwsError::of("lambda:ListEventSourceMappings", err))?;
        let mappings = found.event_source_mappings.unwrap_or_default().into_iter();
        let trigger = |mapping: aws_sdk_lambda::types::EventSourceMappingConfiguration| Trigger {
            source: mapping.event_source_arn.unwrap_or_default(),
            state: mapping.state.unwrap_or_default(),
            reports_failures_one_by_one: mapping
                .function_response_types
                .unwrap_or_default()
                .iter()
                .any(|kind| kind.as_str() == "ReportBatchItemFailures"),
        };
        Ok(mappings.map(trigger).collect())
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::local_server::{answering, aws};

    #[tokio::test]
    async fn what_hands_a_function_its_messages_is_read_with_what_it_understands() {
        let queue = "arn:aws:sqs:eu-west-1:123456789012:dmm-events.fifo";
        let body = serde_json::json!({"EventSourceMappings": [
            {"EventSourceArn": queue, "State": "Enabled",
             "FunctionResponseTypes": ["ReportBatchItemFailures"]},
            {"EventSourceArn": queue, "State": "Disabled"},
        ]});
        let server = answering(ResponseTemplate::new(200).set_body_json(body)).await;
        let found = LambdaFunctions::new(&aws(&server)).triggers("dmm-reconcile").await.unwrap();
        let seen: Vec<(&str, bool)> =
            found.iter().map(|one| (one.state.as_str(), one.reports_failures_one_by_one)).collect();
        assert_eq!(seen, [("Enabled", true), ("Disabled", false)]);
        assert!(found.iter().all(|one| one.source == queue));
    }

    async fn environment(text: &str) -> Environment {
        let body = format!(r#"{{"FunctionName":"dmm-reconcile","Environment":{text}}}"#);
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/json");
        let server = answering(answer).await;
        let found = LambdaFunctions::new(&aws(&server)).function("dmm-reconcile").await;
        found.unwrap().unwrap().environment
    }

    #[tokio::test]
    async fn settings_that_cannot_be_decrypted_are_not_taken_for_none() {
        let error = r#"{"ErrorCode":"AccessDeniedException","Message":"no kms:Decrypt"}"#;
        let hidden = environment(&format!(r#"{{"Error":{error}}}"#)).await;
        let why = "AccessDeniedException: no kms:Decrypt".to_owned();
        assert_eq!(hidden, Environment::Hidden { why });
        assert_eq!(hidden.get("MODE"), None);
        let known = environment(r#"{"Variables":{"MODE":"report"}}"#).await;
        assert_eq!(known.get("MODE"), Some("report"));
        assert_eq!(environment("null").await, Environment::default());
    }
}
