//! A feed with everything in it, and what the queue must hold of it.

use std::collections::BTreeMap;
use std::time::Duration;

use backend::{Backend, CURSOR, Due, Program, World};
use domain::event::EventId;
use domain::ids::AgreementId;
use serde_json::{Value, json};

/// Agreements that events are about.
const AGREEMENTS: usize = 37;
/// Agreements on the data product that changes now and then.
const CONCERNED: [&str; 3] = ["acc-0", "acc-1", "acc-2"];
/// Events of a page.
const PAGE: usize = 20;

fn event(place: usize) -> (Value, Vec<Due>) {
    let id = format!("e{place}");
    let agreement = format!("acc-{}", place * 7 % AGREEMENTS);
    let due =
        |group: &str, deduplication: String| Due { place, deduplication, group: group.to_owned() };
    let (kind, about, due) = match place % 40 {
        7 => {
            let event: EventId = id.parse().unwrap();
            let hint = |group: &&str| {
                let agreement: AgreementId = group.parse().unwrap();
                due(group, event.about(&agreement).to_string())
            };
            ("DataProductUpdated", "orders".to_owned(), CONCERNED.iter().map(hint).collect())
        }
        4 | 13 | 22 | 31 => ("AccessProvisioned", agreement, Vec::new()),
        verb => {
            let verbs = ["AccessActivated", "AccessUpdated", "AccessDeactivated"];
            (verbs[verb % 3], agreement.clone(), vec![due(&agreement, id.clone())])
        }
    };
    // Always young: the poller passes over old changes whose list cannot be had.
    let event = json!({"specversion": "1.0", "id": id, "subject": about,
        "time": "2100-01-01T00:00:00Z", "type": format!("com.datamesh-manager.events.{kind}Event"),
        "data": {"id": about}});
    (event, due)
}

/// A world with a feed of `events` and functions that are invoked each minute.
pub(crate) fn world(events: usize) -> World {
    let (feed, due): (Vec<Value>, Vec<Vec<Due>>) = (0..events).map(event).unzip();
    let agreements = CONCERNED.iter().map(|id| {
        let agreement = json!({"id": id, "info": {"active": true},
            "provider": {"dataProductId": "orders"}, "consumer": {"dataProductId": "churn"}});
        ((*id).to_owned(), agreement)
    });
    let mut world = World::with_feed(feed, PAGE);
    world.agreements = agreements.collect();
    world.due = due.into_iter().flatten().collect();
    world.listable = vec![CURSOR.to_owned()];
    world.invocations.scheduled = true;
    world.invocations.time = Duration::from_secs(55);
    world
}

/// The poller.
pub(crate) fn poller(backend: &Backend) -> Program {
    Program::start(env!("CARGO_BIN_EXE_poll_feed"), backend, &[])
}

/// Waits until the poller has found nothing more to do.
pub(crate) async fn is_through(backend: &Backend) {
    let end = |world: &World| world.cursor() == world.feed.len().checked_sub(1);
    let through = backend.until(end);
    tokio::time::timeout(Duration::from_secs(50), through).await.expect("the feed ends");
}

/// Everything was queued, in order within each agreement, and nothing forbidden was done.
pub(crate) fn check(world: &World) {
    assert_eq!(world.violations, [""; 0]);
    let missing = world.due.iter().find(|due| !world.queue.has(&due.deduplication));
    assert_eq!(missing, None, "lost");
    let places: BTreeMap<&str, usize> =
        world.due.iter().map(|due| (due.deduplication.as_str(), due.place)).collect();
    let mut newest: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for send in world.queue.taken().filter(|send| seen.insert(send.deduplication.as_str())) {
        let place = *places.get(send.deduplication.as_str()).expect("only what is due is queued");
        let before = newest.insert(&send.group, place);
        assert!(before.is_none_or(|before| before <= place), "{} out of order", send.group);
    }
}

/// Messages that a consumer is given more than once.
pub(crate) fn given_again(world: &World) -> usize {
    let taken: Vec<&str> = world.queue.taken().map(|send| send.deduplication.as_str()).collect();
    let distinct: std::collections::BTreeSet<&str> = taken.iter().copied().collect();
    taken.len() - distinct.len()
}
