//! SIGKILL at hundreds of points.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backend::{Backend, Mishap, World};
use tokio::time::{sleep, timeout};

use crate::sample;

const EVENTS: usize = 2_400;
const KILLS: usize = 210;
/// So many of them at least have to meet work: afterwards the feed is through.
const LEAST_AT_WORK: usize = 200;
/// Most calls of one life. A page takes about four.
const LONGEST_LIFE: usize = 10;

/// `SEED`, or another one each time.
fn seed() -> u64 {
    let given = std::env::var("SEED").ok().and_then(|text| text.parse().ok());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    given.unwrap_or_else(|| u64::from(now.subsec_nanos()))
}

/// Lets the `last` call be the last one, and the queue refuse a part of some batches.
fn life(backend: &Backend, last: usize, how: Mishap, refuses: bool) {
    let mut calls = 0;
    let mut refusals = usize::from(refuses);
    let decide = move |call: &str| {
        calls += 1;
        if calls == last {
            return Some(how);
        }
        let strikes = call == "sqs:SendMessageBatch" && refusals > 0;
        refusals -= usize::from(strikes);
        strikes.then_some(Mishap::PartialBatch)
    };
    backend.world(|world| world.decide(decide));
}

#[tokio::test]
async fn killed_at_hundreds_of_random_points_it_loses_nothing_and_its_cursor_is_never_ahead() {
    let seed = seed();
    println!("SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let backend = Backend::start(sample::world(EVENTS)).await;
    let mut at_work = 0;
    for number in 0..KILLS {
        let last = random.usize(1..=LONGEST_LIFE);
        let how = if random.bool() { Mishap::Kill } else { Mishap::KillAfter };
        life(&backend, last, how, random.u8(0..8) == 0);
        // One in eight dies of the clock, wherever it is, the others of a call.
        let longest = if random.u8(0..8) == 0 { random.u64(0..120) } else { 20_000 };
        let poller = sample::poller(&backend);
        tokio::select! {
            () = backend.kill_is_due() => {}
            () = sleep(Duration::from_millis(longest)) => assert!(longest < 20_000, "life {number}"),
        }
        poller.kill().await;
        // A call of the dead that is still on its way has no effect any more.
        let _ = timeout(Duration::ZERO, backend.kill_is_due()).await;
        backend.world(|world| assert_eq!(world.violations, [""; 0], "life {number}"));
        at_work += usize::from(backend.world(|world| world.cursor()) < Some(EVENTS - 1));
    }
    let reached = backend.world(|world| world.cursor());
    assert!(at_work >= LEAST_AT_WORK, "only {at_work} kills met work");
    backend.world(World::behave);
    let poller = sample::poller(&backend);
    sample::is_through(&backend).await;
    poller.kill().await;
    backend.world(|world| {
        sample::check(world);
        let places: std::collections::BTreeMap<&str, usize> =
            world.due.iter().map(|due| (due.deduplication.as_str(), due.place)).collect();
        for send in &world.queue.sends {
            let passed = send.cursor.is_some_and(|cursor| places[send.deduplication.as_str()] <= cursor);
            assert!(!passed, "sent again although the cursor is past it: {send:?}");
        }
        let again = sample::given_again(world);
        println!(
            "seed {seed}: {at_work} kills up to event {reached:?} of {EVENTS}, {} messages, {again} given twice, {} minutes",
            world.due.len(), world.minute
        );
    });
}
