//! Steps, chosen at random.

use clients::fake::FakeCatalog;
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use super::checks::{ByHand, Checks, FOREIGN, THEIRS};
use super::clock::{Clock, WEEK};
use super::keys::Keys;
use super::model::{AGREEMENTS, BUCKETS, CONSUMERS, Model, PROVIDERS, ROLES, role_arn};
use super::outcome::Outcome;
use super::queue::Line;
use crate::rounds::{RoundWorld, now, start_at_the_beginning};
use crate::world::policy;

/// Steps that a failure is told with.
const REMEMBERED_STEPS: usize = 30;
/// Agreements whose id can be read in the name of their policy. Where nothing else speaks of one, a
/// policy that is named by a hash is only reported.
const NAMED: usize = AGREEMENTS.len() - 1;
/// Every round leaves one; only the latest is looked at.
const DATED_REPORTS: &str = "reports/2";
/// Most changes that people make at once in a week of so many.
const MOST_CHANGES: usize = 5;

pub(super) struct Walk {
    pub(super) random: fastrand::Rng,
    pub(super) rounds: RoundWorld,
    pub(super) model: Model,
    pub(super) line: Line,
    pub(super) by_hand: ByHand,
    checks: Checks,
    pub(super) keys: Keys,
    /// Two processes poll; each knows the key by itself.
    pub(super) pollers: [FakeCatalog; 2],
    pub(super) clock: Clock,
    /// For each event of the feed: the message that is due, if any.
    due: Vec<Option<String>>,
    /// Events that a week is to see; otherwise time passes as it likes.
    pub(super) in_a_week: Option<usize>,
    /// What the last round of a rest came to.
    pub(super) last_tick: String,
    pub(super) outcome: Outcome,
}

impl Walk {
    pub(super) fn new(seed: u64, in_a_week: Option<usize>) -> Self {
        start_at_the_beginning();
        let mut rounds = RoundWorld::new();
        rounds.rounds.rules.limit = survey::RevokeLimit::of(1_000);
        let world = &rounds.world;
        let model = Model::new(world);
        for role in 0..ROLES.len() - 1 {
            world.iam.set(&role_arn(role).parse().unwrap(), THEIRS, "{}");
        }
        world.catalog.page_size(7);
        let keys = Keys::new(world.faults.clone(), &world.catalog);
        let pollers = [keys.process(&world.catalog), keys.process(&world.catalog)];
        let mut walk = Self {
            random: fastrand::Rng::with_seed(seed),
            rounds,
            model,
            line: Line::default(),
            by_hand: ByHand::new(),
            checks: Checks::default(),
            keys,
            pollers,
            clock: Clock::new(),
            due: Vec::new(),
            in_a_week,
            last_tick: String::new(),
            outcome: Outcome { seed, ..Outcome::default() },
        };
        walk.start_consumer();
        walk.start_reconcile();
        walk
    }

    pub(super) fn one_of(&mut self, number: usize) -> usize {
        self.random.usize(0..number)
    }

    /// An event; one in ten is lost.
    fn publish(&mut self, event: &str, about: &str) {
        if self.one_of(10) == 0 || self.in_a_week == Some(self.due.len()) {
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
            0..=24 => self.people().await,
            25..=34 => self.hands(),
            35..=44 => self.surroundings().await,
            45..=64 => self.poll().await,
            65..=89 => self.deliver().await,
            // A week of so many events is long for a function that makes its rounds every hour.
            90..=98 if self.in_a_week.is_some() => self.deliver().await,
            _ => self.reconcile().await,
        };
        self.outcome.steps += 1;
        self.outcome.last_steps.push(step);
        let too_many = self.outcome.last_steps.len().saturating_sub(REMEMBERED_STEPS);
        self.outcome.last_steps.drain(..too_many);
        self.mend_keys();
        self.check();
    }

    pub(super) fn check(&mut self) {
        let world = &self.rounds.world;
        self.outcome.calls += world.faults.calls().len();
        world.faults.forget_calls();
        world.catalog.forget_reports();
        world.objects.expire(DATED_REPORTS);
        let queued = (&self.rounds.queue, self.due.as_slice());
        let found = self.checks.wrong(world, &self.model, &self.by_hand, queued);
        self.outcome.violation = self.outcome.violation.take().or(found);
    }

    /// What is counted elsewhere.
    pub(super) fn take_stock(&mut self) {
        let faults = self.rounds.world.faults.happened().into_iter();
        self.outcome.faults = faults.map(|(kind, n)| (format!("{kind:?}"), n)).collect();
        let (keys, outcome) = (&self.keys, &mut self.outcome);
        outcome.events = self.due.len();
        outcome.simulated_hours = self.clock.passed().whole_hours();
        outcome.happened.insert("key rotations", keys.rotations);
        outcome.happened.insert("times without a good key", keys.outages);
        outcome.happened.insert("clock jumps", self.clock.jumps);
    }

    pub(super) fn events(&self) -> usize {
        self.due.len()
    }

    /// People change things; in a week of many events, several at once, and then time passes.
    async fn people(&mut self) -> String {
        let Some(in_a_week) = self.in_a_week else { return self.change() };
        let before = self.due.len();
        let said: Vec<String> = (0..=self.one_of(MOST_CHANGES)).map(|_| self.change()).collect();
        let left = WEEK.saturating_sub(self.clock.passed()).whole_milliseconds().max(0);
        let left = i64::try_from(left).unwrap() / i64::try_from(in_a_week - before + 1).unwrap();
        let each = self.random.i64(0..=2 * left);
        let events = i64::try_from(self.due.len() - before).unwrap();
        self.clock.pass(time::Duration::milliseconds(each * events)).await;
        said.join(", ")
    }

    /// An agreement or a product changes.
    fn change(&mut self) -> String {
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
                self.by_hand.insert((arn, name));
                format!("the policy of {} on {} is written by hand", AGREEMENTS[id], ROLES[role])
            }
            3 | 4 if self.model.exists(role) => {
                self.rounds.world.iam.unset(&arn, &name);
                format!("the policy of {} on {} is removed by hand", AGREEMENTS[id], ROLES[role])
            }
            _ => "hands stay still".to_owned(),
        }
    }
}
