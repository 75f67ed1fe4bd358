//! Each call of a run fails in each way, once and until the run ends; the runs after it put it right.

use std::sync::Arc;

use backend::{Backend, Ended, Mishap};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::sample;

/// Two pages.
const EVENTS: usize = 30;
/// Pollers at once: most of the time they wait for something that does not come.
const SIDE_BY_SIDE: usize = 32;

/// The calls of a start and of a run in which nothing goes wrong.
const CALLS: [&str; 13] = [
    // While the process starts.
    "secretsmanager:GetSecretValue",
    "s3:GetObject",
    "GET events",
    "GET agreements",
    "GET agreements",
    "sqs:SendMessageBatch",
    "sqs:SendMessageBatch",
    "s3:PutObject",
    "GET events",
    "sqs:SendMessageBatch",
    "s3:PutObject",
    "GET events",
    "s3:GetObject",
];

const EVERYWHERE: [Mishap; 9] = [
    Mishap::Throttled,
    Mishap::Broken,
    Mishap::Unavailable,
    Mishap::Denied,
    Mishap::Reset,
    Mishap::ResetAfter,
    Mishap::HalfAnswer,
    Mishap::Stall,
    Mishap::StallAfter,
];

/// How long something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasting {
    Once,
    UntilTheRunEnds,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    place: usize,
    mishap: Mishap,
    lasting: Lasting,
}

impl Case {
    fn call(self) -> &'static str {
        CALLS[self.place]
    }

    /// The class of the failure in the log; `None` where the run is to end well.
    fn failure(self) -> Option<&'static str> {
        match (self.call(), self.mishap) {
            // Whoever was overtaken stops without an error; a list that is refused holds nothing up.
            ("s3:PutObject", Mishap::PreconditionFailed | Mishap::Conflict)
            | ("GET agreements", Mishap::Denied) => None,
            (_, Mishap::Denied) => Some("halt"),
            (_, _) => Some("retry"),
        }
    }

    /// Whether hints are lost: `reconcile` finds what they would have told.
    fn loses_hints(self) -> bool {
        let is_refused = self.call() == "GET agreements" && self.mishap == Mishap::Denied;
        is_refused && self.lasting == Lasting::UntilTheRunEnds
    }
}

/// What can go wrong with a call.
fn mishaps(call: &str) -> Vec<Mishap> {
    let special: &[Mishap] = match call {
        "s3:PutObject" => &[Mishap::PreconditionFailed, Mishap::Conflict],
        "sqs:SendMessageBatch" => &[Mishap::PartialBatch],
        _ => &[],
    };
    [&EVERYWHERE, special].concat()
}

fn cases(lasting: Lasting) -> Vec<Case> {
    let of = |place| {
        mishaps(CALLS[place]).into_iter().map(move |mishap| Case { place, mishap, lasting })
    };
    // The last call begins the next run.
    (0..CALLS.len() - 1).flat_map(of).collect()
}

fn arrange(backend: &Backend, case: Case) {
    let mut calls = 0;
    let decide = move |call: &str| {
        calls += 1;
        let strikes = match case.lasting {
            Lasting::Once => calls == case.place + 1,
            Lasting::UntilTheRunEnds => calls > case.place && call == case.call(),
        };
        strikes.then_some(case.mishap)
    };
    backend.world(|world| {
        world.decide(decide);
        if case.loses_hints() {
            world.due.retain(|due| !due.deduplication.starts_with("hint-"));
        }
    });
}

/// One poller that meets `case`, and then nothing any more.
async fn run(case: Case) -> Ended {
    let backend = Backend::start(sample::world(EVENTS)).await;
    arrange(&backend, case);
    let poller = sample::poller(&backend);
    if case.lasting == Lasting::UntilTheRunEnds {
        backend.until(|world| !world.invocations.answered.is_empty()).await;
        backend.world(backend::World::behave);
    }
    sample::is_through(&backend).await;
    backend.until(|world| world.invocations.answered.last().is_some_and(|a| a.is_success)).await;
    let ended = poller.kill().await;
    backend.world(|world| {
        sample::check(world);
        assert_eq!(sample::given_again(world), 0, "{case:?}");
        let first = world.invocations.answered.first().map(|answer| answer.is_success);
        if case.lasting == Lasting::UntilTheRunEnds {
            assert_eq!(first, Some(case.failure().is_none()), "{case:?}");
        }
    });
    ended
}

/// Checks the cases, as many at once as wait for nothing else.
async fn check(lasting: Lasting) -> usize {
    let room = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut running = JoinSet::new();
    for case in cases(lasting) {
        let room = Arc::clone(&room);
        running.spawn(async move {
            let _place = room.acquire().await;
            (case, run(case).await)
        });
    }
    let mut checked = 0;
    while let Some(joined) = running.join_next().await {
        let (case, ended) = joined.expect("the case holds");
        let failures = ended.failures();
        let wrong = failures.iter().find(|failure| Some(failure.as_str()) != case.failure());
        assert_eq!(wrong, None, "{case:?}");
        if lasting == Lasting::UntilTheRunEnds {
            assert_eq!(failures.first().map(String::as_str), case.failure(), "{case:?}");
        }
        checked += 1;
    }
    checked
}

#[tokio::test]
async fn the_calls_of_a_run_are_these() {
    let backend = Backend::start(sample::world(EVENTS)).await;
    let poller = sample::poller(&backend);
    backend.until(|world| world.calls.len() >= CALLS.len()).await;
    poller.kill().await;
    backend.world(|world| assert_eq!(world.calls[..CALLS.len()], CALLS));
}

#[tokio::test]
async fn a_call_that_goes_wrong_once_in_any_way_is_put_right() {
    assert_eq!(check(Lasting::Once).await, 115);
}

#[tokio::test]
async fn a_call_that_goes_wrong_until_the_run_ends_is_put_right_by_the_next_run() {
    assert_eq!(check(Lasting::UntilTheRunEnds).await, 115);
}
