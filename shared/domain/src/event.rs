//! One entry of the catalog's event feed: a hint which agreement to look at.

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::definition::Definition;
use crate::ids::{AgreementId, sha256_hex};
use crate::message::{TYPE_OF_HINT, message};
use crate::role::RoleArn;

pub use crate::message::Message;

/// Longest event id taken; the catalog's own are UUIDs of 36 characters.
const LONGEST_EVENT_ID: usize = 256;

/// Why an entry of the feed, or the body of a message, is not an event.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Not JSON, or without `id` or `type`.
    #[error("not a CloudEvent with id and type")]
    Form(#[source] serde_json::Error),
    /// The id could not serve as a position in the feed.
    #[error("{0:?} is not an event id")]
    Id(String),
    /// A change of an agreement that does not say of which.
    #[error("event {event} names no agreement that can be asked for")]
    NoAgreement {
        /// The event's id.
        event: EventId,
    },
}

/// The position of an event in the feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId(String);

impl EventId {
    /// The id as the feed spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An id for the hint that `self` gives about `agreement`: the same whenever the event is read.
    #[must_use]
    pub fn about(&self, agreement: &AgreementId) -> Self {
        Self(format!("hint-{}", sha256_hex(&format!("{self} {agreement}"))))
    }

    /// An id for a hint of our own, the `number`th of a run that began at `started`.
    pub fn of_hint(started: OffsetDateTime, number: usize) -> Self {
        Self(format!("hint-{}-{number}", started.unix_timestamp_nanos()))
    }
}

impl std::str::FromStr for EventId {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        let fits = (1..=LONGEST_EVENT_ID).contains(&text.chars().count());
        if !fits || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(EventError::Id(crate::rejection::quote(text)));
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which of the catalog's two resources describes the agreement: the event says which to ask first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// `/api/access`, since 2024.
    Access,
    /// `/api/datausageagreements`, until 2025.
    DataUsageAgreement,
}

impl Family {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Access => Self::DataUsageAgreement,
            Self::DataUsageAgreement => Self::Access,
        }
    }
}

/// What happened to an agreement. Only verbs that can change access are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// It began.
    Activated,
    /// It ended.
    Deactivated,
    /// It is gone.
    Deleted,
    /// Anything about it changed.
    Updated,
    /// It will end at its end date.
    Canceled,
    /// It will begin at its start date.
    Approved,
    /// It was refused.
    Rejected,
}

impl Verb {
    const ALL: [(&'static str, Self); 7] = [
        ("Activated", Self::Activated),
        ("Deactivated", Self::Deactivated),
        ("Deleted", Self::Deleted),
        ("Updated", Self::Updated),
        ("Canceled", Self::Canceled),
        ("Approved", Self::Approved),
        ("Rejected", Self::Rejected),
    ];
}

/// What a type of event means to this integration: `None` for the many that change no access.
///
/// Only the last dot-separated part counts: the prefix changed with the vendor's name.
pub fn meaning(event_type: &str) -> Option<(Family, Verb)> {
    let name = event_type.rsplit('.').next()?.strip_suffix("Event")?;
    let (family, verb) = match name.strip_prefix("DataUsageAgreement") {
        Some(verb) => (Family::DataUsageAgreement, verb),
        None => (Family::Access, name.strip_prefix("Access")?),
    };
    Verb::ALL.into_iter().find(|(spelling, _)| *spelling == verb).map(|(_, verb)| (family, verb))
}

/// A hint that an agreement may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The event that said so.
    pub event: EventId,
    /// Which resource to ask first.
    pub family: Family,
    /// What the event says happened; decides only on servers that state nothing else.
    pub verb: Verb,
    /// The agreement to look at.
    pub agreement: AgreementId,
    /// A role on which its policy was seen: it is looked at too.
    pub role: Option<RoleArn>,
}

#[derive(Deserialize)]
pub(crate) struct CloudEvent<'a> {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    // Not read before it is needed: what stands in an event nobody wants must not block the feed.
    #[serde(borrow)]
    subject: Option<&'a RawValue>,
    #[serde(borrow)]
    time: Option<&'a RawValue>,
    #[serde(borrow)]
    principal: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    id: String,
    // Only in messages of our own.
    seen_on: Option<String>,
}

impl CloudEvent<'_> {
    fn data(&self) -> Option<Data> {
        self.data.and_then(|data| serde_json::from_str(data.get()).ok())
    }

    pub(crate) fn agreement(&self) -> Option<String> {
        self.data().map(|data| data.id).or_else(|| text(self.subject))
    }

    /// Nobody but ourselves says where to look.
    fn role(&self) -> Option<RoleArn> {
        let ours = self.event_type == TYPE_OF_HINT;
        self.data().filter(|_| ours)?.seen_on?.parse().ok()
    }
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// An entry of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its position.
    pub id: EventId,
    /// When it happened, as the feed spells it.
    pub time: Option<String>,
    /// What to send on; `None` when it is about no agreement.
    pub message: Option<Message>,
    /// What has changed that agreements depend on.
    pub definition: Option<Definition>,
    /// Who changed an agreement's text, where the event says no more than that.
    pub editor: Option<String>,
}

impl Event {
    /// Reads one entry of the feed.
    pub fn read(json: &str) -> Result<Self, EventError> {
        let event: CloudEvent = serde_json::from_str(json).map_err(EventError::Form)?;
        let id: EventId = event.id.parse()?;
        let meaning = meaning(&event.event_type);
        let message = meaning.map(|_| message(json, &event));
        let is_edit = matches!(meaning, Some((_, Verb::Updated)));
        let editor = if is_edit { text(event.principal) } else { None };
        let about = event.agreement().unwrap_or_default();
        let definition = Definition::of(&event.event_type, &about);
        Ok(Self { id, time: text(event.time), message, definition, editor })
    }

    /// The event, without a message if `own` edited the agreement: that was this integration
    /// writing back. Only edits are meant; whoever begins or ends an agreement is listened to.
    #[must_use]
    pub fn unless_edited_by(self, own: Option<&str>) -> Self {
        let is_echo = own.is_some() && self.editor.as_deref() == own;
        if is_echo { Self { message: None, ..self } } else { self }
    }
}

/// Reads the body of a message: `None` when the event changes no access.
///
/// The predecessor queued every type, so such messages may still be waiting after an upgrade.
pub fn read_body(body: &str) -> Result<Option<Hint>, EventError> {
    let event: CloudEvent = serde_json::from_str(body).map_err(EventError::Form)?;
    let Some((family, verb)) = meaning(&event.event_type) else { return Ok(None) };
    let id: EventId = event.id.parse()?;
    let agreement = event.agreement().and_then(|text| text.parse().ok());
    let agreement = agreement.ok_or_else(|| EventError::NoAgreement { event: id.clone() })?;
    let role = event.role();
    Ok(Some(Hint { event: id, family, verb, agreement, role }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use serde_json::json;

    use super::*;
    use crate::message::to_ascii;

    fn activated(id: &str, agreement: &str) -> String {
        json!({"id": id, "type": "com.datamesh-manager.events.AccessActivatedEvent",
               "data": {"id": agreement}})
        .to_string()
    }

    #[test]
    fn both_generations_and_any_prefix_are_understood() {
        let meant = Some((Family::Access, Verb::Activated));
        assert_eq!(meaning("com.datamesh-manager.events.AccessActivatedEvent"), meant);
        assert_eq!(meaning("com.entropy-data.events.AccessActivatedEvent"), meant);
        assert_eq!(meaning("AccessActivatedEvent"), meant);
        let legacy = meaning("com.datamesh-manager.events.DataUsageAgreementDeactivatedEvent");
        assert_eq!(legacy, Some((Family::DataUsageAgreement, Verb::Deactivated)));
    }

    #[test]
    fn types_that_change_no_access_have_no_meaning() {
        for name in [
            "AccessProvisionedEvent",
            "AccessRequestedEvent",
            "AccessCreatedEvent",
            "DataProductUpdatedEvent",
            "TeamCreatedEvent",
            "AccessActivated",
            "accessactivatedevent",
            "AccessActivatedEvent.x",
            "",
        ] {
            assert_eq!(meaning(&format!("com.datamesh-manager.events.{name}")), None, "{name}");
        }
    }

    #[test]
    fn the_body_is_the_event_as_received_in_ascii() {
        let json = r#"{ "id":"e1","type":"x.AccessUpdatedEvent","subject":"ä😀","n":1.50 }"#;
        let message = Event::read(json).unwrap().message.unwrap();
        let expected = r#"{ "id":"e1","type":"x.AccessUpdatedEvent","subject":"\u00e4\ud83d\ude00","n":1.50 }"#;
        assert_eq!(message.body, expected);
        assert_eq!(read_body(&message.body).unwrap().unwrap().agreement.as_str(), "ä😀");
    }

    #[test]
    fn a_hint_of_our_own_is_read_like_any_other_message() {
        let agreement: AgreementId = "urn:ä:42".parse().unwrap();
        let message = Message::hint(&agreement, &EventId::of_hint(OffsetDateTime::UNIX_EPOCH, 7));
        let hint = read_body(&message.body).unwrap().unwrap();
        assert_eq!((hint.agreement, hint.verb), (agreement, Verb::Updated));
        assert!(message.body.is_ascii() && message.deduplication == "hint-0-7");
    }

    #[test]
    fn an_event_too_large_for_the_queue_is_reduced_to_its_ids() {
        let json = json!({"id": "e1", "type": "x.AccessUpdatedEvent", "subject": "acc-42",
                          "data": {"id": "acc-42", "note": "x".repeat(1024 * 1024)}});
        let message = Event::read(&json.to_string()).unwrap().message.unwrap();
        assert!(message.body.len() < 1000);
        let hint = read_body(&message.body).unwrap().unwrap();
        assert_eq!((hint.agreement.as_str(), hint.event.as_str()), ("acc-42", "e1"));
    }

    #[test]
    fn a_large_event_is_sent_as_received_with_its_ids_at_hand_for_a_smaller_queue() {
        let json = json!({"id": "e1", "type": "x.AccessUpdatedEvent", "subject": "acc-42",
                          "data": {"id": "acc-42", "note": "x".repeat(300 * 1024)}});
        let message = Event::read(&json.to_string()).unwrap().message.unwrap();
        assert_eq!(message.body, json.to_string());
        let hint = read_body(&message.essence.unwrap()).unwrap().unwrap();
        assert_eq!(hint.agreement.as_str(), "acc-42");
    }

    #[test]
    fn what_stands_in_an_event_nobody_wants_is_not_read() {
        let deep = "[".repeat(1000) + &"]".repeat(1000);
        for data in [deep.as_str(), "1e999", r#""\ud800""#, r#"{"id":7}"#] {
            let json = format!(r#"{{"id":"e1","type":"x.TeamUpdatedEvent","data":{data}}}"#);
            assert!(Event::read(&json).is_ok(), "{json}");
        }
    }

    #[test]
    fn the_group_is_the_agreement_so_that_others_are_not_held_up() {
        let event = Event::read(&activated("e1", "acc-42")).unwrap();
        let message = event.message.unwrap();
        assert_eq!((message.group.as_str(), message.deduplication.as_str()), ("acc-42", "e1"));
    }

    #[test]
    fn an_event_without_id_or_type_or_with_an_unusable_id_is_refused() {
        for json in [
            r#"{"type":"x"}"#,
            r#"{"id":"e1"}"#,
            r#"{"id":"","type":"x"}"#,
            r#"{"id":"a b","type":"x"}"#,
            r#"{"id":7,"type":"x"}"#,
            "[]",
            "",
        ] {
            assert!(Event::read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_change_that_names_no_agreement_is_an_unreadable_message() {
        let body = r#"{"id":"e1","type":"x.AccessUpdatedEvent"}"#;
        assert!(matches!(read_body(body), Err(EventError::NoAgreement { .. })));
        let body = activated("e1", "../x");
        assert!(matches!(read_body(&body), Err(EventError::NoAgreement { .. })));
    }

    #[test]
    fn a_message_the_predecessor_left_on_the_queue_is_understood_or_passed_over() {
        let team = r#"{"id":"e1","type":"com.datamesh-manager.events.TeamUpdatedEvent"}"#;
        assert_eq!(read_body(team).unwrap(), None);
    }

    proptest! {
        #[test]
        fn escaping_never_changes_what_the_json_says(text in "\\PC*") {
            let json = serde_json::Value::String(text).to_string();
            let ascii = to_ascii(&json);
            prop_assert!(ascii.is_ascii());
            let (before, after): (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(&json).unwrap(), serde_json::from_str(&ascii).unwrap());
            prop_assert_eq!(before, after);
        }

        #[test]
        fn no_text_makes_the_reader_of_events_panic(text in "\\PC*") {
            let _ = (Event::read(&text), read_body(&text));
        }
    }
}
