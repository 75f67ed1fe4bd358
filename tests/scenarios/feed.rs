//! The poller: nothing is lost, nothing is passed that the queue did not take.

use std::collections::HashMap;
use std::time::Duration;

use clients::cursor::Cursor;
use clients::fake::{FakeCatalog, FakeObjects, FakeQueue, Fault, Faults};
use domain::Failure;
use domain::event::{Family, read_body};
use futures_util::FutureExt as _;
use lambda::deadline::Deadline;
use poll_feed::error::PollError;
use poll_feed::poll::{Poller, Stop, Summary};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::world::body;

/// When the runs begin; events say the same time unless a test says otherwise.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-08-01 6:00 UTC);
pub(crate) const CURSOR: &str = "poll_feed/last_event_id";

pub(crate) struct Feed {
    pub(crate) faults: Faults,
    pub(crate) catalog: FakeCatalog,
    pub(crate) queue: FakeQueue,
    pub(crate) objects: FakeObjects,
    pub(crate) poller: Poller<FakeCatalog, FakeQueue, FakeObjects>,
}

impl Feed {
    /// A feed of `relevant` events about as many agreements.
    pub(crate) fn of(relevant: usize) -> Self {
        let faults = Faults::default();
        let catalog = FakeCatalog::new(faults.clone());
        let queue = FakeQueue::new(faults.clone());
        let objects = FakeObjects::new(faults.clone());
        let poller = Self::poller(&catalog, &queue, &objects);
        let feed = Self { faults, catalog, queue, objects, poller };
        (0..relevant).for_each(|number| feed.publish("AccessUpdated", number));
        feed
    }

    fn poller(
        catalog: &FakeCatalog,
        queue: &FakeQueue,
        objects: &FakeObjects,
    ) -> Poller<FakeCatalog, FakeQueue, FakeObjects> {
        Poller {
            feed: catalog.clone(),
            queue: queue.clone(),
            cursor: Cursor::new(objects.clone(), CURSOR.to_owned()),
            follow: true,
            own_principal: None,
        }
    }

    pub(crate) fn publish(&self, event: &str, number: usize) {
        self.catalog.publish(&body(event, &format!("acc-{number}"), number));
    }

    /// One of so many agreements, by turns.
    fn publish_about(&self, event: &str, number: usize, agreements: usize) {
        let agreement = format!("acc-{}", number % agreements);
        self.catalog.publish(&body(event, &agreement, number));
    }

    fn publish_at(&self, time: &str, event: &str, id: &str, number: usize) {
        let mut event: Value = serde_json::from_str(&body(event, id, number)).unwrap();
        event["time"] = json!(time);
        self.catalog.publish(&event.to_string());
    }

    async fn run(&self) -> Result<Summary, PollError> {
        self.poller.run(Deadline::within(Duration::from_secs(55)), NOW).await
    }

    fn cursor(&self) -> Option<String> {
        self.objects.text(CURSOR)
    }

    /// Event ids in the order they were queued.
    fn queued(&self) -> Vec<String> {
        let id = |body: &str| read_body(body).unwrap().unwrap().event.to_string();
        self.queue.sent().iter().map(|message| id(&message.body)).collect()
    }
}

/// Asserts that each agreement's events were queued as they stand in the feed. Those of different
/// agreements may overtake each other.
#[track_caller]
fn assert_each_agreement_in_order(feed: &Feed, context: &str) {
    let mut last: HashMap<String, usize> = HashMap::new();
    for (message, id) in feed.queue.sent().iter().zip(feed.queued()) {
        let number = id[1..].parse().unwrap();
        let before = last.insert(message.group.clone(), number);
        assert!(before.is_none_or(|before| before < number), "{context}: e{before:?} before {id}");
    }
}

/// Event ids as they stand in the feed, wherever they stand in the queue.
fn in_the_feed(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_by_key(|id| id[1..].parse::<usize>().unwrap());
    ids
}

fn ids(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| format!("e{number}")).collect()
}

#[tokio::test]
async fn a_thousand_events_cost_a_hundred_sends_and_one_cursor() {
    let feed = Feed::of(1000);
    let summary = feed.run().await.unwrap();
    assert_eq!((summary.pages, summary.events, summary.enqueued), (1, 1000, 1000));
    assert_eq!(feed.queued(), ids(0..1000));
    assert_eq!(feed.cursor().unwrap(), "e999");
    let count = |call| feed.faults.count(call);
    assert_eq!((count("s3:GetObject"), count("s3:PutObject")), (1, 1));
    assert_eq!((count("sqs:SendMessage"), count("GET events")), (100, 2));
}

#[tokio::test]
async fn an_idle_poll_writes_nothing() {
    let feed = Feed::of(0);
    assert_eq!(feed.run().await.unwrap(), Summary::default());
    assert_eq!(feed.faults.calls(), ["s3:GetObject", "GET events"]);
}

#[tokio::test]
async fn events_that_change_no_access_move_the_cursor_and_nothing_else() {
    let feed = Feed::of(0);
    feed.publish("TeamUpdated", 0);
    feed.publish("AccessProvisioned", 1);
    feed.publish("SomethingNobodyHasMet", 2);
    let summary = feed.run().await.unwrap();
    assert_eq!((summary.events, summary.enqueued), (3, 0));
    assert_eq!(feed.cursor().unwrap(), "e2");
    assert_eq!(feed.faults.count("sqs:SendMessage"), 0);
}

#[tokio::test]
async fn the_cursor_is_written_once_a_page_and_polling_goes_on_from_it() {
    let feed = Feed::of(25);
    feed.catalog.page_size(10);
    feed.objects.set(CURSOR, "e4\n");
    let summary = feed.run().await.unwrap();
    assert_eq!((summary.pages, summary.events), (2, 20));
    assert_eq!(feed.objects.writes(), 2);
    assert_eq!(feed.queued(), ids(5..25));
}

#[tokio::test(start_paused = true)]
async fn a_message_refused_for_a_moment_is_sent_again_in_order() {
    // None has two events in one call: of those SQS may take the later one only.
    for agreements in [30, 10, 7] {
        let feed = Feed::of(0);
        (0..30).for_each(|number| feed.publish_about("AccessUpdated", number, agreements));
        feed.queue.refuse("e13", 2);
        assert!(feed.run().await.is_ok());
        assert_eq!(feed.cursor().unwrap(), "e29");
        assert_eq!(in_the_feed(feed.queued()), ids(0..30));
        assert_each_agreement_in_order(&feed, &format!("{agreements} agreements"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_stays_refused_stops_the_cursor_before_it_and_ends_in_an_error() {
    let feed = Feed::of(30);
    feed.queue.refuse("e13", usize::MAX);
    let error = feed.run().await.unwrap_err();
    assert!(matches!(&error, PollError::Refused { event, .. } if event.as_str() == "e13"));
    assert_eq!(feed.cursor().unwrap(), "e12");
}

#[tokio::test]
async fn a_crash_at_any_call_loses_nothing_and_never_puts_the_cursor_ahead() {
    for fault in
        [Fault::Hangs, Fault::HangsAfter, Fault::Unavailable, Fault::AnswerLost, Fault::Denied]
    {
        for (nth, agreements) in (0..14).flat_map(|nth| [(nth, 35), (nth, 4), (nth, 1)]) {
            let feed = Feed::of(0);
            (0..35).for_each(|number| feed.publish_about("AccessUpdated", number, agreements));
            feed.catalog.page_size(15);
            let mut calls = 0;
            feed.faults.decide(move |_| {
                calls += 1;
                (calls == nth + 1).then_some(fault)
            });
            let _ = feed.run().now_or_never();
            let passed = feed.cursor().map_or(0, |id| id[1..].parse::<usize>().unwrap() + 1);
            let context = format!("{fault:?} at {nth}, {agreements} agreements");
            let queued = feed.queued();
            assert!(ids(0..passed).iter().all(|id| queued.contains(id)), "{context}");
            feed.faults.none();
            feed.run().await.unwrap();
            assert_eq!(in_the_feed(feed.queued()), ids(0..35), "{context}");
            assert_each_agreement_in_order(&feed, &context);
            assert_eq!(feed.cursor().unwrap(), "e34");
        }
    }
}

#[tokio::test]
async fn of_two_pollers_the_slower_one_stops_without_overwriting() {
    let feed = Feed::of(20);
    let (catalog, queue, objects) =
        (feed.catalog.clone(), feed.queue.clone(), feed.objects.clone());
    let mut overtaken = false;
    feed.faults.decide(move |action| {
        if action == "s3:PutObject" && !overtaken {
            overtaken = true;
            objects.set(CURSOR, "e19");
        }
        None
    });
    let summary = feed.run().await.unwrap();
    assert_eq!(summary.stop, Stop::Overtaken);
    assert_eq!(feed.cursor().unwrap(), "e19");
    drop((catalog, queue));
}

#[tokio::test]
async fn two_pollers_at_once_queue_everything_in_order_and_the_cursor_never_goes_back() {
    let feed = Feed::of(50);
    feed.catalog.page_size(7);
    let second = Feed::poller(&feed.catalog, &feed.queue, &feed.objects);
    let deadline = Deadline::within(Duration::from_secs(55));
    let (one, two) = futures_util::join!(feed.run(), second.run(deadline, NOW));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(feed.queued(), ids(0..50));
    assert_eq!(feed.cursor().unwrap(), "e49");
}

#[tokio::test]
async fn a_cursor_that_cannot_be_trusted_stops_the_poller_before_anything_is_sent() {
    for content in ["", "\n", "two words", "a\nb", "\u{0}", &"x".repeat(300)] {
        let feed = Feed::of(5);
        feed.objects.set(CURSOR, content);
        let error = feed.run().await.unwrap_err();
        assert_eq!(error.failure(), Failure::Halt, "{content:?}");
        assert!(feed.queue.sent().is_empty() && feed.objects.writes() == 0, "{content:?}");
    }
    let feed = Feed::of(5);
    feed.objects.set(CURSOR, vec![0xff, 0xfe]);
    assert!(feed.run().await.is_err());
    for fault in [Fault::Denied, Fault::Unavailable] {
        let feed = Feed::of(5);
        feed.faults.next("s3:GetObject", fault);
        assert!(feed.run().await.is_err());
        assert!(feed.queue.sent().is_empty() && feed.objects.writes() == 0);
    }
}

#[tokio::test]
async fn a_feed_that_cannot_be_read_leaves_the_cursor_and_the_next_run_recovers() {
    for fault in [Fault::Unavailable, Fault::Denied] {
        let feed = Feed::of(5);
        feed.faults.next("GET events", fault);
        assert!(feed.run().await.is_err());
        assert_eq!(feed.cursor(), None);
        assert!(feed.run().await.is_ok());
        assert_eq!(feed.queued(), ids(0..5));
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_queue_ends_a_run_in_order_and_without_an_error_once_there_was_progress() {
    let feed = Feed::of(40);
    let mut sends = 0;
    feed.faults.decide(move |action| {
        sends += usize::from(action == "sqs:SendMessage");
        (action == "sqs:SendMessage" && sends == 3).then_some(Fault::HangsAfter)
    });
    let summary = feed.run().await.unwrap();
    assert_eq!((summary.stop, summary.events), (Stop::OutOfTime, 20));
    assert_eq!(feed.cursor().unwrap(), "e19");
    feed.faults.none();
    assert!(feed.run().await.is_ok());
    assert_eq!(feed.queued(), ids(0..40));
}

#[tokio::test]
async fn a_feed_that_repeats_itself_is_reported() {
    let feed = Feed::of(20);
    feed.catalog.page_size(10);
    feed.catalog.repeat_first_page();
    assert!(matches!(feed.run().await, Err(PollError::Repeats { .. })));
    assert_eq!(feed.cursor().unwrap(), "e9");
    assert!(matches!(feed.run().await, Err(PollError::Repeats { .. })));
    assert_eq!(feed.queued(), ids(0..10));
}

#[tokio::test]
async fn a_feed_that_goes_in_a_circle_is_reported_where_the_circle_closes() {
    for length in [2, 3, 7] {
        let feed = Feed::of(length);
        feed.catalog.page_size(1);
        feed.publish("AccessUpdated", 0);
        let error = feed.run().await.unwrap_err();
        assert!(matches!(&error, PollError::Repeats { event } if event.as_str() == "e0"));
        assert_eq!(feed.cursor().unwrap(), format!("e{}", length - 1));
        assert_eq!(feed.queued(), ids(0..length));
        assert!(feed.run().await.is_err(), "the next minute comes to an end, too");
    }
}

#[tokio::test]
async fn a_feed_that_never_ends_is_left_after_five_hundred_pages() {
    let feed = Feed::of(501);
    feed.catalog.page_size(1);
    let summary = feed.run().await.unwrap();
    assert_eq!((summary.pages, summary.stop), (500, Stop::MostPages));
    assert_eq!(feed.cursor().unwrap(), "e499");
    feed.run().await.unwrap();
    assert_eq!(feed.cursor().unwrap(), "e500");
}

#[tokio::test]
async fn an_entry_without_a_place_in_the_feed_fails_the_whole_page() {
    let feed = Feed::of(3);
    feed.catalog.publish(r#"{"type":"x.AccessUpdatedEvent"}"#);
    let error = feed.run().await.unwrap_err();
    let chain = lambda::chain::Chain(&error).to_string();
    assert!(chain.contains("entry 3 of the page"), "{chain}");
    assert!(feed.queue.sent().is_empty() && feed.cursor().is_none());
}

#[tokio::test]
async fn an_odd_time_or_subject_does_not_block_the_feed() {
    let feed = Feed::of(0);
    feed.catalog
        .publish(r#"{"id":"e0","type":"x.TeamUpdatedEvent","subject":7,"time":{},"data":[]}"#);
    assert_eq!(feed.run().await.unwrap().events, 1);
    assert_eq!(feed.cursor().unwrap(), "e0");
}

#[tokio::test(start_paused = true)]
async fn a_dependency_that_never_answers_ends_the_run_before_lambda_does() {
    for call in ["s3:GetObject", "GET events", "sqs:SendMessage", "s3:PutObject"] {
        let feed = Feed::of(5);
        feed.faults.next(call, Fault::Hangs);
        let begun = tokio::time::Instant::now();
        assert!(feed.run().await.is_err(), "{call}");
        assert!(begun.elapsed() < Duration::from_secs(55), "{call}");
        assert!(feed.run().await.is_ok());
        assert_eq!(feed.queued(), ids(0..5));
    }
}

#[tokio::test]
async fn a_backlog_is_drained_over_several_runs_and_each_makes_progress() {
    let feed = Feed::of(3000);
    feed.catalog.page_size(10);
    let mut runs = 0;
    let mut before = 0;
    while feed.queued().len() < 3000 {
        // The time is up after some calls: the clock of the test stands still otherwise.
        let mut calls = 0;
        let slow = feed.poller.run(Deadline::within(Duration::from_secs(1)), NOW);
        feed.faults.decide(move |_| {
            calls += 1;
            (calls > 200).then_some(Fault::Unavailable)
        });
        let _ = slow.await;
        feed.faults.none();
        assert!(feed.queued().len() > before, "run {runs} made no progress");
        before = feed.queued().len();
        runs += 1;
    }
    assert!(runs > 1);
    assert_eq!(feed.queued(), ids(0..3000));
}

#[tokio::test]
async fn a_run_without_time_leaves_everything_to_the_next_one() {
    let feed = Feed::of(5);
    let stopped = feed.poller.run(Deadline::within(Duration::ZERO), NOW).await;
    assert_eq!(stopped.unwrap().stop, Stop::OutOfTime);
    assert_eq!(feed.faults.calls(), ["s3:GetObject"], "no page is begun");
}

/// Three agreements on products `orders` and `churn`; the last one is over.
fn with_agreements(feed: &Feed) {
    let agreements =
        [("a", "orders", "churn", true), ("b", "churn", "x", true), ("c", "orders", "x", false)];
    for (id, provider, consumer, active) in agreements {
        let document = json!({
            "id": id, "info": {"active": active},
            "provider": {"dataProductId": provider, "dataContractId": "orders-v1"},
            "consumer": {"dataProductId": consumer, "teamId": "marketing"},
        });
        feed.catalog.set_agreement(Family::Access, id, &document.to_string());
    }
}

/// The agreements that were queued, in order.
fn hinted(feed: &Feed) -> Vec<String> {
    let agreement = |body: &str| read_body(body).unwrap().unwrap().agreement.to_string();
    feed.queue.sent().iter().map(|message| agreement(&message.body)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_changed_product_contract_or_team_is_a_hint_about_exactly_the_agreements_concerned() {
    for (event, id, concerned) in [
        ("DataProductUpdated", "churn", &["a", "b"][..]),
        ("OutputPortUpdated", "orders", &["a"]),
        ("DataProductDeleted", "orders", &["a"]),
        ("DataContractUpdated", "orders-v1", &["a", "b"]),
        ("TeamUpdated", "marketing", &["a", "b"]),
        ("DataProductUpdated", "nobodys", &[]),
        ("DataProductCreated", "orders", &[]),
    ] {
        let feed = Feed::of(0);
        with_agreements(&feed);
        feed.catalog.publish(&body(event, id, 7));
        let summary = feed.run().await.unwrap();
        assert_eq!(hinted(&feed), concerned, "{event} {id}");
        assert_eq!((summary.hints, feed.cursor().as_deref()), (concerned.len(), Some("e7")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_product_that_changed_often_is_asked_about_once_and_each_agreement_hinted_once() {
    let feed = Feed::of(0);
    with_agreements(&feed);
    for (number, event) in
        ["DataProductUpdated", "OutputPortUpdated", "DataProductUpdated"].iter().enumerate()
    {
        feed.catalog.publish(&body(event, "churn", number));
    }
    feed.run().await.unwrap();
    assert_eq!((feed.faults.count("GET agreements"), hinted(&feed).len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_had_now_keeps_the_cursor_before_the_change() {
    let feed = Feed::of(2);
    with_agreements(&feed);
    feed.publish_at("2026-08-01T05:50:00Z", "TeamUpdated", "marketing", 2);
    feed.faults.next("GET agreements", Fault::Unavailable);
    assert_eq!(feed.run().await.unwrap_err().failure(), Failure::Retry);
    assert_eq!((feed.cursor().as_deref(), feed.queued().len()), (Some("e1"), 2));
    feed.run().await.unwrap();
    assert_eq!((feed.cursor().as_deref(), hinted(&feed).len()), (Some("e2"), 4));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_can_never_be_had_does_not_hold_up_the_feed() {
    let feed = Feed::of(0);
    with_agreements(&feed);
    feed.catalog.publish(&body("TeamUpdated", "marketing", 0));
    feed.publish("AccessUpdated", 1);
    feed.faults.next("GET agreements", Fault::Denied);
    feed.run().await.unwrap();
    assert_eq!((feed.cursor().as_deref(), hinted(&feed)), (Some("e1"), vec!["acc-1".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_for_a_quarter_of_an_hour_is_passed() {
    let feed = Feed::of(0);
    feed.publish_at("2026-08-01T05:44:00Z", "TeamUpdated", "marketing", 0);
    feed.publish("AccessUpdated", 1);
    feed.faults.next("GET agreements", Fault::Unavailable);
    feed.run().await.unwrap();
    assert_eq!(feed.cursor().as_deref(), Some("e1"));
}

#[tokio::test(start_paused = true)]
async fn lists_that_never_answer_leave_time_to_send_and_each_run_gets_further() {
    let feed = Feed::of(1);
    for (number, product) in ["p1", "p2", "p3"].into_iter().enumerate() {
        feed.publish_at("2026-08-01T06:00:00Z", "DataProductUpdated", product, number + 1);
    }
    feed.publish("AccessUpdated", 4);
    feed.faults.decide(|call| (call == "GET agreements").then_some(Fault::Hangs));
    for cursor in ["e0", "e1", "e2"] {
        let _ = feed.run().await;
        assert_eq!(feed.cursor().as_deref(), Some(cursor));
    }
    let _ = feed.run().await;
    let _ = feed.run().await;
    assert_eq!(
        (feed.cursor().as_deref(), hinted(&feed).last().unwrap().as_str()),
        (Some("e4"), "acc-4")
    );
}

#[tokio::test(start_paused = true)]
async fn all_contracts_and_teams_of_a_page_are_looked_up_in_one_list() {
    let feed = Feed::of(0);
    with_agreements(&feed);
    for number in 0..20 {
        let event = if number % 2 == 0 { "TeamUpdated" } else { "DataContractUpdated" };
        feed.catalog.publish(&body(event, &format!("x-{number}"), number));
    }
    feed.run().await.unwrap();
    assert_eq!(feed.faults.count("GET agreements"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_operator_may_have_changes_of_definitions_passed_over() {
    let mut feed = Feed::of(0);
    feed.poller.follow = false;
    with_agreements(&feed);
    feed.catalog.publish(&body("DataProductUpdated", "churn", 0));
    feed.run().await.unwrap();
    assert_eq!((feed.cursor().as_deref(), hinted(&feed).len()), (Some("e0"), 0));
    assert_eq!(feed.faults.count("GET agreements"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_integrations_own_edits_cost_nothing_but_the_cursor() {
    let mut feed = Feed::of(0);
    feed.poller.own_principal = Some("api-key:ours".to_owned());
    let by = |principal: &str, event: &str, number: usize| {
        let mut event: Value = serde_json::from_str(&body(event, "acc-1", number)).unwrap();
        event["principal"] = json!(principal);
        feed.catalog.publish(&event.to_string());
    };
    by("api-key:ours", "AccessUpdated", 0);
    by("api-key:ours", "DataUsageAgreementUpdated", 1);
    let summary = feed.run().await.unwrap();
    assert_eq!((feed.cursor().as_deref(), summary.enqueued), (Some("e1"), 0));
    assert_eq!(feed.faults.count("sqs:SendMessage"), 0);
    // Whoever begins or ends an agreement is listened to, and so is everybody else's edit.
    by("api-key:ours", "AccessDeactivated", 2);
    by("user:ada", "AccessUpdated", 3);
    feed.run().await.unwrap();
    assert_eq!(feed.queued(), ["e2", "e3"]);
}
