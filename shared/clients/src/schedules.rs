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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::header;
    use wiremock::{Mock, ResponseTemplate};

    use super::*;
    use crate::local_server::{answering, aws, json_error};

    fn answer(body: &Value) -> ResponseTemplate {
        ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.1")
    }

    #[tokio::test]
    async fn a_schedule_is_read_with_what_it_starts() {
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:dmm-poll_feed";
        let server = calls::mock_server().await;
        for (action, body) in [
            ("DescribeRule", json!({"ScheduleExpression": "rate(1 minute)", "State": "ENABLED"})),
            ("ListTargetsByRule", json!({"Targets": [{"Id": "1", "Arn": function}]})),
        ] {
            let asked = header("x-amz-target", format!("AWSEvents.{action}").as_str());
            Mock::given(asked).respond_with(answer(&body)).mount(&server).await;
        }
        let found = EventBridge::new(&aws(&server)).schedule("dmm-poll_feed").await.unwrap();
        let expected = Schedule {
            expression: "rate(1 minute)".to_owned(),
            is_enabled: true,
            targets: vec![function.to_owned()],
        };
        assert_eq!(found, Some(expected));
    }

    #[tokio::test]
    async fn a_schedule_that_does_not_exist_is_none() {
        let server = answering(json_error(400, "ResourceNotFoundException")).await;
        let found = EventBridge::new(&aws(&server)).schedule("dmm-poll_feed").await.unwrap();
        assert_eq!(found, None);
    }
}
