//! The FIFO queue between the feed and the grants.

use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::Failure;
use domain::event::Message;

use crate::aws::{AwsError, is_denied};

/// Most messages SQS takes in one call.
pub const LARGEST_BATCH: usize = 10;
/// Most bytes SQS takes in one call.
pub const LARGEST_BATCH_BYTES: usize = 1024 * 1024;

/// A message the queue did not take although it took the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the batch.
    pub index: usize,
    /// SQS's code.
    pub code: String,
}

impl Refused {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        refusal(&self.code)
    }
}

/// What to do where a message was refused with this code of SQS's: a key that cannot be used stays so.
pub fn refusal(code: &str) -> Failure {
    if is_denied(code) { Failure::Halt } else { Failure::Retry }
}

/// Why nothing of a batch was sent.
#[derive(Debug, thiserror::Error)]
#[error("queue")]
pub struct QueueError(#[source] pub AwsError);

impl QueueError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        self.0.failure()
    }
}

/// Takes messages in order.
pub trait EventQueue: Send + Sync {
    /// Sends up to [`LARGEST_BATCH`] messages of together up to [`LARGEST_BATCH_BYTES`]. Success
    /// may still name messages that were refused.
    fn send(
        &self,
        batch: &[Message],
    ) -> impl Future<Output = Result<Vec<Refused>, QueueError>> + Send;
}

/// An SQS FIFO queue.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// `url` is the queue's URL.
    pub fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }
}

impl EventQueue for SqsQueue {
    async fn send(&self, batch: &[Message]) -> Result<Vec<Refused>, QueueError> {
        const ACTION: &str = "sqs:SendMessage";
        let entries = batch.iter().enumerate().map(|(index, message)| entry(index, message));
        let entries: Result<Vec<_>, _> = entries.collect();
        let entries = entries.map_err(|err| {
            QueueError(AwsError::Unavailable { action: ACTION, source: Box::new(err) })
        })?;
        let send = self.client.send_message_batch().queue_url(&self.url);
        let answer = send.set_entries(Some(entries)).send().await;
        let output = answer.map_err(|error| QueueError(AwsError::of(ACTION, error)))?;
        let refused = output.failed().iter().map(|failed| Refused {
            index: failed.id().parse().unwrap_or(0),
            code: failed.code().to_owned(),
        });
        Ok(refused.collect())
    }
}

fn entry(
    index: usize,
    message: &Message,
) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body)
        .message_group_id(&message.group)
        .message_deduplication_id(&message.deduplication)
        .build()
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::local_server::{answering, aws, json_error, sqs_error};

    fn messages() -> Vec<Message> {
        let of = |n: usize| Message {
            group: format!("acc-{n}"),
            deduplication: format!("e{n}"),
            body: format!("{{\"id\":\"e{n}\"}}"),
            essence: None,
        };
        (0..3).map(of).collect()
    }

    #[tokio::test]
    async fn messages_refused_within_a_success_are_named_by_their_place() {
        let body =
            r#"{"Successful":[],"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]}"#;
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/x-amz-json-1.0");
        let server = answering(answer).await;
        let queue =
            SqsQueue::new(Client::new(&aws(&server)), "http://q/dmm-events.fifo".to_owned());
        let refused = queue.send(&messages()).await.unwrap();
        assert_eq!(refused, [Refused { index: 1, code: "InternalError".to_owned() }]);
        let request = server.received_requests().await.unwrap().remove(0);
        let sent: serde_json::Value = request.body_json().unwrap();
        assert_eq!(sent["Entries"][2]["MessageGroupId"], "acc-2");
        assert_eq!(sent["Entries"][2]["MessageDeduplicationId"], "e2");
    }

    #[tokio::test]
    async fn a_code_of_sqs_means_the_same_in_its_older_spelling() {
        for (shape, older, failure) in [
            ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", Failure::Halt),
            ("KmsAccessDenied", "KMS.AccessDeniedException", Failure::Halt),
            ("KmsDisabled", "KMS.DisabledException", Failure::Halt),
            ("KmsInvalidKeyUsage", "KMS.InvalidKeyUsageException", Failure::Halt),
            ("KmsInvalidState", "KMS.InvalidStateException", Failure::Halt),
            ("KmsNotFound", "KMS.NotFoundException", Failure::Halt),
            ("KmsOptInRequired", "KMS.OptInRequired", Failure::Halt),
            ("KmsThrottled", "KMS.ThrottlingException", Failure::Retry),
            ("RequestThrottled", "RequestThrottled", Failure::Retry),
        ] {
            let spelled = format!("com.amazonaws.sqs#{shape}");
            for answer in [sqs_error(400, shape, older), json_error(400, &spelled)] {
                let server = answering(answer).await;
                let queue = SqsQueue::new(Client::new(&aws(&server)), "http://q/x.fifo".to_owned());
                let error = queue.send(&messages()).await.unwrap_err();
                assert_eq!(error.failure(), failure, "{shape}");
            }
            let refused = Refused { index: 0, code: older.to_owned() };
            assert_eq!(refused.failure(), failure, "{older}");
        }
    }

    #[tokio::test]
    async fn a_missing_queue_or_right_halts_and_anything_else_is_tried_again() {
        for (status, code, failure) in [
            (400, "com.amazonaws.sqs#QueueDoesNotExist", Failure::Halt),
            (403, "AccessDeniedException", Failure::Halt),
            (400, "RequestThrottled", Failure::Retry),
            (500, "InternalFailure", Failure::Retry),
        ] {
            let server = answering(json_error(status, code)).await;
            let queue = SqsQueue::new(Client::new(&aws(&server)), "http://q/x.fifo".to_owned());
            let error = queue.send(&messages()).await.unwrap_err();
            assert_eq!(error.failure(), failure, "{code}");
        }
    }
}
