//! The operator moves dead letters back, and the place in the feed.

use std::time::Duration;

use clients::cursor::{Cursor, CursorError};
use clients::dead_letters::DeadLetters as _;
use clients::fake::{FakeCatalog, FakeDeadLetters, FakeObjects, FakeQueue, Fault, Faults};
use dmm_aws::arguments::Place;
use dmm_aws::redrive::{Redrive, RedriveError, Row, summary};
use dmm_aws::rewind::{Reread, reread, rewind};
use domain::event::EventId;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::world::body;

const NOW: OffsetDateTime = datetime!(2026-08-01 6:00 UTC);
const CURSOR: &str = "poll_feed/last_event_id";

struct Queues {
    faults: Faults,
    letters: FakeDeadLetters,
    queue: FakeQueue,
}

impl Queues {
    /// Two letters of agreement a, one of b, and one that nobody can read.
    fn new() -> Self {
        let faults = Faults::default();
        let letters = FakeDeadLetters::new(faults.clone());
        let hours_ago = |hours: i64| (NOW.unix_timestamp() - hours * 3600) * 1000;
        letters.set_aside("a", &body("AccessActivated", "a", 1), hours_ago(5));
        letters.set_aside("b", &body("AccessDeactivated", "b", 2), hours_ago(3));
        letters.set_aside("a", &body("AccessActivated", "a", 3), hours_ago(2));
        letters.set_aside("x", "not an event", hours_ago(1));
        let queue = FakeQueue::new(faults.clone());
        Self { faults, letters, queue }
    }

    async fn redrive(&self) -> Result<u64, RedriveError> {
        let (patience, pause) = (Duration::from_mins(1), Duration::from_secs(2));
        Redrive { letters: &self.letters, queue: &self.queue, patience, pause }.run().await
    }

    /// Bodies in the events queue, by group.
    fn sent(&self, group: &str) -> Vec<String> {
        let of_group = self.queue.sent().into_iter().filter(|message| message.group == group);
        of_group.map(|message| message.body).collect()
    }
}

#[tokio::test]
async fn the_summary_tells_agreement_type_and_age_and_hides_nothing() {
    let q = Queues::new();
    let summary = summary(&q.letters, NOW).await.unwrap();
    assert_eq!((summary.messages, summary.looked_at), (4, 4));
    let row = |agreement: Option<&str>, event: Option<&str>, messages, hours: i64| Row {
        agreement: agreement.map(str::to_owned),
        event_type: event.map(str::to_owned),
        messages,
        oldest_seconds: Some(hours * 3600),
    };
    assert_eq!(
        summary.rows,
        [
            row(None, None, 1, 1),
            row(Some("a"), Some("AccessActivatedEvent"), 2, 5),
            row(Some("b"), Some("AccessDeactivatedEvent"), 1, 3),
        ]
    );
    assert_eq!((q.letters.hidden(), q.letters.letters().len()), (0, 4));
}

#[tokio::test]
async fn a_summary_that_fails_half_way_hides_nothing_either() {
    let q = Queues::new();
    let mut calls = 0;
    q.faults.decide(move |call| {
        calls += usize::from(call == "sqs:ReceiveMessage");
        (call == "sqs:ReceiveMessage" && calls == 2).then_some(Fault::Unavailable)
    });
    assert!(summary(&q.letters, NOW).await.is_err());
    assert_eq!(q.letters.hidden(), 0);
}

#[tokio::test]
async fn where_sqs_can_move_messages_itself_it_does() {
    let q = Queues::new();
    q.letters.moves_by_itself();
    assert_eq!(q.redrive().await.unwrap(), 4);
    assert_eq!((q.letters.moved().len(), q.queue.sent().len()), (4, 0));
}

#[tokio::test]
async fn elsewhere_each_message_goes_back_into_its_group_in_order() {
    let q = Queues::new();
    assert_eq!(q.redrive().await.unwrap(), 4);
    assert_eq!(q.letters.letters(), []);
    let expected = [body("AccessActivated", "a", 1), body("AccessActivated", "a", 3)];
    assert_eq!(q.sent("a"), expected);
    assert_eq!((q.sent("b").len(), q.sent("x").len()), (1, 1));
}

#[tokio::test]
async fn a_move_that_is_interrupted_loses_nothing_and_repeats_nothing() {
    for fault in [Fault::Unavailable, Fault::AnswerLost, Fault::Denied] {
        for action in ["sqs:SendMessage", "sqs:DeleteMessage", "sqs:ReceiveMessage"] {
            for attempt in 1..=4 {
                let q = Queues::new();
                let mut calls = 0;
                q.faults.decide(move |call| {
                    calls += usize::from(call == action);
                    (call == action && calls == attempt).then_some(fault)
                });
                let first = q.redrive().await;
                q.letters.show_all();
                if first.is_err() {
                    q.redrive().await.unwrap();
                }
                assert_eq!(q.letters.letters(), [], "{action} {attempt} {fault:?}");
                assert_eq!(q.queue.sent().len(), 4, "{action} {attempt} {fault:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_message_that_the_queue_refuses_stays_and_is_named() {
    let q = Queues::new();
    let first = q.letters.letters().remove(0);
    q.queue.refuse(&first.message().deduplication, 1);
    let error = q.redrive().await.unwrap_err();
    assert!(error.to_string().contains("group a"), "{error}");
    assert_eq!((q.letters.letters().len(), q.letters.hidden()), (4, 0));
}

#[tokio::test]
async fn a_letter_is_never_taken_for_a_repetition_of_the_message_that_failed() {
    let q = Queues::new();
    let original = domain::event::Event::read(&body("AccessActivated", "a", 1)).unwrap();
    let original = original.message.unwrap();
    let taken = q.letters.take().await.unwrap();
    assert_eq!(taken[0].message().body, original.body);
    assert_ne!(taken[0].message().deduplication, original.deduplication);
}

struct Feed {
    faults: Faults,
    catalog: FakeCatalog,
    objects: FakeObjects,
    cursor: Cursor<FakeObjects>,
}

impl Feed {
    /// Events e1 to e5, one of them about no agreement; the cursor at e4.
    fn new() -> Self {
        let faults = Faults::default();
        let catalog = FakeCatalog::new(faults.clone());
        let objects = FakeObjects::new(faults.clone());
        for (number, id) in [(1, "a"), (2, "b"), (4, "a"), (5, "c")] {
            if number == 4 {
                catalog.publish(&body("TeamUpdated", "t", 3));
            }
            catalog.publish(&body("AccessActivated", id, number));
        }
        catalog.page_size(2);
        objects.set(CURSOR, "e4");
        let cursor = Cursor::new(objects.clone(), CURSOR.to_owned());
        Self { faults, catalog, objects, cursor }
    }

    async fn reread(&self, place: &str) -> Reread {
        let position = self.cursor.load().await.unwrap();
        reread(&self.catalog, &place.parse().unwrap(), position.last.as_ref()).await.unwrap()
    }
}

#[tokio::test]
async fn before_the_place_moves_it_is_said_what_will_be_read_again() {
    let f = Feed::new();
    let found = f.reread("beginning").await;
    assert_eq!((found.events, found.about_access, found.agreements), (5, 4, 3));
    assert!(found.is_back && found.is_all);
    let found = f.reread("e2").await;
    assert_eq!((found.events, found.about_access, found.agreements), (3, 2, 2));
    assert_eq!(f.objects.text(CURSOR).unwrap(), "e4", "nothing has moved");
}

#[tokio::test]
async fn a_place_behind_the_pollers_is_told_as_one_that_passes_events_over() {
    let f = Feed::new();
    assert!(!f.reread("e5").await.is_back);
    assert!(f.reread("e4").await.is_back, "the place it has is no harm");
}

#[tokio::test]
async fn a_feed_without_end_is_not_counted_for_ever() {
    let f = Feed::new();
    f.catalog.repeat_first_page();
    let found = f.reread("beginning").await;
    assert!(!found.is_all);
}

#[tokio::test]
async fn the_place_moves_to_an_event_or_to_the_beginning() {
    let f = Feed::new();
    let position = f.cursor.load().await.unwrap();
    rewind(&f.cursor, &position, &Place::Behind("e1".parse::<EventId>().unwrap())).await.unwrap();
    assert_eq!(f.objects.text(CURSOR).unwrap(), "e1");
    let position = f.cursor.load().await.unwrap();
    rewind(&f.cursor, &position, &Place::Beginning).await.unwrap();
    assert_eq!(f.cursor.load().await.unwrap().last, None);
    let position = f.cursor.load().await.unwrap();
    rewind(&f.cursor, &position, &Place::Beginning).await.unwrap();
}

#[tokio::test]
async fn a_poller_that_moved_meanwhile_is_not_overwritten() {
    for place in ["beginning", "e1"] {
        let f = Feed::new();
        let position = f.cursor.load().await.unwrap();
        f.cursor.save(&position, "e5".parse().unwrap()).await.unwrap();
        let moved = rewind(&f.cursor, &position, &place.parse().unwrap()).await;
        assert!(matches!(moved, Err(CursorError::Overtaken)), "{place}: {moved:?}");
        assert_eq!(f.objects.text(CURSOR).unwrap(), "e5");
        assert_eq!(f.faults.count("s3:PutObject"), if place == "e1" { 2 } else { 1 });
    }
}
