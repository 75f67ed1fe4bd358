//! How a queue is set up and what waits in it, as whoever operates it sees it.

use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use serde::Deserialize;

use crate::aws::AwsError;
use crate::queue::QueueError;

/// A queue, as it is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueState {
    /// Its ARN.
    pub arn: String,
    /// Whether it keeps order.
    pub is_fifo: bool,
    /// How long a message stays hidden while it is handled, in seconds.
    pub hidden_seconds: u32,
    /// Where messages go that cannot be handled, and after how many receives.
    pub sets_aside: Option<(String, u32)>,
    /// About how many messages wait or are being handled.
    pub messages: u64,
}

/// Queues that can be described.
pub trait QueueStates: Send + Sync {
    /// The queue of this URL.
    fn state(&self, url: &str) -> impl Future<Output = Result<QueueState, QueueError>> + Send;
}

impl QueueStates for Client {
    async fn state(&self, url: &str) -> Result<QueueState, QueueError> {
        let get = self.get_queue_attributes().queue_url(url);
        let got = get.attribute_names(QueueAttributeName::All).send().await;
        let got = got.map_err(|err| QueueError(AwsError::of("sqs:GetQueueAttributes", err)))?;
        let all = got.attributes.unwrap_or_default();
        let text = |name: QueueAttributeName| all.get(&name).cloned().unwrap_or_default();
        let waiting = text(QueueAttributeName::ApproximateNumberOfMessages);
        let handled = text(QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
        let figure = |text: String| text.parse::<u64>().unwrap_or_default();
        Ok(QueueState {
            arn: text(QueueAttributeName::QueueArn),
            is_fifo: text(QueueAttributeName::FifoQueue) == "true",
            hidden_seconds: text(QueueAttributeName::VisibilityTimeout).parse().unwrap_or_default(),
            sets_aside: redrive(&text(QueueAttributeName::RedrivePolicy)),
            messages: figure(waiting) + figure(handled),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    // A number, which some put into quotes.
    max_receive_count: serde_json::Value,
}

fn redrive(policy: &str) -> Option<(String, u32)> {
    let policy: RedrivePolicy = serde_json::from_str(policy).ok()?;
    let count = policy.max_receive_count;
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
    Some((policy.dead_letter_target_arn, u32::try_from(count).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_messages_are_set_aside_is_read_with_and_without_quotes() {
        let expected = Some(("arn:aws:sqs:eu-west-1:1:dead.fifo".to_owned(), 5));
        for count in ["5", "\"5\""] {
            let target = "arn:aws:sqs:eu-west-1:1:dead.fifo";
            let policy =
                format!(r#"{{"deadLetterTargetArn":"{target}","maxReceiveCount":{count}}}"#);
            assert_eq!(redrive(&policy), expected);
        }
        assert_eq!(redrive(""), None);
    }
}
