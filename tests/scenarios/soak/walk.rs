//! Steps, chosen at random.

use std::time::Duration;

use clients::cursor::Cursor;
use clients::fake::{FakeCatalog, FakeObjects, FakeQueue};
use lambda::deadline::Deadline;
use poll_feed::poll::Poller;
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::calls::{Crash, arrange};
use super::checks::{ByHand, CURSOR, THEIRS, wrong};
use super::model::{AGREEMENTS, BUCKETS, CONSUMERS, Model, PROVIDERS, ROLES, role_arn};
use super::queue::Line;
use crate::rounds::{RoundWorld, now, pass, start_at_the_beginning};
use crate::world::policy;

/// Steps that a failure is told with.
const REMEMBERED_STEPS: usize = 30;
/// Agreements whose id can be read in the name of their policy. Where nothing else speaks of one, a
/// policy that is named by a hash is only reported.
const NAMED: usize = AGREEMENTS.len() - 1;
/// What somebody writes by hand.
const FOREIGN: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

/// What came of a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) seed: u64,
    pub(super) steps: usize,
    pub(super) calls: usize,
    pub(super) crashes: usize,
    pub(super) rests: usize,
    pub(super) last_steps: Vec<String>,
    pub(super) violation: Option<String>,
}

pub(super) struct Walk {
    pub(super) random: fastrand::Rng,
    pub(super) rounds: RoundWorld,
    pub(super) model: Model,
    pub(super) line: Line,
    pub(super) by_hand: ByHand,
    /// For each event of the feed: the message that is due, if any.
    due: Vec<Option<String>>,
    /// Minutes that clocks were put back.
    pub(super) put_back: i64,
    /// What the last round of a rest came to.
    pub(super) last_tick: String,
    pub(super) outcome: Outcome,
}

impl Walk {
    pub(super) fn new(seed: u64) -> Self {
        start_at_the_beginning();
        let mut rounds = RoundWorld::new();
        rounds.rounds.rules.limit = survey::RevokeLimit::of(1_000);
        let world = &rounds.world;
        let model = Model::new(world);
        for role in 0..ROLES.len() - 1 {
            world.iam.set(&role_arn(role).parse().unwrap(), THEIRS, "{}");
        }
        world.catalog.page_size(7);
        let outcome = Outcome { seed, ..Outcome::default() };
        let (line, by_hand, due) = (Line::default(), ByHand::new(), Vec::new());
        let random = fastrand::Rng::with_seed(seed);
        Self {
            random,
            rounds,
            model,
            line,
            by_hand,
            due,
            put_back: 0,
            last_tick: String::new(),
            outcome,
        }
    }

    pub(super) fn poller(&self) -> Poller<FakeCatalog, FakeQueue, FakeObjects> {
        let world = &self.rounds.world;
        Poller {
            feed: world.catalog.clone(),
            queue: self.rounds.queue.clone(),
            cursor: Cursor::new(world.objects.clone(), CURSOR.to_owned()),
            follow: true,
            own_principal: None,
        }
    }

    fn one_of(&mut self, number: usize) -> usize {
        self.random.usize(0..number)
    }

    /// An event; one in ten is lost.
    fn publish(&mut self, event: &str, about: &str) {
        if self.one_of(10) == 0 {
            return;
        }
        let id = format!("e{}", self.due.len());
        self.due.push(event.starts_with("Access").then(|| id.clone()));
        let time = now().format(&Rfc3339).unwrap();
        let event = json!({"specversion": "1.0", "id": id, "subject": about, "time": time,
            "type": format!("com.datamesh-manager.events.{event}Event"), "data": {"id": about}});
        self.rounds.world.catalog.publish(&event.to_string());
    }

    /// One step, and a look at everything after it.
    pub(super) async fn step(&mut self) {
        if self.outcome.violation.is_some() {
            return;
        }
        let step = match self.one_of(100) {
            0..=24 => self.people(),
            25..=34 => self.hands(),
            35..=44 => self.surroundings(),
            45..=64 => self.poll().await,
            65..=89 => self.deliver().await,
            _ => self.reconcile().await,
        };
        self.outcome.steps += 1;
        self.outcome.last_steps.push(step);
        let too_many = self.outcome.last_steps.len().saturating_sub(REMEMBERED_STEPS);
        self.outcome.last_steps.drain(..too_many);
        self.check();
    }

    pub(super) fn check(&mut self) {
        let world = &self.rounds.world;
        self.outcome.calls += world.faults.calls().len();
        world.faults.forget_calls();
        let queued = (&self.rounds.queue, self.due.as_slice());
        let found = wrong(world, &self.model, &self.by_hand, queued);
        self.outcome.violation = self.outcome.violation.take().or(found);
    }

    /// Agreements and products change.
    fn people(&mut self) -> String {
        let id = self.one_of(AGREEMENTS.len());
        let about = AGREEMENTS[id];
        match self.one_of(10) {
            0..=5 => {
                let active = self.one_of(5) > 1;
                let parties = (self.one_of(CONSUMERS.len()), self.one_of(PROVIDERS.len()));
                self.model.agree(&self.rounds.world, id, parties, active);
                let event = if active { "AccessActivated" } else { "AccessDeactivated" };
                self.publish(event, about);
                format!("{event} {about}")
            }
            6 => {
                self.model.delete(&self.rounds.world, id);
                self.publish("AccessDeleted", about);
                format!("deleted {about}")
            }
            7 | 8 => {
                let (consumer, role) = (self.one_of(CONSUMERS.len()), self.one_of(ROLES.len()));
                self.model.move_consumer(&self.rounds.world, consumer, role);
                self.publish("DataProductUpdated", CONSUMERS[consumer]);
                format!("{} moves to role {}", CONSUMERS[consumer], ROLES[role])
            }
            _ => {
                let (provider, bucket) = (self.one_of(PROVIDERS.len()), self.one_of(BUCKETS.len()));
                self.model.move_provider(&self.rounds.world, provider, bucket);
                self.publish("DataProductUpdated", PROVIDERS[provider]);
                format!("{} moves to {}", PROVIDERS[provider], BUCKETS[bucket])
            }
        }
    }

    /// Somebody works on roles by hand; no event tells.
    fn hands(&mut self) -> String {
        let (role, id) = (self.one_of(ROLES.len() - 1), self.one_of(NAMED));
        let arn = role_arn(role).parse().unwrap();
        let name = policy(AGREEMENTS[id]).as_str().to_owned();
        match self.one_of(6) {
            0 => {
                self.model.toggle_role(&self.rounds.world, role);
                format!("role {} goes or comes", ROLES[role])
            }
            1 | 2 if self.model.exists(role) => {
                self.rounds.world.iam.set(&arn, &name, FOREIGN);
                self.by_hand.insert((arn, name), FOREIGN.to_owned());
                format!("the policy of {} on {} is written by hand", AGREEMENTS[id], ROLES[role])
            }
            3 | 4 if self.model.exists(role) => {
                self.rounds.world.iam.unset(&arn, &name);
                format!("the policy of {} on {} is removed by hand", AGREEMENTS[id], ROLES[role])
            }
            _ => "hands stay still".to_owned(),
        }
    }

    /// Time passes, clocks jump, messages come again, late, or out of the dead-letter queue.
    fn surroundings(&mut self) -> String {
        match self.one_of(6) {
            0 | 1 => {
                let minutes = i64::from(self.random.u8(1..90));
                pass(minutes);
                format!("{minutes} minutes pass")
            }
            2 => {
                let minutes = i64::from(self.random.u8(1..120));
                pass(-minutes);
                self.put_back += minutes;
                format!("the clock is put back by {minutes} minutes")
            }
            3 => {
                let place = self.random.u64(..);
                let choose = |number: usize| usize::try_from(place).unwrap_or_default() % number;
                self.line.repeat(&self.rounds.queue, choose);
                "a message comes again".to_owned()
            }
            4 => {
                let random = &mut self.random;
                self.line.reorder(&self.rounds.queue, |order| random.shuffle(order));
                "messages come in another order".to_owned()
            }
            _ => {
                self.line.redrive();
                format!("a redrive; {} groups wait", self.line.groups().len())
            }
        }
    }

    pub(super) fn ended(&mut self, what: &str, crash: &Crash, how: &str) -> String {
        self.rounds.world.faults.none();
        self.outcome.crashes += usize::from(crash.happened());
        format!("{what}, {how}")
    }

    async fn poll(&mut self) -> String {
        let (crash, how) = arrange(&mut self.random, &self.rounds.world.faults);
        let deadline = Deadline::within(Duration::from_secs(55));
        if self.one_of(4) > 0 {
            let poller = self.poller();
            let _ = crash.or(poller.run(deadline, now())).await;
            return self.ended("a poll", &crash, &how);
        }
        let (one, two) = (self.poller(), self.poller());
        let both = futures_util::future::join(one.run(deadline, now()), two.run(deadline, now()));
        let _ = crash.or(both).await;
        self.ended("two polls at once", &crash, &how)
    }

    async fn deliver(&mut self) -> String {
        let records = self.line.receive(&self.rounds.queue);
        let received = records.len();
        if received == 0 {
            return "nothing to deliver".to_owned();
        }
        let (crash, how) = arrange(&mut self.random, &self.rounds.world.faults);
        let all: Vec<usize> = (0..received).collect();
        let kept = crash.or(self.rounds.world.handle(records)).await.unwrap_or(all);
        self.line.acknowledge(received, &kept);
        self.ended(&format!("{received} messages, {} kept", kept.len()), &crash, &how)
    }

    async fn reconcile(&mut self) -> String {
        let (crash, how) = arrange(&mut self.random, &self.rounds.world.faults);
        let _ = crash.or(self.rounds.tick()).await;
        self.ended("a tick of reconcile", &crash, &how)
    }
}
