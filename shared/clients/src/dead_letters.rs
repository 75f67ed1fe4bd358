//! Messages that could not be handled, and the way back to the queue they came from.

use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use domain::event::Message;
use serde::Deserialize;

use crate::aws::{AwsError, code};
use crate::queue::LARGEST_BATCH;

/// A letter is hidden from others for so many seconds while it is looked at or moved.
const HIDDEN_SECONDS: i32 = 60;
/// How long SQS looks for letters, in seconds. A call that does not wait asks only some of its servers,
/// for FIFO queues too, so that its empty answer says nothing ("Amazon SQS short and long polling").
const LOOK_SECONDS: i32 = 1;
/// After so many looks in a row without a letter there is none.
const EMPTY_LOOKS: usize = 3;
/// Codes of services that cannot move messages by themselves.
const UNKNOWN_ACTION: [&str; 5] = [
    "InvalidAction",
    "NotImplemented",
    "UnknownOperation",
    "UnknownOperationException",
    "UnsupportedOperation",
];

/// Why the queue of dead letters could not be read or emptied.
#[derive(Debug, thiserror::Error)]
pub enum DeadLetterError {
    /// The events queue sets nothing aside.
    #[error("queue {queue} has no dead-letter queue")]
    NoQueue {
        /// The events queue.
        queue: String,
    },
    /// SQS describes the queue in a way that is not understood.
    #[error("the description of queue {queue} cannot be read")]
    Unreadable {
        /// The queue.
        queue: String,
    },
    /// The call did not succeed.
    #[error("dead-letter queue")]
    Aws(#[source] AwsError),
}

/// A message that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// SQS's own id of the message.
    pub id: String,
    /// Its body.
    pub body: String,
    /// Its message group.
    pub group: String,
    /// When it was set aside, in milliseconds since 1970; `None` when SQS does not say.
    pub since_milliseconds: Option<i64>,
    /// What to give it back, or to delete it, with.
    pub receipt: String,
}

/// Whether SQS moves the letters by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moving {
    /// It began to.
    Begun,
    /// This endpoint does not know how; they are to be moved one by one.
    NotOffered,
}

/// How far SQS's own move is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoveProgress {
    /// `RUNNING`, `COMPLETED`, `FAILED`, ...
    pub status: String,
    /// How many were moved.
    pub moved: u64,
    /// SQS's words about a failure.
    pub problem: Option<String>,
}

/// A queue of messages that were set aside.
pub trait DeadLetters: Send + Sync {
    /// About how many there are.
    fn count(&self) -> impl Future<Output = Result<u64, DeadLetterError>> + Send;

    /// Some of them, hidden from others for a minute, those of a group in order. While a letter is
    /// hidden, no later one of its group comes. None only where there is none that is not hidden.
    fn take(&self) -> impl Future<Output = Result<Vec<DeadLetter>, DeadLetterError>> + Send;

    /// Shows a letter to others again.
    fn give_back(
        &self,
        letter: &DeadLetter,
    ) -> impl Future<Output = Result<(), DeadLetterError>> + Send;

    /// Deletes a letter.
    fn delete(
        &self,
        letter: &DeadLetter,
    ) -> impl Future<Output = Result<(), DeadLetterError>> + Send;

    /// Has all of them moved back to where they came from.
    fn move_all(&self) -> impl Future<Output = Result<Moving, DeadLetterError>> + Send;

    /// How far the latest such move is; `None` when there was none.
    fn progress(
        &self,
    ) -> impl Future<Output = Result<Option<MoveProgress>, DeadLetterError>> + Send;
}

impl DeadLetter {
    /// The message to send in its place, in the same group. Its deduplication id is made from the
    /// letter's own: sent twice by an interrupted move, it counts once, and it is never taken for a
    /// repetition of the message that failed.
    pub fn message(&self) -> Message {
        let deduplication = domain::ids::queue_id(&format!("redrive-{}", self.id));
        let (group, body) = (self.group.clone(), self.body.clone());
        Message { group, deduplication, body, essence: None }
    }
}

/// The real queue.
#[derive(Clone, Debug)]
pub struct SqsDeadLetters {
    client: Client,
    /// URL of the queue of dead letters.
    pub url: String,
    /// Its ARN.
    pub arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
}

impl SqsDeadLetters {
    /// The queue in which the events queue sets messages aside.
    pub async fn of(client: Client, events_url: &str) -> Result<Self, DeadLetterError> {
        let queue = || events_url.to_owned();
        let get = client.get_queue_attributes().queue_url(events_url);
        let got = get.attribute_names(QueueAttributeName::RedrivePolicy).send().await;
        let got = got.map_err(|err| failed("sqs:GetQueueAttributes", err))?;
        let policy =
            got.attributes.and_then(|mut all| all.remove(&QueueAttributeName::RedrivePolicy));
        let policy = policy.ok_or_else(|| DeadLetterError::NoQueue { queue: queue() })?;
        let unreadable = || DeadLetterError::Unreadable { queue: queue() };
        let policy: RedrivePolicy = serde_json::from_str(&policy).map_err(|_| unreadable())?;
        let arn = policy.dead_letter_target_arn;
        let name = arn.rsplit(':').next().unwrap_or_default();
        let got = client.get_queue_url().queue_name(name).send().await;
        let got = got.map_err(|err| failed("sqs:GetQueueUrl", err))?;
        let url = got.queue_url.ok_or_else(unreadable)?;
        Ok(Self { client, url, arn })
    }
}

fn failed<E>(
    action: &'static str,
    error: aws_smithy_runtime_api::client::result::SdkError<
        E,
        aws_smithy_runtime_api::client::orchestrator::HttpResponse,
    >,
) -> DeadLetterError
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata
        + std::error::Error
        + Send
        + Sync
        + 'static,
{
    DeadLetterError::Aws(AwsError::of(action, error))
}

impl SqsDeadLetters {
    /// One look, over all of SQS's servers.
    async fn look(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let receive = self.client.receive_message().queue_url(&self.url);
        let receive = receive.max_number_of_messages(i32::try_from(LARGEST_BATCH).unwrap_or(10));
        let receive = receive.visibility_timeout(HIDDEN_SECONDS);
        let receive = receive.wait_time_seconds(LOOK_SECONDS);
        let got = receive
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .send()
            .await;
        let got = got.map_err(|err| failed("sqs:ReceiveMessage", err))?;
        let unreadable = || DeadLetterError::Unreadable { queue: self.url.clone() };
        let letters = got.messages.unwrap_or_default().into_iter();
        letters.map(|message| letter(message).ok_or_else(unreadable)).collect()
    }
}

impl DeadLetters for SqsDeadLetters {
    async fn count(&self) -> Result<u64, DeadLetterError> {
        let counted = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let get = self.client.get_queue_attributes().queue_url(&self.url);
        let got = get.set_attribute_names(Some(counted.to_vec())).send().await;
        let got = got.map_err(|err| failed("sqs:GetQueueAttributes", err))?;
        let all = got.attributes.unwrap_or_default();
        let figure = |name| all.get(name).and_then(|text| text.parse::<u64>().ok());
        let figures: Option<Vec<u64>> = counted.iter().map(figure).collect();
        let unreadable = || DeadLetterError::Unreadable { queue: self.url.clone() };
        Ok(figures.ok_or_else(unreadable)?.iter().sum())
    }

    async fn take(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        for _ in 0..EMPTY_LOOKS {
            let found = self.look().await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    async fn give_back(&self, letter: &DeadLetter) -> Result<(), DeadLetterError> {
        let change = self.client.change_message_visibility().queue_url(&self.url);
        let sent = change.receipt_handle(&letter.receipt).visibility_timeout(0).send().await;
        sent.map(|_| ()).map_err(|err| failed("sqs:ChangeMessageVisibility", err))
    }

    async fn delete(&self, letter: &DeadLetter) -> Result<(), DeadLetterError> {
        let delete = self.client.delete_message().queue_url(&self.url);
        let sent = delete.receipt_handle(&letter.receipt).send().await;
        sent.map(|_| ()).map_err(|err| failed("sqs:DeleteMessage", err))
    }

    async fn move_all(&self) -> Result<Moving, DeadLetterError> {
        match self.client.start_message_move_task().source_arn(&self.arn).send().await {
            Ok(_) => Ok(Moving::Begun),
            Err(error) if code(&error).is_some_and(|code| UNKNOWN_ACTION.contains(&code)) => {
                Ok(Moving::NotOffered)
            }
            Err(error) => Err(failed("sqs:StartMessageMoveTask", error)),
        }
    }

    async fn progress(&self) -> Result<Option<MoveProgress>, DeadLetterError> {
        let list = self.client.list_message_move_tasks().source_arn(&self.arn).max_results(1);
        let got = list.send().await.map_err(|err| failed("sqs:ListMessageMoveTasks", err))?;
        let latest = got.results.unwrap_or_default().into_iter().next();
        Ok(latest.map(|task| MoveProgress {
            status: task.status.unwrap_or_default(),
            moved: u64::try_from(task.approximate_number_of_messages_moved).unwrap_or_default(),
            problem: task.failure_reason,
        }))
    }
}

fn letter(message: aws_sdk_sqs::types::Message) -> Option<DeadLetter> {
    let attributes = message.attributes.unwrap_or_default();
    let since = attributes.get(&MessageSystemAttributeName::SentTimestamp);
    Some(DeadLetter {
        id: message.message_id?,
        body: message.body?,
        group: attributes.get(&MessageSystemAttributeName::MessageGroupId)?.clone(),
        since_milliseconds: since.and_then(|text| text.parse().ok()),
        receipt: message.receipt_handle?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{any, header};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::local_server::{answering, aws, json_error, sqs_error};

    const ARN: &str = "arn:aws:sqs:eu-west-1:123456789012:dead.fifo";

    fn client(server: &MockServer) -> Client {
        Client::new(&aws(server))
    }

    fn letters(server: &MockServer) -> SqsDeadLetters {
        let (url, arn) = (format!("{}/1/dead.fifo", server.uri()), ARN.to_owned());
        SqsDeadLetters { client: client(server), url, arn }
    }

    fn json(body: &serde_json::Value) -> ResponseTemplate {
        ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.0")
    }

    async fn on(server: &MockServer, action: &str, answer: ResponseTemplate) {
        let asked = header("x-amz-target", format!("AmazonSQS.{action}").as_str());
        Mock::given(asked).respond_with(answer).mount(server).await;
    }

    #[tokio::test]
    async fn the_queue_of_dead_letters_is_the_one_that_the_events_queue_names() {
        let server = calls::mock_server().await;
        let policy = json!({"deadLetterTargetArn": ARN, "maxReceiveCount": 5}).to_string();
        let attributes = json!({"Attributes": {"RedrivePolicy": policy}});
        on(&server, "GetQueueAttributes", json(&attributes)).await;
        on(&server, "GetQueueUrl", json(&json!({"QueueUrl": "http://there/dead.fifo"}))).await;
        let found = SqsDeadLetters::of(client(&server), "http://there/events.fifo").await.unwrap();
        assert_eq!((found.arn.as_str(), found.url.as_str()), (ARN, "http://there/dead.fifo"));
    }

    #[tokio::test]
    async fn a_queue_that_sets_nothing_aside_is_named() {
        let server = answering(json(&json!({}))).await;
        let error = SqsDeadLetters::of(client(&server), "http://there/events.fifo").await;
        let error = error.unwrap_err();
        assert!(matches!(&error, DeadLetterError::NoQueue { queue } if queue.contains("events")));
    }

    #[tokio::test]
    async fn a_service_that_cannot_move_messages_is_told_from_one_that_may_not() {
        for code in ["InvalidAction", "UnknownOperationException"] {
            let server = answering(json_error(400, code)).await;
            assert_eq!(letters(&server).move_all().await.unwrap(), Moving::NotOffered, "{code}");
        }
        let older = "AWS.SimpleQueueService.UnsupportedOperation";
        let server = answering(sqs_error(400, "UnsupportedOperation", older)).await;
        assert_eq!(letters(&server).move_all().await.unwrap(), Moving::NotOffered);
        let server = answering(json_error(403, "AccessDeniedException")).await;
        assert!(letters(&server).move_all().await.is_err());
        let server = answering(json(&json!({"TaskHandle": "t"}))).await;
        assert_eq!(letters(&server).move_all().await.unwrap(), Moving::Begun);
    }

    #[tokio::test]
    async fn letters_come_with_group_and_age() {
        let server = answering(json(&json!({"Messages": [{
            "MessageId": "m", "ReceiptHandle": "r", "Body": "b",
            "Attributes": {"MessageGroupId": "g", "SentTimestamp": "1785564000000"},
        }]})))
        .await;
        let expected = DeadLetter {
            id: "m".to_owned(),
            body: "b".to_owned(),
            group: "g".to_owned(),
            since_milliseconds: Some(1_785_564_000_000),
            receipt: "r".to_owned(),
        };
        assert_eq!(letters(&server).take().await.unwrap(), [expected]);
    }

    fn one_letter() -> ResponseTemplate {
        json(&json!({"Messages": [{"MessageId": "m", "ReceiptHandle": "r", "Body": "b",
            "Attributes": {"MessageGroupId": "g"}}]}))
    }

    #[tokio::test]
    async fn an_empty_answer_is_no_empty_queue_and_several_in_a_row_are() {
        let server = MockServer::start().await;
        let empty = Mock::given(any()).respond_with(json(&json!({})));
        empty.up_to_n_times(2).with_priority(1).mount(&server).await;
        Mock::given(any()).respond_with(one_letter()).mount(&server).await;
        assert_eq!(letters(&server).take().await.unwrap().len(), 1);
        let server = answering(json(&json!({}))).await;
        assert_eq!(letters(&server).take().await.unwrap(), []);
        let asked = server.received_requests().await.unwrap();
        assert_eq!(asked.len(), EMPTY_LOOKS);
        for request in asked {
            let body: serde_json::Value = request.body_json().unwrap();
            assert_eq!(body["WaitTimeSeconds"], LOOK_SECONDS);
        }
    }

    #[tokio::test]
    async fn letters_whose_key_cannot_be_used_halt() {
        for (shape, older) in [
            ("KmsDisabled", "KMS.DisabledException"),
            ("KmsAccessDenied", "KMS.AccessDeniedException"),
        ] {
            let server = answering(sqs_error(400, shape, older)).await;
            let error = letters(&server).take().await.unwrap_err();
            let is_denied = matches!(error, DeadLetterError::Aws(AwsError::Denied { .. }));
            assert!(is_denied, "{error:?}");
        }
    }

    #[tokio::test]
    async fn how_far_a_move_is_comes_with_its_reason() {
        let server = answering(json(&json!({"Results": [{
            "Status": "FAILED", "ApproximateNumberOfMessagesMoved": 3,
            "FailureReason": "AccessDenied",
        }]})))
        .await;
        let progress = letters(&server).progress().await.unwrap().unwrap();
        assert_eq!((progress.status.as_str(), progress.moved), ("FAILED", 3));
        assert_eq!(progress.problem.as_deref(), Some("AccessDenied"));
    }
}
