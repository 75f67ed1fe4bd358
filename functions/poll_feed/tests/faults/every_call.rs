//! Each call of a run fails in each way, once and until the run ends; the runs after it put it right.

use backend::{Backend, Case, Due, Ended, Lasting, Mishap, World, cases, side_by_side};

use serde_json::Value;

use crate::sample;

/// Two pages.
const EVENTS: usize = 30;

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

/// The class of the failure in the log; `None` where the run is to end well.
fn failure(case: Case) -> Option<&'static str> {
    match (case.call, case.mishap) {
        // Whoever was overtaken stops without an error; a list that is refused holds nothing up.
        ("s3:PutObject", Mishap::PreconditionFailed | Mishap::Conflict)
        | ("GET agreements", Mishap::Denied) => None,
        (_, Mishap::Denied) => Some("halt"),
        (_, _) => Some("retry"),
    }
}

/// Whether hints are lost: `reconcile` finds what they would have told.
fn loses_hints(case: Case) -> bool {
    let is_refused = case.call == "GET agreements" && case.mishap == Mishap::Denied;
    is_refused && case.lasting == Lasting::UntilTheAnswer
}

/// Whether it is another poller who was faster. Where the cursor is written and only the answer is lost,
/// the SDK's second attempt meets its own write.
fn others(mishap: Mishap) -> bool {
    matches!(mishap, Mishap::PreconditionFailed | Mishap::Conflict)
}

/// Whether a run stopped because it was overtaken.
fn is_overtaken(ended: &Ended) -> bool {
    let stop = |line: &Value| {
        let stop = line.pointer("/fields/stop").or_else(|| line.get("stop"))?.as_str()?;
        (stop == "Overtaken").then_some(())
    };
    ended.0.iter().any(|line| stop(line).is_some())
}

/// Each call, and how many of its name come before it. The last one begins the next run.
fn places() -> Vec<(&'static str, usize)> {
    let run = &CALLS[..CALLS.len() - 1];
    let before = |place: usize, call| run[..place].iter().filter(|other| **other == call).count();
    run.iter().enumerate().map(|(place, call)| (*call, before(place, *call))).collect()
}

/// One poller that meets `case`, and then nothing any more.
async fn run(case: Case) -> Ended {
    let backend = Backend::start(sample::world(EVENTS)).await;
    case.arrange(&backend);
    if loses_hints(case) {
        let is_hint = |due: &Due| due.deduplication.starts_with("hint-");
        backend.world(|world| world.due.retain(|due| !is_hint(due)));
    }
    let poller = sample::poller(&backend);
    if case.lasting == Lasting::UntilTheAnswer {
        backend.until(|world| !world.invocations.answered.is_empty()).await;
        backend.world(World::behave);
    }
    sample::is_through(&backend).await;
    backend.until(|world| world.invocations.answered.last().is_some_and(|a| a.is_success)).await;
    let ended = poller.kill().await;
    backend.world(|world| {
        sample::check(world);
        assert_eq!(sample::given_again(world), 0, "{case:?}");
        let first = world.invocations.answered.first().map(|answer| answer.is_success);
        if case.lasting == Lasting::UntilTheAnswer {
            assert_eq!(first, Some(failure(case).is_none()), "{case:?}");
        }
    });
    ended
}

/// Checks every way in which a call of a run can go wrong.
async fn check(lasting: Lasting) -> usize {
    let checked = side_by_side(cases(places(), lasting), run).await;
    for (case, ended) in &checked {
        let failures = ended.failures();
        let wrong = failures.iter().find(|class| Some(class.as_str()) != failure(*case));
        assert_eq!(wrong, None, "{case:?}");
        if case.call == "s3:PutObject" && lasting == Lasting::Once {
            assert_eq!(is_overtaken(ended), others(case.mishap), "{case:?}");
        }
        if lasting == Lasting::UntilTheAnswer {
            assert_eq!(failures.first().map(String::as_str), failure(*case), "{case:?}");
        }
    }
    checked.len()
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
    assert_eq!(check(Lasting::UntilTheAnswer).await, 115);
}
