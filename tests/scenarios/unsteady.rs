//! What is written to IAM counts after up to a minute, and reads go back and forth until then; answers of S3 are lost
//! between the SDK's attempts, other writers are at the same object, everybody is throttled. The writer and `reconcile`
//! come to rest as agreed all the same.
#![expect(clippy::panic, reason = "what never ends is told with what it last came to")]

use std::time::Duration;

use access::{Access, Assessor, Mode, RoleTurns, WriteBack};
use clients::fake::{FakeCatalog, FakeQueue, FakeTables, Fault, UnsteadyIam, UnsteadyObjects};
use clients::ledger::Ledger;
use domain::consent::Consent;
use domain::ledger::{Phase, State};
use domain::resource_scope::ResourceScope;
use domain::role::RoleScope;
use domain::role_field::RoleField;
use fastrand::Rng;
use lambda::deadline::Deadline;
use reconcile::error::ReconcileError;
use reconcile::round::{Rounds, Rules, Tick};
use report::Report;
use serde_json::{Value, json};
use survey::{KnownRoles, Pace, RevokeLimit, Survey};

use crate::delivery::record;
use crate::rounds::{now, pass_for, start_at_the_beginning};
use crate::world::{CHURN, World, body, policy};

const SEEDS: u64 = 30;
const STEPS: usize = 14;
const IDS: [&str; 4] = ["a", "b", "c", "d"];
/// A message that is not taken so often ends in the dead-letter queue, and is put back by a person.
const MOST_DELIVERIES: usize = 60;
/// Seconds between two ticks of `reconcile`.
const BETWEEN_TICKS: u64 = 300;
/// Rounds without a difference: the first one may go on with what an earlier tick had looked at.
const ENOUGH: usize = 2;
/// Rounds of an hour, after the last of which everything has to be as agreed: what three rounds did not repair is asked
/// for once a day.
const MOST_ROUNDS: usize = 60;

struct Unsteady {
    world: World,
    iam: UnsteadyIam,
    queue: FakeQueue,
    access: Access<FakeCatalog, UnsteadyIam, UnsteadyObjects, FakeTables>,
    rounds:
        Rounds<FakeCatalog, UnsteadyIam, UnsteadyObjects, FakeTables, FakeQueue, UnsteadyObjects>,
    agreed: [bool; IDS.len()],
}

fn allowed() -> RoleScope {
    let allowed = vec!["arn:aws:iam::123456789012:role/data-products/*".parse().unwrap()];
    RoleScope::new(allowed, vec!["manage_iam_policies".parse().unwrap()])
}

fn assessor<R>(world: &World, roles: R) -> Assessor<FakeCatalog, R, FakeTables> {
    Assessor {
        catalog: world.catalog.clone(),
        roles,
        tables: world.tables.clone(),
        allowed: allowed(),
        consent: Consent::default(),
        role_field: RoleField::default(),
        home: world.access.assessor.home.clone(),
        resources: ResourceScope::default(),
        notes: false,
        settles_in: domain::ledger::SETTLED,
    }
}

impl Unsteady {
    fn new(seed: u64) -> Self {
        start_at_the_beginning();
        let world = World::new();
        let iam = UnsteadyIam::new(world.iam.clone(), seed);
        let objects = UnsteadyObjects::new(world.objects.clone(), seed);
        let queue = FakeQueue::new(world.faults.clone());
        let ledger = || Ledger::new(objects.clone(), "grants/".to_owned());
        let access = Access {
            assessor: assessor(&world, iam.clone()),
            ledger: ledger(),
            mode: Mode::Apply,
            write_back: WriteBack::default(),
            now,
            turns: RoleTurns::default(),
        };
        let survey = Survey {
            assessor: assessor(&world, KnownRoles::new(iam.clone(), false, None)),
            ledger: ledger(),
            pace: Pace::per_second(1000),
        };
        let rules = Rules {
            mode: Mode::Apply,
            limit: RevokeLimit::default(),
            interval: time::Duration::hours(1),
            reports_prefix: "reports/".to_owned(),
            checkpoint: "reconcile/round.json".to_owned(),
        };
        let rounds = Rounds { survey, queue: queue.clone(), objects, rules };
        Self { world, iam, queue, access, rounds, agreed: [false; IDS.len()] }
    }

    /// On the wall, and within IAM.
    async fn pass(seconds: u64) {
        pass_for(time::Duration::seconds(i64::try_from(seconds).unwrap()));
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    /// One of so many calls is throttled although it was repeated, one is done and its answer lost.
    fn misbehave(&self, seed: u64, calls: u8) {
        let mut random = Rng::with_seed(seed);
        self.world.faults.decide(move |_| match random.u8(0..calls) {
            0 => Some(Fault::Unavailable),
            1 => Some(Fault::AnswerLost),
            _ => None,
        });
    }

    /// Delivers a message until it is taken.
    async fn deliver(&self, id: &str, text: &str) {
        for _ in 0..MOST_DELIVERIES {
            let event = json!({"Records": [record(0, id, text)]});
            let deadline = Deadline::within(Duration::from_mins(1));
            let handled = manage_iam_policies::handler::handle(&self.access, event, deadline).await;
            if handled.unwrap().batch_item_failures.is_empty() {
                return;
            }
            Self::pass(5).await;
        }
        panic!("the message about {id} is never taken");
    }

    /// Somebody ends or begins an agreement, and its event comes.
    async fn step(&mut self, random: &mut Rng) {
        if random.u8(0..3) == 0 {
            // The next tick makes a round, while what is written now does not count yet.
            Self::pass(61 * 60).await;
        }
        let place = random.usize(0..IDS.len());
        let (id, active) = (IDS[place], !self.agreed[place]);
        self.agreed[place] = active;
        self.world.agree(id, "s3", active);
        let verb = if active { "AccessActivated" } else { "AccessDeactivated" };
        self.deliver(id, &body(verb, id, random.usize(0..1_000_000))).await;
        Self::pass(random.u64(0..40)).await;
        if random.u8(0..4) == 0 {
            // Somebody takes a policy away by hand, which counts at once: `reconcile` has to see that.
            let id = IDS[random.usize(0..IDS.len())];
            self.world.iam.unset(&CHURN.parse().unwrap(), policy(id).as_str());
        }
        if random.bool() {
            // Whether it comes to its end does not matter here.
            drop(self.tick(random.u64(0..20)).await);
        }
    }

    /// A tick of `reconcile`, and what it asks for so long afterwards.
    async fn tick(&self, seconds: u64) -> Result<Tick, ReconcileError> {
        let deadline = Deadline::within(Duration::from_mins(15));
        let ticked = reconcile::handler::handle(&self.rounds, deadline, now).await;
        Self::pass(seconds).await;
        for message in self.queue.take_sent() {
            self.deliver(&message.group, &message.body).await;
        }
        ticked
    }

    /// A round, and what it asks for; how many differences it found.
    async fn round(&self) -> u64 {
        Self::pass(61 * 60).await;
        let mut last = String::new();
        for _ in 0..MOST_DELIVERIES {
            let ticked = self.tick(BETWEEN_TICKS).await;
            last = format!("{ticked:?}");
            if let Ok(Tick::Finished(summary)) = ticked {
                return summary.differences;
            }
        }
        panic!("the round does not end: {last}");
    }

    /// The differences that stay, with what the ledger says of their agreements.
    fn still_open(&self) -> String {
        let text = self.world.objects.text("reports/latest/report.json").unwrap();
        let rows = Report::from_json(&text).unwrap().differences.into_iter();
        let open: Vec<_> = rows.filter(|row| row.repaired.is_none()).collect();
        let entries = IDS.map(|id| self.world.ledger(id));
        format!("{:?}, {open:?}, in the ledger {entries:?}", self.agreed)
    }

    fn held(&self) -> [bool; IDS.len()] {
        IDS.map(|id| self.world.granted(CHURN, id).is_some())
    }

    fn in_the_ledger(&self) -> [bool; IDS.len()] {
        IDS.map(|id| {
            let entry = self.world.ledger(id);
            assert!(entry.as_ref().is_none_or(|entry| entry.phase == Phase::Fact), "{entry:?}");
            entry.is_some_and(|entry| entry.state == State::Granted)
        })
    }
}

#[tokio::test(start_paused = true)]
async fn writes_that_count_later_and_answers_that_are_lost_come_to_rest_as_agreed() {
    let (mut stale_reads, mut repaired) = (0, 0);
    for seed in 1..=SEEDS {
        let mut unsteady = Unsteady::new(seed);
        unsteady.misbehave(seed, 12);
        let mut random = Rng::with_seed(seed);
        for _ in 0..STEPS {
            unsteady.step(&mut random).await;
        }
        // A round makes many more calls than a message, and begins anew where one fails.
        unsteady.misbehave(seed, 90);
        let mut quiet = 0;
        for _ in 0..MOST_ROUNDS {
            let differences = unsteady.round().await;
            repaired += differences;
            quiet = if differences == 0 { quiet + 1 } else { 0 };
            if quiet == ENOUGH {
                break;
            }
        }
        assert_eq!(quiet, ENOUGH, "SEED={seed}: {}", unsteady.still_open());
        assert_eq!(unsteady.held(), unsteady.agreed, "SEED={seed}");
        assert_eq!(unsteady.in_the_ledger(), unsteady.agreed, "SEED={seed}");
        stale_reads += unsteady.iam.stale_reads();
    }
    assert!(repaired > 0, "the rounds had nothing to do");
    assert!(stale_reads > SEEDS.try_into().unwrap(), "{stale_reads} reads were stale");
    tell(&json!({"stale reads": stale_reads, "differences repaired": repaired}));
}

#[expect(clippy::print_stdout, reason = "how often the rounds had to help is worth a look")]
fn tell(what: &Value) {
    println!("{what}");
}
