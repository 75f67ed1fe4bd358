//! What starts functions at set times: rules of `EventBridge`.

use std::future::Future;

use aws_sdk_eventbridge::Client;

use crate::aws::{AwsError, code};

/// A schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// When, as `EventBridge` spells it.
    pub expression: String,
    /// Whether it starts anything at all.
    pub is_enabled: bool,
    /// ARNs of what it starts.
    pub targets: Vec<String>,
}

/// Which schedules there are.
pub trait Schedules: Send + Sync {
    /// The schedule; `None` when there is none of this name.
    fn schedule(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<Schedule>, AwsError>> + Send;
}

/// The real `EventBridge`.
#[derive(Clone, Debug)]
pub struct EventBridge {
    client: Client,
}

impl EventBridge {
    /// Reads with the caller's credentials.
    pub fn new(aws: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(aws) }
    }
}

impl Schedules for EventBridge {
    async fn schedule(&self, name: &str) -> Result<Option<Schedule>, AwsError> {
        let rule = match self.client.describe_rule().name(name).send().await {
            Ok(rule) => rule,
            Err(error) if code(&error) == Some("ResourceNotFoundException") => return Ok(None),
            Err(error) => return Err(AwsError::of("events:DescribeRule", error)),
        };
        let targets = self.client.list_targets_by_rule().rule(name).send().await;
        let targets = targets.map_err(|err| AwsError::of("events:ListTargetsByRule", err))?;
        Ok(Some(Schedule {
            expression: rule.schedule_expression.unwrap_or_default(),
            is_enabled: rule.state.is_some_and(|state| state.as_str() == "ENABLED"),
            targets: targets.targets.unwrap_or_default().into_iter().map(|t| t.arn).collect(),
        }))
    }
}
