//! Each call of a round fails in each way, once and until the tick ends; the rounds after it come to
//! the right end.

use std::collections::BTreeMap;

use backend::{Answered, Backend, Case, Ended, Lasting, Mishap, World, cases, side_by_side};

use crate::rounds::{
    an_hour_passes, asked, asks_for_what_differs, only_read, reconcile, report_is_right, tick,
};
use crate::sample;

/// Ticks in which the first whole round ends.
const MOST_TICKS: usize = 4;

/// The calls of a round in which nothing goes wrong, and how often each is made.
const CALLS: [(&str, usize); 16] = [
    ("GET agreement", 1),
    ("GET agreements", 2),
    ("GET contract", 1),
    ("GET old agreement", 1),
    ("GET old agreements", 1),
    ("GET product", 4),
    ("GET team", 1),
    ("glue:GetTable", 1),
    ("iam:GetRolePolicy", 7),
    ("iam:ListRolePolicies", 5),
    ("iam:ListRoles", 2),
    // The checkpoint, and the ledger twice.
    ("s3:GetObject", 11),
    ("s3:ListObjectsV2", 6),
    // The checkpoint, and four reports.
    ("s3:PutObject", 5),
    ("secretsmanager:GetSecretValue", 1),
    ("sqs:SendMessageBatch", 1),
];

/// Of the catalog a list and a document hang; these are asked for in the same way.
const HANG_LIKE_OTHERS: [&str; 5] =
    ["GET agreement", "GET contract", "GET old agreement", "GET old agreements", "GET team"];

/// The first call of each name, of the ledger and of the reports, and the last one of what comes in pages
/// or is read twice; what lies between them is the same thing again.
fn places() -> impl Iterator<Item = (&'static str, usize)> {
    CALLS.iter().flat_map(|(call, times)| {
        let between = matches!(*call, "s3:GetObject" | "s3:PutObject").then_some(1);
        let last = (*times > 1 && *call != "GET product").then_some(times - 1);
        [Some(0), between, last].into_iter().flatten().map(move |nth| (*call, nth))
    })
}

/// Which failures come to the same is a client's affair: of each name the first call meets all of them. Later ones meet one of each class, and only those that last:
/// what happens once is repeated at once, wherever it happens.
fn is_distinct(case: &Case) -> bool {
    if case.mishap.hangs() {
        return case.nth == 0 && !HANG_LIKE_OTHERS.contains(&case.call);
    }
    case.nth == 0 || case.mishap.stands_for_its_class() && case.lasting == Lasting::UntilTheAnswer
}

fn all_cases(lasting: Lasting) -> Vec<Case> {
    let mut cases = cases(places(), lasting);
    cases.retain(is_distinct);
    cases
}

/// The class of the failure in the log; `None` where the tick is to end well.
fn failure(case: Case) -> Option<&'static str> {
    match (case.call, case.mishap) {
        // Nothing is said of an agreement or a role that cannot be looked at; the rest is.
        (
            "GET product" | "GET team" | "GET contract" | "GET agreement" | "GET old agreement"
            | "glue:GetTable",
            _,
        )
        | ("iam:ListRolePolicies" | "iam:GetRolePolicy" | "GET old agreements", Mishap::Denied) => {
            None
        }
        // Whoever was overtaken leaves the round to the other.
        ("s3:PutObject", Mishap::PreconditionFailed | Mishap::Conflict) if case.nth == 0 => None,
        (_, Mishap::Denied) => Some("halt"),
        (_, _) => Some("retry"),
    }
}

/// A table that this function may not look at looks like one that is refused, and is asked for although
/// it does not differ. Whoever writes looks again.
fn hides_a_table(case: Case) -> bool {
    (case.call, case.mishap) == ("glue:GetTable", Mishap::Denied)
}

/// Goes on until a round has seen everything; returns how many messages there were before it.
async fn the_round_that_ends(backend: &Backend, first: Answered, case: Case) -> usize {
    let (mut answer, mut sent, mut ticks) = (first, 0, 1);
    loop {
        let is_whole = answer.is_success && answer.body["complete"] == true;
        if is_whole && !(ticks == 1 && hides_a_table(case)) {
            return sent;
        }
        assert!(ticks < MOST_TICKS, "the rounds do not end: {case:?}, {answer:?}");
        ticks += 1;
        sent = backend.world(|world| {
            an_hour_passes(world);
            world.queue.sends.len()
        });
        answer = tick(backend).await;
    }
}

async fn run(before: World, case: Case) -> Ended {
    let backend = Backend::start(before.copy()).await;
    case.arrange(&backend);
    let function = reconcile(&backend);
    let first = tick(&backend).await;
    if case.lasting == Lasting::UntilTheAnswer {
        assert_eq!(first.is_success, failure(case).is_none(), "{case:?}: {first:?}");
    }
    backend.world(|world| {
        only_read(world, &before);
        world.behave();
    });
    let last = the_round_that_ends(&backend, first, case).await;
    backend.world(|world| {
        only_read(world, &before);
        report_is_right(world);
        asks_for_what_differs(&asked(world, last));
        let too_much = asked(world, 0).into_iter().find(|(id, _)| {
            !(matches!(id.as_str(), "gone" | "missing") || id == "table" && hides_a_table(case))
        });
        assert_eq!(too_much, None, "{case:?}");
    });
    function.kill().await
}

async fn check(lasting: Lasting) -> usize {
    let all = side_by_side(all_cases(lasting), |case| run(sample::world(), case)).await;
    for (case, ended) in &all {
        let failures = ended.failures();
        let wrong = failures.iter().find(|one| Some(one.as_str()) != failure(*case));
        assert_eq!(wrong, None, "{case:?}");
    }
    all.len()
}

#[tokio::test]
async fn the_calls_of_a_round_are_these() {
    let before = sample::world();
    let backend = Backend::start(before.copy()).await;
    let function = reconcile(&backend);
    let answer = tick(&backend).await;
    assert_eq!(answer.body["complete"], true, "{answer:?}");
    function.kill().await;
    backend.world(|world| {
        let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
        for call in &world.calls {
            *calls.entry(call).or_default() += 1;
        }
        assert_eq!(calls.into_iter().collect::<Vec<_>>(), CALLS);
        only_read(world, &before);
        report_is_right(world);
        asks_for_what_differs(&asked(world, 0));
    });
}

#[tokio::test]
async fn a_call_of_a_round_that_goes_wrong_once_keeps_no_round_from_the_right_end() {
    assert_eq!(check(Lasting::Once).await, 137);
}

#[tokio::test]
async fn a_call_of_a_round_that_goes_wrong_until_the_tick_ends_is_put_right_by_the_next_rounds() {
    assert_eq!(check(Lasting::UntilTheAnswer).await, 168);
}

#[tokio::test]
async fn a_first_round_begins_only_where_the_checkpoint_may_be_listed_by_its_own_key() {
    let mut before = sample::world();
    before.listable = vec!["grants/*".to_owned()];
    let backend = Backend::start(before).await;
    let function = reconcile(&backend);
    let first = tick(&backend).await;
    assert!(!first.is_success, "{first:?}");
    backend.world(|world| world.listable = sample::world().listable);
    let second = tick(&backend).await;
    assert!(second.is_success, "{second:?}");
    assert_eq!(function.kill().await.failures(), ["halt"]);
}
