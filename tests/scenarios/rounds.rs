//! A world in which `reconcile` makes its rounds, and time passes.

use std::cell::Cell;
use std::time::Duration;

use access::{Assessor, Mode};
use clients::fake::{FakeCatalog, FakeIam, FakeObjects, FakeQueue, FakeTables};
use clients::ledger::Ledger;
use domain::consent::Consent;
use domain::role::RoleScope;
use lambda::deadline::Deadline;
use reconcile::error::ReconcileError;
use reconcile::handler::handle;
use reconcile::round::{Rounds, Rules, Summary, Tick};
use report::{DifferenceRow, Report};
use serde_json::Value;
use survey::{KnownRoles, Pace, RevokeLimit, Survey};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::delivery::record;
use crate::world::World;

pub(crate) type FakeRounds =
    Rounds<FakeCatalog, FakeIam, FakeObjects, FakeTables, FakeQueue, FakeObjects>;

const BEGINNING: OffsetDateTime = datetime!(2026-08-01 6:00 UTC);

thread_local! {
    /// One test runs on one thread.
    static NOW: Cell<OffsetDateTime> = const { Cell::new(BEGINNING) };
}

pub(crate) fn now() -> OffsetDateTime {
    NOW.get()
}

/// For a test that makes several worlds, each with a time of its own.
pub(crate) fn start_at_the_beginning() {
    NOW.set(BEGINNING);
}

pub(crate) fn pass(minutes: i64) {
    pass_for(time::Duration::minutes(minutes));
}

pub(crate) fn pass_for(time: time::Duration) {
    NOW.set(NOW.get() + time);
}

pub(crate) struct RoundWorld {
    pub(crate) world: World,
    pub(crate) queue: FakeQueue,
    pub(crate) rounds: FakeRounds,
    handled: Cell<usize>,
}

impl RoundWorld {
    pub(crate) fn new() -> Self {
        let mut world = World::new();
        world.access.now = now;
        let queue = FakeQueue::new(world.faults.clone());
        let rounds = Self::rounds(&world, &queue);
        Self { world, queue, rounds, handled: Cell::new(0) }
    }

    pub(crate) fn rounds(world: &World, queue: &FakeQueue) -> FakeRounds {
        let allowed = vec!["arn:aws:iam::123456789012:role/data-products/*".parse().unwrap()];
        let home = world.access.assessor.home.clone();
        let assessor = Assessor {
            catalog: world.catalog.clone(),
            roles: KnownRoles::new(world.iam.clone(), false, None),
            tables: world.tables.clone(),
            allowed: RoleScope::new(allowed, vec!["manage_iam_policies".parse().unwrap()]),
            consent: Consent::default(),
            role_field: domain::role_field::RoleField::default(),
            home,
            resources: domain::resource_scope::ResourceScope::default(),
            notes: false,
            settles_in: domain::ledger::SETTLED,
        };
        let ledger = Ledger::new(world.objects.clone(), "grants/".to_owned());
        Rounds {
            survey: Survey { assessor, ledger, pace: Pace::per_second(1000) },
            queue: queue.clone(),
            objects: world.objects.clone(),
            rules: Rules {
                mode: Mode::Apply,
                limit: RevokeLimit::default(),
                interval: time::Duration::hours(1),
                reports_prefix: "reports/".to_owned(),
                checkpoint: "reconcile/round.json".to_owned(),
            },
        }
    }

    /// Agreements on port `s3`, granted an hour ago.
    pub(crate) async fn granted(ids: &[&str]) -> Self {
        let this = Self::new();
        for id in ids {
            this.world.agree(id, "s3", true);
            assert!(this.world.deliver("AccessActivated", id).await);
        }
        pass(60);
        this
    }

    pub(crate) async fn tick(&self) -> Result<Tick, ReconcileError> {
        handle(&self.rounds, Deadline::within(Duration::from_mins(15)), now).await
    }

    /// One round, which must end.
    pub(crate) async fn round(&self) -> Summary {
        let tick = self.tick().await.unwrap();
        let finished =
            if let Tick::Finished(summary) = &tick { Some(summary.clone()) } else { None };
        assert!(finished.is_some(), "the round did not end: {tick:?}");
        finished.unwrap()
    }

    /// Has the one writer handle what was asked for.
    pub(crate) async fn handle_hints(&self) {
        let sent = self.queue.sent();
        let new = sent.iter().skip(self.handled.replace(sent.len()));
        for (place, message) in new.enumerate() {
            let kept = self.world.handle(vec![record(place, &message.group, &message.body)]).await;
            assert!(kept.is_empty(), "{}", message.body);
        }
    }

    /// A round, its repairs, and the round an hour later.
    pub(crate) async fn repaired(&self) -> (Summary, Summary) {
        let first = self.round().await;
        self.handle_hints().await;
        pass(61);
        let second = self.round().await;
        self.handle_hints().await;
        (first, second)
    }

    pub(crate) fn report(&self) -> Report {
        Report::from_json(&self.world.objects.text("reports/latest/report.json").unwrap()).unwrap()
    }

    /// What the last report says that is different now: kind, agreement, action.
    pub(crate) fn open(&self) -> Vec<String> {
        let rows = self.report().differences.into_iter().filter(|row| row.repaired.is_none());
        rows.map(|row| in_short(&row)).collect()
    }
}

pub(crate) fn in_short(row: &DifferenceRow) -> String {
    let text = |value: Value| value.as_str().unwrap().to_owned();
    let kind = text(serde_json::to_value(row.kind).unwrap());
    let action = text(serde_json::to_value(row.action).unwrap());
    format!("{kind} {} {action}", row.agreement.as_deref().unwrap_or("?"))
}
