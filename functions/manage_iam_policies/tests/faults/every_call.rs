//! A right moves to another role, and each call on the way fails in each way, once and until the
//! message is given back; the next delivery puts it right, and one more finds nothing to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use backend::{Backend, Ended, Mishap, World};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::sample::{self, FOREIGN, batch, handled, policy, writer};

const ID: &str = "acc-1";
/// Functions at once: most of the time they wait for something that does not come.
const SIDE_BY_SIDE: usize = 32;

/// The calls of a delivery in which nothing goes wrong, and how often each is made. What is read side
/// by side has no order.
const CALLS: [(&str, usize); 11] = [
    ("GET agreement", 2),
    ("GET product", 2),
    ("POST report", 2),
    ("PUT agreement", 1),
    ("iam:DeleteRolePolicy", 1),
    ("iam:GetRole", 1),
    ("iam:GetRolePolicy", 1),
    ("iam:PutRolePolicy", 1),
    ("s3:GetObject", 1),
    ("s3:PutObject", 2),
    ("secretsmanager:GetSecretValue", 1),
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

const WRITES: [&str; 5] =
    ["iam:PutRolePolicy", "iam:DeleteRolePolicy", "s3:PutObject", "PUT agreement", "POST report"];

/// How long something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lasting {
    Once,
    UntilTheAnswer,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    call: &'static str,
    /// Which of the calls of this name, from 0.
    nth: usize,
    mishap: Mishap,
    lasting: Lasting,
}

impl Case {
    /// The class of the failure in the log; `None` where the message is acknowledged.
    fn failure(self) -> Option<&'static str> {
        match (self.call, self.mishap) {
            // A role that may not be looked at, and words that the catalog will never take, are told
            // and passed over.
            ("iam:GetRole" | "POST report", Mishap::Denied)
            | ("PUT agreement", Mishap::Conflict) => None,
            (_, Mishap::Denied) => Some("halt"),
            (_, _) => Some("retry"),
        }
    }
}

/// What can go wrong with a call.
fn mishaps(call: &str) -> Vec<Mishap> {
    let special: &[Mishap] = match call {
        "s3:PutObject" => &[Mishap::PreconditionFailed, Mishap::Conflict],
        "iam:PutRolePolicy" | "iam:DeleteRolePolicy" | "PUT agreement" => &[Mishap::Conflict],
        _ => &[],
    };
    [&EVERYWHERE, special].concat()
}

fn cases(lasting: Lasting) -> Vec<Case> {
    let places = CALLS.iter().flat_map(|(call, times)| (0..*times).map(move |nth| (*call, nth)));
    let of = |(call, nth)| {
        mishaps(call).into_iter().map(move |mishap| Case { call, nth, mishap, lasting })
    };
    places.flat_map(of).collect()
}

fn ids() -> Vec<String> {
    vec![ID.to_owned()]
}

/// What lasts of a world: it is copied for each case.
struct Before {
    world: World,
}

impl Before {
    /// The right lies on `churn`, and the consumer has just moved to `other`.
    async fn new() -> Self {
        let backend = Backend::start(sample::world(&ids())).await;
        let function = writer(&backend);
        assert_eq!(handled(&backend, batch(&ids())).await, [""; 0]);
        function.kill().await;
        let mut world = backend.world(std::mem::take);
        assert!(world.roles["churn"].contains_key(&policy(ID)));
        world.products.insert("churn".to_owned(), sample::consumer("other"));
        Self { world }
    }

    fn copy(&self) -> World {
        let mut world = sample::world(&ids());
        world.products.clone_from(&self.world.products);
        world.agreements.clone_from(&self.world.agreements);
        world.roles.clone_from(&self.world.roles);
        world.adopt_objects(&self.world);
        world
    }
}

fn arrange(backend: &Backend, case: Case) {
    let mut calls = 0;
    let decide = move |call: &str| {
        if call != case.call {
            return None;
        }
        calls += 1;
        let strikes = match case.lasting {
            Lasting::Once => calls == case.nth + 1,
            Lasting::UntilTheAnswer => calls > case.nth,
        };
        strikes.then_some(case.mishap)
    };
    backend.world(|world| world.decide(decide));
}

/// The right lies where it belongs, ledger and catalog say so, and nobody else lost anything.
fn check(world: &World, case: Option<Case>) {
    let (old, new) = (&world.roles["churn"], &world.roles["other"]);
    assert!(!old.contains_key(&policy(ID)) && new.contains_key(&policy(ID)), "{case:?}");
    assert_eq!((old.len(), new.len()), (1, 2), "{case:?}");
    assert_eq!((&*old[FOREIGN.0], &*new[FOREIGN.0]), (FOREIGN.1, FOREIGN.1), "{case:?}");
    let (_, entry) = world.objects.iter().find(|(key, _)| key.starts_with("grants/")).unwrap();
    let entry: serde_json::Value = serde_json::from_slice(&entry.body).unwrap();
    assert_eq!((&entry["state"], &entry["phase"]), (&"granted".into(), &"fact".into()), "{case:?}");
    assert!(entry["role_arn"].as_str().unwrap().ends_with("/other"), "{case:?}");
    let shown = &world.agreements[ID];
    let tags = ["mine", "aws-integration", "aws-integration-active"];
    assert_eq!(shown["tags"], serde_json::json!(tags), "{case:?}");
    assert_eq!(shown["custom"]["theirs"], "kept", "{case:?}");
    assert!(shown["custom"]["aws-role-arn"].as_str().unwrap().ends_with("/other"), "{case:?}");
}

async fn run(world: World, case: Case) -> Ended {
    let backend = Backend::start(world).await;
    arrange(&backend, case);
    let function = writer(&backend);
    let kept = handled(&backend, batch(&ids())).await;
    if case.lasting == Lasting::UntilTheAnswer {
        assert_eq!(!kept.is_empty(), case.failure().is_some(), "{case:?}");
    }
    backend.world(World::behave);
    assert_eq!(handled(&backend, batch(&ids())).await, [""; 0], "{case:?}");
    backend.world(|world| check(world, Some(case)));
    let so_far = backend.world(|world| world.calls.len());
    assert_eq!(handled(&backend, batch(&ids())).await, [""; 0], "{case:?}");
    backend.world(|world| {
        let again = world.calls[so_far..].iter().filter(|call| WRITES.contains(&call.as_str()));
        assert_eq!(again.count(), 0, "nothing was left to do: {case:?}");
    });
    function.kill().await
}

/// Checks the cases, as many at once as wait for nothing else.
async fn check_all(lasting: Lasting) -> usize {
    let before = Before::new().await;
    let room = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut running = JoinSet::new();
    for case in cases(lasting) {
        let (room, world) = (Arc::clone(&room), before.copy());
        running.spawn(async move {
            let _place = room.acquire().await;
            (case, run(world, case).await)
        });
    }
    let mut checked = 0;
    while let Some(joined) = running.join_next().await {
        let (case, ended) = joined.expect("the case holds");
        let failures = ended.failures();
        let wrong = failures.iter().find(|failure| Some(failure.as_str()) != case.failure());
        assert_eq!(wrong, None, "{case:?}");
        checked += 1;
    }
    checked
}

#[tokio::test]
async fn the_calls_of_a_delivery_are_these() {
    let backend = Backend::start(Before::new().await.copy()).await;
    let function = writer(&backend);
    assert_eq!(handled(&backend, batch(&ids())).await, [""; 0]);
    function.kill().await;
    backend.world(|world| {
        check(world, None);
        let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
        for call in &world.calls {
            *calls.entry(call).or_default() += 1;
        }
        assert_eq!(calls.into_iter().collect::<Vec<_>>(), CALLS);
    });
}

#[tokio::test]
async fn a_call_that_goes_wrong_once_in_any_way_is_put_right() {
    assert_eq!(check_all(Lasting::Once).await, 142);
}

#[tokio::test]
async fn a_call_that_goes_wrong_until_the_message_is_given_back_is_put_right_by_the_next_delivery()
{
    assert_eq!(check_all(Lasting::UntilTheAnswer).await, 142);
}
