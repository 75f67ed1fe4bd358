//! What an event of the feed says, and what of it is believed.

use domain::agreement::{Activity, Agreement, AgreementError};
use domain::definition::Definition;
use domain::event::{Event, EventId, Family, Message, read_body};
use domain::ids::AgreementId;
use domain::role::RoleArn;
use serde_json::{Value, json};
use time::{Date, Month, OffsetDateTime};

fn today() -> Date {
    Date::from_calendar_date(2026, Month::August, 1).unwrap()
}

fn event(members: &Value) -> Event {
    let mut event = json!({"id": "e1", "type": "x.AccessUpdatedEvent", "subject": "acc-42"});
    event.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Event::read(&event.to_string()).unwrap()
}

#[test]
fn each_family_is_the_others_other() {
    assert_eq!(Family::Access.other(), Family::DataUsageAgreement);
    assert_eq!(Family::DataUsageAgreement.other(), Family::Access);
}

#[test]
fn an_event_says_when_it_happened_and_who_edited() {
    let edited = event(&json!({"time": "2026-08-01T06:00:00Z", "principal": "key-1"}));
    assert_eq!(edited.time.as_deref(), Some("2026-08-01T06:00:00Z"));
    assert_eq!(edited.editor.as_deref(), Some("key-1"));
    assert_eq!((edited.id.as_str(), edited.definition), ("e1", None));
    let begun = event(&json!({"type": "x.AccessActivatedEvent", "principal": "key-1"}));
    assert_eq!((begun.editor, begun.time), (None, None));
}

#[test]
fn only_ones_own_edit_is_no_news() {
    let edited = || event(&json!({"principal": "key-1"}));
    assert_eq!(edited().unless_edited_by(Some("key-1")).message, None);
    assert_eq!(edited().unless_edited_by(Some("key-1")).id.as_str(), "e1");
    for own in [None, Some("key-2")] {
        assert!(edited().unless_edited_by(own).message.is_some(), "{own:?}");
    }
    let nobodys = event(&json!({})).unless_edited_by(None);
    assert!(nobodys.message.is_some(), "nobody is not everybody");
    let begun = event(&json!({"type": "x.AccessActivatedEvent", "principal": "key-1"}));
    assert!(begun.unless_edited_by(Some("key-1")).message.is_some());
}

#[test]
fn a_changed_definition_is_read_from_the_events_own_subject() {
    let changed = event(&json!({"type": "x.DataContractUpdatedEvent", "subject": "orders-v1"}));
    assert_eq!(changed.definition, Some(Definition::Contract("orders-v1".parse().unwrap())));
    assert_eq!(changed.message, None);
}

#[test]
fn a_hint_of_our_own_says_on_which_role_the_policy_was_seen_and_nobody_else_may() {
    let agreement: AgreementId = "acc-42".parse().unwrap();
    let role: RoleArn = "arn:aws:iam::123456789012:role/churn".parse().unwrap();
    let id = EventId::of_hint(OffsetDateTime::UNIX_EPOCH, 3);
    let hint = Message::hint_about(&agreement, Some(&role), &id);
    let read = read_body(&hint.body).unwrap().unwrap();
    assert_eq!((read.role.as_ref(), read.event.as_str()), (Some(&role), "hint-0-3"));
    assert_eq!((hint.group.as_str(), hint.essence), ("acc-42", None));
    let posing = hint.body.replace("data-mesh-manager-aws.", "com.datamesh-manager.events.");
    assert_eq!(read_body(&posing).unwrap().unwrap().role, None);
    assert_eq!(read_body(&Message::hint(&agreement, &id).body).unwrap().unwrap().role, None);
}

#[test]
fn a_hint_that_an_event_gives_about_an_agreement_has_the_same_id_each_time_and_no_others() {
    let (first, second): (EventId, EventId) = ("e1".parse().unwrap(), "e2".parse().unwrap());
    let (a, b): (AgreementId, AgreementId) = ("a".parse().unwrap(), "b".parse().unwrap());
    assert_eq!(first.about(&a), first.about(&a));
    assert_ne!(first.about(&a), first.about(&b));
    assert_ne!(first.about(&a), second.about(&a));
    assert!(first.about(&a).as_str().starts_with("hint-"));
}

#[test]
fn an_agreement_names_its_provider_its_port_its_consumer_and_its_last_day() {
    let document = json!({"id": "acc-42",
        "info": {"active": true, "endDate": "2026-12-31"},
        "provider": {"dataProductId": "orders", "outputPortId": "s3"},
        "consumer": {"dataProductId": "churn", "teamId": "marketing", "userId": "x@example.com"}});
    let (id, read) = Agreement::listed(&document.to_string(), today()).unwrap();
    assert_eq!((id.as_str(), read.activity), ("acc-42", Activity::Active));
    assert_eq!(read.provider, Some("orders".parse().unwrap()));
    assert_eq!(
        (read.output_port.as_deref(), read.ends.as_deref()),
        (Some("s3"), Some("2026-12-31"))
    );
    assert_eq!(read.consumer.product, Some("churn".parse().unwrap()));
    assert_eq!(read.consumer.team, Some("marketing".parse().unwrap()));
    assert_eq!(read.consumer.member, Some("x@example.com".parse().unwrap()));
    assert!(!read.consumer.is_unusable);
    assert_eq!(Agreement::id_of(&document.to_string()), Some(id));
}

#[test]
fn a_consumer_that_cannot_be_asked_for_is_told_from_none() {
    for consumer in [
        json!({"dataProductId": "a/b", "teamId": "marketing"}),
        json!({"teamId": ".."}),
        json!({"userId": "a\\b"}),
    ] {
        let document = json!({"id": "acc-42", "consumer": consumer});
        let read = Agreement::read(&"acc-42".parse().unwrap(), &document.to_string(), today());
        assert!(read.unwrap().consumer.is_unusable, "{consumer}");
    }
}

#[test]
fn an_entry_of_the_list_is_known_by_its_id_wherever_that_stands() {
    let listed = |document: Value| Agreement::listed(&document.to_string(), today());
    assert_eq!(listed(json!({"info": {"id": "acc-42"}})).unwrap().0.as_str(), "acc-42");
    assert!(matches!(listed(json!({"id": "a/b"})), Err(AgreementError::Unusable(_))));
    assert!(matches!(listed(json!({})), Err(AgreementError::Unusable(_))));
    let id_of = |document: Value| Agreement::id_of(&document.to_string());
    assert_eq!(id_of(json!({"info": {"id": "acc-42"}})), Some("acc-42".parse().unwrap()));
    assert_eq!(id_of(json!({"info": {}})), None);
    assert_eq!(id_of(json!({"id": "a/b"})), None);
}
