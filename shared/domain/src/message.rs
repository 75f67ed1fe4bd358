//! What goes to the queue: an event of the feed, or a hint of our own.

use std::fmt::Write as _;

use serde_json::json;

use crate::event::{CloudEvent, EventId};
use crate::ids::{AgreementId, queue_id};
use crate::role::RoleArn;

/// Largest body SQS takes, in bytes.
const LARGEST_BODY: usize = 1024 * 1024;
/// Largest body any queue takes: a queue's own limit is often lower than what SQS allows.
const SAFE_BODY: usize = 256 * 1024;
/// Type of our own messages: read like the catalog's "anything may have changed".
pub(crate) const TYPE_OF_HINT: &str = "data-mesh-manager-aws.AccessUpdatedEvent";

/// What goes to the queue for one event. All three parts fit SQS's rules whatever the feed says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The agreement: order is kept within it, and a bad message holds up only its own.
    pub group: String,
    /// The event's id.
    pub deduplication: String,
    /// The event as received, in ASCII.
    pub body: String,
    /// What to send instead when the queue finds the body too large.
    pub essence: Option<String>,
}

impl Message {
    /// A message of our own that asks for a look at an agreement. `id` must not have been used in
    /// the last five minutes, or SQS drops the message as a repetition.
    pub fn hint(agreement: &AgreementId, id: &EventId) -> Self {
        Self::hint_about(agreement, None, id)
    }

    /// The same, with a role on which the agreement's policy was seen: nothing else may say so.
    pub fn hint_about(agreement: &AgreementId, seen_on: Option<&RoleArn>, id: &EventId) -> Self {
        let mut data = json!({"id": agreement.as_str()});
        if let (Some(data), Some(role)) = (data.as_object_mut(), seen_on) {
            data.insert("seenOn".to_owned(), role.to_string().into());
        }
        let event = json!({
            "specversion": "1.0",
            "id": id.as_str(),
            "type": TYPE_OF_HINT,
            "subject": agreement.as_str(),
            "data": data,
        });
        Self {
            group: queue_id(agreement.as_str()),
            deduplication: queue_id(id.as_str()),
            body: to_ascii(&event.to_string()),
            essence: None,
        }
    }
}

/// SQS refuses some characters, so all beyond ASCII are escaped. An event too large for a message is
/// reduced to what the consumer reads.
pub(crate) fn message(json: &str, event: &CloudEvent<'_>) -> Message {
    let agreement = event.agreement();
    let essence = json!({
        "specversion": "1.0",
        "id": event.id,
        "type": event.event_type,
        "subject": agreement,
        "data": {"id": agreement},
    });
    let essence = to_ascii(&essence.to_string());
    let whole = to_ascii(json);
    let (body, essence) = if whole.len() <= SAFE_BODY {
        (whole, None)
    } else if whole.len() <= LARGEST_BODY {
        (whole, Some(essence))
    } else {
        (essence, None)
    };
    // An event that names no agreement is sent on alone: the dead-letter queue keeps it.
    let group = queue_id(agreement.as_deref().unwrap_or(&event.id));
    Message { group, deduplication: queue_id(&event.id), body, essence }
}

/// In JSON, characters beyond ASCII stand only inside strings, where `\uXXXX` means the same.
pub(crate) fn to_ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    ascii
}
