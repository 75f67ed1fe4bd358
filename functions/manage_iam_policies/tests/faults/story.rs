//! A change of one agreement, told in one message, and what it comes to whatever goes wrong.

use std::collections::BTreeMap;

use backend::{Backend, Case, Ended, Lasting, Mishap, World, cases, side_by_side};
use serde_json::Value;

use crate::sample::{ID, handled, message, writer};

/// Calls that change something.
const WRITES: [&str; 6] = [
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "s3:PutObject",
    "PUT agreement",
    "PUT old agreement",
    "POST report",
];

/// A change of one agreement.
#[derive(Clone, Copy)]
pub(crate) struct Story {
    /// The calls of a delivery in which nothing goes wrong, and how often each is made. What is read
    /// side by side has no order.
    pub(crate) calls: &'static [(&'static str, usize)],
    /// Those of them that no story before it makes.
    pub(crate) new: &'static [&'static str],
    /// What there is at first.
    pub(crate) first: fn() -> World,
    /// What changes once the agreement was brought in line with that; `None` where it never was.
    pub(crate) then: Option<fn(&mut World)>,
    /// The type of the message about it.
    pub(crate) event: &'static str,
}

/// What is there in the end, times and events aside.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ending {
    pub(crate) roles: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) ledger: Vec<Value>,
    /// The agreement, as its generation of the catalog has it.
    pub(crate) shown: Value,
    /// What the owners were told last.
    pub(crate) told: Option<String>,
}

impl Ending {
    fn of(world: &World) -> Self {
        assert_eq!(world.violations, [""; 0]);
        let mut ledger = world.ledger();
        for entry in ledger.iter_mut().filter_map(Value::as_object_mut) {
            entry.retain(|name, _| name != "time" && name != "event_id");
        }
        let shown = world.agreements.get(ID).or_else(|| world.old_agreements.get(ID));
        Self {
            roles: world.roles.clone(),
            ledger,
            shown: shown.unwrap().clone(),
            told: world.reports.last().map(|(_, step)| step.clone()),
        }
    }
}

/// What a call meets that an earlier story makes too. How long it hangs, and what its client repeats at
/// once, is the same in each story.
fn is_distinct(case: &Case) -> bool {
    match case.lasting {
        Lasting::Once => case.mishap.stands_for_its_class(),
        Lasting::UntilTheAnswer => !case.mishap.hangs(),
    }
}

impl Story {
    fn asks_newer_first(&self) -> bool {
        self.event.starts_with("Access")
    }

    /// The class of the failure in the log; `None` where the message is acknowledged.
    fn failure(&self, case: Case) -> Option<&'static str> {
        match (case.call, case.mishap) {
            // A role or table that may not be looked at, and words that the catalog will never take,
            // are told and passed over.
            ("iam:GetRole" | "glue:GetTable" | "POST report", Mishap::Denied)
            | ("PUT agreement" | "PUT old agreement", Mishap::Conflict) => None,
            // Newer servers may say so of what they do not have: then the agreement is gone.
            ("GET old agreement", Mishap::Denied) if case.nth == 0 && self.asks_newer_first() => {
                None
            }
            (_, Mishap::Denied) => Some("halt"),
            (_, _) => Some("retry"),
        }
    }

    /// The world in which the message comes.
    async fn begin(&self) -> World {
        let Some(then) = self.then else { return (self.first)() };
        let backend = Backend::start((self.first)()).await;
        let function = writer(&backend);
        assert_eq!(handled(&backend, message(ID, "AccessUpdatedEvent")).await, [""; 0]);
        function.kill().await;
        let mut world = backend.world(|world| world.copy());
        then(&mut world);
        world
    }

    /// What it comes to where nothing goes wrong, and the calls on the way.
    pub(crate) async fn undisturbed(&self) -> (Ending, Vec<String>) {
        let backend = Backend::start(self.begin().await).await;
        let function = writer(&backend);
        assert_eq!(handled(&backend, message(ID, self.event)).await, [""; 0]);
        function.kill().await;
        backend.world(|world| (Ending::of(world), world.calls.clone()))
    }

    /// Nothing is called but what is known here: otherwise there would be calls that never go wrong.
    pub(crate) async fn is_made_of_its_calls(&self) -> Ending {
        let (ending, made) = self.undisturbed().await;
        let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
        for call in &made {
            *calls.entry(call).or_default() += 1;
        }
        assert_eq!(calls.into_iter().collect::<Vec<_>>(), self.calls);
        ending
    }

    /// What can go wrong with each call.
    pub(crate) fn cases(&self, lasting: Lasting) -> Vec<Case> {
        let places = self.calls.iter();
        let places = places.flat_map(|(call, times)| (0..*times).map(move |nth| (*call, nth)));
        let mut cases = cases(places, lasting);
        cases.retain(|case| self.new.contains(&case.call) || is_distinct(case));
        cases
    }

    /// Checks that all of these come to the same end; returns how many there were.
    pub(crate) async fn ends_alike(self, cases: Vec<Case>) -> usize {
        let (expected, _) = self.undisturbed().await;
        let before = self.begin().await;
        let run = |case| self.run(before.copy(), case, expected.clone());
        let all = side_by_side(cases, run).await;
        for (case, ended) in &all {
            let failures = ended.failures();
            let wrong = failures.iter().find(|one| Some(one.as_str()) != self.failure(*case));
            assert_eq!(wrong, None, "{case:?}");
        }
        all.len()
    }

    /// The message meets the mishap; it comes again, or the next one does; one more finds nothing left.
    async fn run(self, world: World, case: Case, expected: Ending) -> Ended {
        let backend = Backend::start(world).await;
        case.arrange(&backend);
        let function = writer(&backend);
        let kept = handled(&backend, message(ID, self.event)).await;
        if case.lasting == Lasting::UntilTheAnswer {
            assert_eq!(!kept.is_empty(), self.failure(case).is_some(), "{case:?}");
        }
        backend.world(World::behave);
        assert_eq!(handled(&backend, message(ID, self.event)).await, [""; 0], "{case:?}");
        backend.world(|world| {
            let mut ending = Ending::of(world);
            // What the catalog refused to hear is not said again.
            if (case.call, case.mishap) == ("POST report", Mishap::Denied) {
                ending.told.clone_from(&expected.told);
            }
            assert_eq!(ending, expected, "{case:?}");
        });
        let so_far = backend.world(|world| world.calls.len());
        assert_eq!(handled(&backend, message(ID, self.event)).await, [""; 0], "{case:?}");
        backend.world(|world| {
            let again = world.calls[so_far..].iter().filter(|call| WRITES.contains(&call.as_str()));
            assert_eq!(again.count(), 0, "nothing was left to do: {case:?}");
        });
        function.kill().await
    }
}
