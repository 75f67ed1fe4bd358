//! Batches from an SQS FIFO queue: order within a group, independence between groups.
//!
//! After the first message of a group that stays on the queue, the rest of that group is returned
//! unprocessed. Whatever one record does (unreadable, panicking, never ending) concerns its group.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsMessage};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use crate::deadline::Deadline;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Handled: Lambda deletes it.
    Done,
    /// It stays on the queue, and so does the rest of its group.
    Keep,
}

/// Why the whole batch has to come again.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Not a batch of SQS.
    #[error("the event is not a batch of SQS messages")]
    Form(#[source] serde_json::Error),
    /// Without its id a record can be neither acknowledged nor returned.
    #[error("record {position} has no messageId")]
    MessageId {
        /// Its place in the batch, from 0.
        position: usize,
    },
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// SQS's id of the message.
    pub message_id: String,
    /// Its body; `None` when the record cannot be read.
    pub body: Option<String>,
    /// How often SQS has given it out, this time included; `None` where the record does not say.
    pub receives: Option<u32>,
    /// Its group; a record without one is a group of its own.
    group: String,
}

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

/// Handles a batch: groups side by side, at most `concurrency` at once, each in order.
pub async fn in_order(
    event: Value,
    deadline: Deadline,
    concurrency: usize,
    handle: impl AsyncFn(&Record) -> Disposition,
) -> Result<SqsBatchResponse, BatchError> {
    let records = records(event)?;
    let mut groups: IndexMap<&str, Vec<&Record>> = IndexMap::new();
    for record in &records {
        groups.entry(&record.group).or_default().push(record);
    }
    let work = groups.into_values().map(|group| keep_from_first_failure(group, deadline, &handle));
    let kept: Vec<Vec<&str>> = stream::iter(work).buffer_unordered(concurrency).collect().await;
    let kept: HashSet<&str> = kept.into_iter().flatten().collect();
    // In the order of the batch, so that equal batches give equal bytes.
    let in_batch = records.iter().filter(|record| kept.contains(record.message_id.as_str()));
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = in_batch.map(failure).collect();
    Ok(response)
}

fn failure(record: &Record) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier.clone_from(&record.message_id);
    failure
}

async fn keep_from_first_failure<'a>(
    group: Vec<&'a Record>,
    deadline: Deadline,
    handle: &impl AsyncFn(&Record) -> Disposition,
) -> Vec<&'a str> {
    let mut kept = Vec::new();
    for record in group {
        if !kept.is_empty() || one(record, deadline, handle).await == Disposition::Keep {
            kept.push(record.message_id.as_str());
        }
    }
    kept
}

async fn one(
    record: &Record,
    deadline: Deadline,
    handle: &impl AsyncFn(&Record) -> Disposition,
) -> Disposition {
    if deadline.has_passed() {
        tracing::warn!(message.id = record.message_id, "not begun: too little time is left");
        return Disposition::Keep;
    }
    let work = AssertUnwindSafe(handle(record)).catch_unwind();
    match timeout(deadline.left(), work).await {
        Ok(Ok(disposition)) => disposition,
        Ok(Err(_)) => {
            metrics::counter!("Panicked").increment(1);
            tracing::error!(message.id = record.message_id, failure = "retry", "panicked");
            Disposition::Keep
        }
        Err(_) => {
            metrics::counter!("OutOfTime").increment(1);
            tracing::error!(message.id = record.message_id, failure = "retry", "out of time");
            Disposition::Keep
        }
    }
}

fn records(event: Value) -> Result<Vec<Record>, BatchError> {
    let batch: Batch = serde_json::from_value(event).map_err(BatchError::Form)?;
    batch.records.into_iter().enumerate().map(|(position, json)| record(position, json)).collect()
}

/// Reads each record by itself: one of an unknown form must not spoil the batch.
fn record(position: usize, json: Value) -> Result<Record, BatchError> {
    let id = json.get("messageId").and_then(Value::as_str).filter(|id| !id.is_empty());
    let message_id = id.ok_or(BatchError::MessageId { position })?.to_owned();
    let group = json.pointer("/attributes/MessageGroupId").and_then(Value::as_str);
    let group = group.unwrap_or(&message_id).to_owned();
    let receives = json.pointer("/attributes/ApproximateReceiveCount").and_then(Value::as_str);
    let receives = receives.and_then(|count| count.parse().ok());
    let message: Option<SqsMessage> = serde_json::from_value(json).ok();
    Ok(Record { message_id, body: message.and_then(|message| message.body), receives, group })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn record(id: &str, group: &str, body: &str) -> Value {
        json!({"messageId": id, "body": body, "attributes": {"MessageGroupId": group}})
    }

    /// Handles bodies `done`, `keep`, `panic` and `hang`; returns the kept and the handled ids.
    async fn handle(records: Vec<Value>) -> (Vec<String>, Vec<String>) {
        let handled = RefCell::new(Vec::new());
        let response = in_order(
            json!({"Records": records}),
            Deadline::within(Duration::from_secs(10)),
            4,
            async |record| {
                handled.borrow_mut().push(record.message_id.clone());
                match record.body.as_deref() {
                    Some("done") => Disposition::Done,
                    Some("panic") => panic!("as asked"),
                    Some("hang") => std::future::pending().await,
                    Some(_) | None => Disposition::Keep,
                }
            },
        );
        let response = response.await.unwrap();
        let kept = response.batch_item_failures.into_iter().map(|f| f.item_identifier);
        (kept.collect(), handled.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_of_a_failed_group_is_returned_unprocessed_and_other_groups_go_on() {
        let (kept, handled) = handle(vec![
            record("1", "a", "done"),
            record("2", "b", "done"),
            record("3", "a", "keep"),
            record("4", "a", "done"),
            record("5", "b", "done"),
        ])
        .await;
        assert_eq!(kept, ["3", "4"]);
        assert!(!handled.contains(&"4".to_owned()));
        assert!(handled.contains(&"5".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_or_a_hanging_dependency_concerns_its_own_group_only() {
        for body in ["panic", "hang"] {
            let records =
                vec![record("1", "a", body), record("2", "a", "done"), record("3", "b", "done")];
            assert_eq!(handle(records).await.0, ["1", "2"], "{body}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_unreadable_record_concerns_itself_only() {
        let records = vec![
            json!({"messageId": "1", "body": 7, "attributes": {"MessageGroupId": "a"}}),
            json!({"messageId": "2"}),
            json!({"messageId": "3", "body": "done", "attributes": "odd"}),
            json!({"messageId": "4", "body": "done"}),
            record("5", "b", "done"),
        ];
        assert_eq!(handle(records).await.0, ["1", "2", "3"]);
    }

    #[tokio::test]
    async fn how_often_a_message_came_is_known_where_the_record_says_so() {
        let counts = [json!("1"), json!("17"), json!("many"), json!(1), json!(null)];
        let counts = counts.map(|count| {
            let attributes = json!({"ApproximateReceiveCount": count});
            let record = json!({"messageId": "1", "body": "done", "attributes": attributes});
            super::record(0, record).unwrap().receives
        });
        assert_eq!(counts, [Some(1), Some(17), None, None, None]);
    }

    #[tokio::test]
    async fn a_record_without_an_id_fails_the_whole_batch() {
        for records in [json!([{"body": "done"}]), json!([{"messageId": "", "body": "done"}])] {
            let event = json!({"Records": records});
            let deadline = Deadline::within(Duration::from_secs(10));
            let result = in_order(event, deadline, 4, async |_| Disposition::Done).await;
            assert!(matches!(result, Err(BatchError::MessageId { position: 0 })));
        }
    }

    #[tokio::test]
    async fn without_time_nothing_is_begun() {
        let event = json!({"Records": [record("1", "a", "done")]});
        let response = in_order(event, Deadline::within(Duration::ZERO), 4, async |_| {
            panic!("begun");
        });
        assert_eq!(response.await.unwrap().batch_item_failures.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_groups_than_allowed_are_handled_at_once() {
        let running = RefCell::new((0, 0));
        let records: Vec<Value> =
            (0..10).map(|n| record(&n.to_string(), &n.to_string(), "done")).collect();
        let deadline = Deadline::within(Duration::from_secs(100));
        let response = in_order(json!({"Records": records}), deadline, 3, async |_| {
            {
                let mut running = running.borrow_mut();
                running.0 += 1;
                running.1 = running.1.max(running.0);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            running.borrow_mut().0 -= 1;
            Disposition::Done
        });
        assert!(response.await.unwrap().batch_item_failures.is_empty());
        assert_eq!(running.into_inner().1, 3);
    }

    #[tokio::test]
    async fn the_response_has_the_bytes_lambda_expects() {
        let records = vec![record("id-1", "a", "x"), record("id-2", "b", "done")];
        let deadline = Deadline::within(Duration::from_secs(10));
        let response = in_order(json!({"Records": records}), deadline, 4, async |record| {
            if record.message_id == "id-1" { Disposition::Keep } else { Disposition::Done }
        });
        let bytes = serde_json::to_string(&response.await.unwrap()).unwrap();
        assert_eq!(bytes, r#"{"batchItemFailures":[{"itemIdentifier":"id-1"}]}"#);
        let none = serde_json::to_string(&SqsBatchResponse::default()).unwrap();
        assert_eq!(none, r#"{"batchItemFailures":[]}"#);
    }
}
