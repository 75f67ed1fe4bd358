//! Messages as the queue hands them to the function that writes.

use std::time::Duration;

use lambda::deadline::Deadline;
use serde_json::{Value, json};

use crate::world::{World, body};

impl World {
    /// Delivers one event about `id` and says whether its message was acknowledged.
    pub(crate) async fn deliver(&self, event: &str, id: &str) -> bool {
        self.deliver_all(&[(event, id)]).await.is_empty()
    }

    /// Delivers a batch; returns the places of the messages that stay on the queue.
    pub(crate) async fn deliver_all(&self, events: &[(&str, &str)]) -> Vec<usize> {
        let records: Vec<Value> = events
            .iter()
            .enumerate()
            .map(|(place, (event, id))| record(place, id, &body(event, id, place)))
            .collect();
        self.handle(records).await
    }

    /// Hands a batch of raw records to the function.
    pub(crate) async fn handle(&self, records: Vec<Value>) -> Vec<usize> {
        let deadline = Deadline::within(Duration::from_mins(1));
        let event = json!({"Records": records});
        let response = manage_iam_policies::handler::handle(&self.access, event, deadline).await;
        let kept = response.unwrap().batch_item_failures.into_iter();
        kept.map(|failure| failure.item_identifier.parse().unwrap()).collect()
    }
}

pub(crate) fn record(place: usize, group: &str, body: &str) -> Value {
    json!({"messageId": place.to_string(), "body": body, "attributes": {"MessageGroupId": group}})
}
