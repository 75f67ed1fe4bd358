//! What the poller counts: alarms watch these metrics, so a run that fails in silence would stay unseen.

use std::collections::BTreeMap;
use std::time::Duration;

use clients::fake::Fault;
use lambda::deadline::Deadline;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

use crate::feed::{CURSOR, Feed, NOW};

type Counts = BTreeMap<String, u64>;
type Spoil = fn(&Feed);

/// What one run counted.
async fn counted(feed: &Feed) -> Counts {
    let recorder = DebuggingRecorder::new();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let deadline = Deadline::within(Duration::from_secs(55));
    let _ = poll_feed::handler::handle(&feed.poller, deadline, NOW).await;
    let mut counts = Counts::new();
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        if let DebugValue::Counter(count) = value {
            counts.insert(key.key().name().to_owned(), count);
        }
    }
    counts
}

fn count(counts: &Counts, name: &str) -> u64 {
    counts.get(name).copied().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_is_counted_whatever_made_it_fail() {
    let causes: [(&str, Spoil, u64); 9] = [
        ("an empty cursor", |feed| feed.objects.set(CURSOR, ""), 1),
        ("a malformed cursor", |feed| feed.objects.set(CURSOR, "two words"), 1),
        ("a forbidden cursor", |feed| feed.faults.next("s3:GetObject", Fault::Denied), 1),
        ("a cursor in a broken store", |feed| break_call(feed, "s3:GetObject"), 0),
        ("a forbidden feed", |feed| feed.faults.next("GET events", Fault::Denied), 1),
        ("a broken feed", |feed| break_call(feed, "GET events"), 0),
        ("a feed that repeats itself", |feed| repeat(feed), 0),
        ("an entry without an id", |feed| feed.catalog.publish("{}"), 0),
        ("a message that is refused", |feed| feed.queue.refuse("e3", usize::MAX), 0),
    ];
    for (cause, spoil, halted) in causes {
        let feed = Feed::of(5);
        spoil(&feed);
        let counts = counted(&feed).await;
        assert_eq!(count(&counts, "PollFailed"), 1, "{cause}: {counts:?}");
        assert_eq!(count(&counts, "PollSucceeded"), 0, "{cause}");
        assert_eq!(count(&counts, "Halted"), halted, "{cause}");
    }
}

fn break_call(feed: &Feed, call: &'static str) {
    feed.faults.decide(move |action| (action == call).then_some(Fault::Unavailable));
}

fn repeat(feed: &Feed) {
    feed.catalog.page_size(2);
    feed.catalog.repeat_first_page();
}

#[tokio::test]
async fn what_changes_no_access_is_counted_as_ignored() {
    let feed = Feed::of(4);
    for (number, kind) in [(4, "TeamCreated"), (5, "SomethingNobodyHasMet")] {
        feed.publish(kind, number);
    }
    let counts = counted(&feed).await;
    let of = |name| count(&counts, name);
    assert_eq!((of("EventsRead"), of("EventsEnqueued"), of("EventsIgnored")), (6, 4, 2));
    assert_eq!((of("PollSucceeded"), of("PollFailed"), of("BacklogLeft")), (1, 0, 0));
}

#[tokio::test]
async fn a_feed_that_goes_on_after_the_last_page_of_a_run_is_counted_as_a_backlog() {
    let feed = Feed::of(501);
    feed.catalog.page_size(1);
    assert_eq!(count(&counted(&feed).await, "BacklogLeft"), 1);
    assert_eq!(count(&counted(&feed).await, "BacklogLeft"), 0);
}

/// What the recorder has of this figure since it was last asked; a gauge has its last value for ever.
fn figures(recorder: &DebuggingRecorder, name: &str) -> usize {
    let metrics = recorder.snapshotter().snapshot().into_vec().into_iter();
    let of_name = metrics.filter(|(key, ..)| key.key().name() == name);
    of_name.fold(0, |count, (.., value)| match value {
        DebugValue::Histogram(values) => count + values.len(),
        DebugValue::Gauge(_) | DebugValue::Counter(_) => count + 1,
    })
}

#[tokio::test(start_paused = true)]
async fn a_figure_of_a_run_is_printed_once_and_not_by_the_next_run() {
    let feed = Feed::of(5);
    let recorder = DebuggingRecorder::new();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let deadline = || Deadline::within(Duration::from_secs(55));
    poll_feed::handler::handle(&feed.poller, deadline(), NOW).await.unwrap();
    assert_eq!(figures(&recorder, "FeedLagSeconds"), 1);
    break_call(&feed, "s3:GetObject");
    poll_feed::handler::handle(&feed.poller, deadline(), NOW).await.unwrap_err();
    assert_eq!(figures(&recorder, "FeedLagSeconds"), 0);
}
