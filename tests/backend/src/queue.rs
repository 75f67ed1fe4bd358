//! SQS: a FIFO queue that drops what it already has, for five minutes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::answer::Answer;

/// Minutes for which SQS remembers what it took.
const REMEMBERED: u64 = 5;

/// What the queue made of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is in the queue.
    Taken,
    /// The queue has it already.
    Dropped,
    /// The queue took the call and not the message.
    Refused,
}

/// One message of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Its group.
    pub group: String,
    /// Its deduplication id.
    pub deduplication: String,
    /// When, in minutes.
    pub minute: u64,
    /// What it says.
    pub body: String,
    /// Where the cursor stood.
    pub cursor: Option<usize>,
    /// What became of it.
    pub sent: Sent,
}

/// The queue: everything that was ever sent to it.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    /// Messages in the order in which they were sent.
    pub sends: Vec<Send>,
    taken: BTreeMap<String, u64>,
}

impl Queue {
    /// Whether a message was ever taken.
    pub fn has(&self, deduplication: &str) -> bool {
        self.taken.contains_key(deduplication)
    }

    /// What a consumer would be given, in order.
    pub fn taken(&self) -> impl Iterator<Item = &Send> {
        self.sends.iter().filter(|send| send.sent == Sent::Taken)
    }

    /// `refuse`: the first and the last message are not taken, nor what follows the first in its
    /// group, as a queue that keeps order has to.
    pub(crate) fn send(
        &mut self,
        call: &Value,
        minute: u64,
        cursor: Option<usize>,
        refuse: bool,
    ) -> Answer {
        let entries = call.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default();
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        let text = |entry: &Value, name: &str| {
            entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let first = entries.first().map(|entry| text(entry, "MessageGroupId"));
        for (index, entry) in entries.iter().enumerate() {
            let text = |name: &str| text(entry, name);
            let (deduplication, group) = (text("MessageDeduplicationId"), text("MessageGroupId"));
            let is_held = first.as_ref() == Some(&group) || index + 1 == entries.len();
            let refused = refuse && is_held;
            let sent = if refused { Sent::Refused } else { self.take(&deduplication, minute) };
            let body = text("MessageBody");
            self.sends.push(Send { group, deduplication, minute, body, cursor, sent });
            if refused {
                failed
                    .push(json!({"Id": text("Id"), "Code": "InternalError", "SenderFault": false}));
            } else {
                successful.push(json!({"Id": text("Id"), "MessageId": index.to_string(),
                                       "MD5OfMessageBody": ""}));
            }
        }
        Answer::json(&json!({"Successful": successful, "Failed": failed}))
    }

    fn take(&mut self, deduplication: &str, minute: u64) -> Sent {
        match self.taken.get(deduplication) {
            Some(then) if minute < then + REMEMBERED => Sent::Dropped,
            Some(_) | None => {
                self.taken.insert(deduplication.to_owned(), minute);
                Sent::Taken
            }
        }
    }
}
