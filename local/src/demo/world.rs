//! What can be seen from outside: IAM, the cursor, the ledger, the queues. Read afresh at every look.

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_iam::operation::get_role_policy::GetRolePolicyError;
use aws_sdk_s3::operation::{get_object::GetObjectError, head_object::HeadObjectError};
use aws_sdk_sqs::types::QueueAttributeName;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::landscape::ROLES;
use crate::{
    aws::Aws,
    deploy::Outputs,
    failure::{Explain, Failure},
};

const LOOK_AT_LOG: &str = "the emulator's log is emulator.log, beside the log of this run";

/// The object in which `poll_feed` keeps its place.
pub(crate) const CURSOR: &str = "poll_feed/last_event_id";

/// Inline policies by role and policy name.
pub(crate) type Policies = BTreeMap<(String, String), Value>;

/// What the grant ledger says of each agreement: `granted`, `revoked` or `rejected`; with the word
/// `intent` behind it where that is only begun.
pub(crate) type Ledger = BTreeMap<String, String>;

/// How many messages a queue holds.
#[derive(Clone, Copy)]
pub(crate) struct Messages {
    /// Nobody has received them yet.
    pub(crate) waiting: usize,
    /// A function is at work on them.
    pub(crate) in_flight: usize,
}

impl Messages {
    fn all(self) -> usize {
        self.waiting + self.in_flight
    }
}

/// Looks at the deployed system.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) aws: Arc<Aws>,
    pub(crate) outputs: Arc<Outputs>,
}

impl World {
    /// Every inline policy of the demonstration's roles.
    pub(crate) async fn policies(&self) -> Result<Policies, Failure> {
        let mut found = Policies::new();
        for (_, role) in ROLES {
            let list = self.aws.iam.list_role_policies().role_name(role).send().await;
            let list = list.explain(format!("policies of {role} are not readable"), LOOK_AT_LOG)?;
            for name in list.policy_names {
                if let Some(document) = self.policy(role, &name).await? {
                    found.insert((role.to_owned(), name), document);
                }
            }
        }
        Ok(found)
    }

    /// One policy, unless it went away since its name was read.
    async fn policy(&self, role: &str, name: &str) -> Result<Option<Value>, Failure> {
        let what = format!("policy {name} of {role} is not readable");
        let answer = self.aws.iam.get_role_policy().role_name(role).policy_name(name).send().await;
        match answer {
            // IAM gives documents percent-encoded.
            Ok(answer) => {
                let text = percent_decode_str(&answer.policy_document).decode_utf8_lossy();
                serde_json::from_str(&text).map(Some).explain(what, LOOK_AT_LOG)
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetRolePolicyError::is_no_such_entity_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(error).explain(what, LOOK_AT_LOG),
        }
    }

    /// The last event that `poll_feed` has put behind itself.
    pub(crate) async fn cursor(&self) -> Result<Option<String>, Failure> {
        let cursor = self.object(CURSOR).await?;
        Ok(cursor.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// An object of the integration's bucket, if there is one of that name.
    pub(crate) async fn object(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        let what = format!("object {key} is not readable");
        let get = self.aws.s3.get_object().bucket(&self.outputs.bucket).key(key);
        match get.send().await {
            Ok(object) => {
                let bytes = object.body.collect().await.explain(what, LOOK_AT_LOG)?.into_bytes();
                Ok(Some(bytes.into()))
            }
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => {
                Ok(None)
            }
            Err(error) => Err(error).explain(what, LOOK_AT_LOG),
        }
    }

    /// What tells one version of an object from another, if there is one of that name.
    pub(crate) async fn version(&self, key: &str) -> Result<Option<String>, Failure> {
        let what = format!("object {key} is not readable");
        let head = self.aws.s3.head_object().bucket(&self.outputs.bucket).key(key);
        match head.send().await {
            Ok(object) => Ok(Some(object.e_tag.unwrap_or_default())),
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => {
                Ok(None)
            }
            Err(error) => Err(error).explain(what, LOOK_AT_LOG),
        }
    }

    /// Every entry of the grant ledger.
    pub(crate) async fn ledger(&self) -> Result<Ledger, Failure> {
        let what = "the ledger is not readable";
        let (s3, bucket) = (&self.aws.s3, &self.outputs.bucket);
        let list = s3.list_objects_v2().bucket(bucket).prefix(self.outputs.text("grants_prefix")?);
        let mut ledger = Ledger::new();
        for object in list.send().await.explain(what, LOOK_AT_LOG)?.contents.unwrap_or_default() {
            let get = s3.get_object().bucket(bucket).key(object.key.unwrap_or_default());
            let body = get.send().await.explain(what, LOOK_AT_LOG)?.body;
            let bytes = body.collect().await.explain(what, LOOK_AT_LOG)?.into_bytes();
            let entry: Value = serde_json::from_slice(&bytes).explain(what, LOOK_AT_LOG)?;
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
            let begun = if text("phase") == "fact" { "" } else { " intent" };
            ledger.insert(text("agreement_id").to_owned(), format!("{}{begun}", text("state")));
        }
        Ok(ledger)
    }

    /// Messages that wait in the queue or are being handled.
    pub(crate) async fn unhandled(&self) -> Result<usize, Failure> {
        self.queued().await.map(Messages::all)
    }

    /// Messages of the events queue.
    pub(crate) async fn queued(&self) -> Result<Messages, Failure> {
        self.messages(&self.outputs.queue_url).await
    }

    /// Messages that were given up.
    pub(crate) async fn given_up(&self) -> Result<usize, Failure> {
        self.messages(&self.outputs.dead_letter_queue_url).await.map(Messages::all)
    }

    async fn messages(&self, queue: &str) -> Result<Messages, Failure> {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let in_flight = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let counts = vec![waiting.clone(), in_flight.clone()];
        let get = self.aws.sqs.get_queue_attributes().queue_url(queue);
        let answer = get.set_attribute_names(Some(counts)).send().await;
        let answer = answer.explain(format!("{queue} is not readable"), LOOK_AT_LOG)?;
        let attributes = answer.attributes.unwrap_or_default();
        let count = |name| attributes.get(name).and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(Messages { waiting: count(&waiting), in_flight: count(&in_flight) })
    }

    /// Puts a message into the queue, past `poll_feed`.
    pub(crate) async fn send(&self, group: &str, body: &str, unique: &str) -> Result<(), Failure> {
        let message = self.aws.sqs.send_message().queue_url(&self.outputs.queue_url);
        let message = message.message_body(body).message_group_id(group);
        let sent = message.message_deduplication_id(unique).send().await;
        sent.map(drop).explain("the queue does not take a message", LOOK_AT_LOG)
    }
}
