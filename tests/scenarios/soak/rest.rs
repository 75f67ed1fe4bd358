//! Nothing goes wrong for a while: then everything has to be as agreed.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ledger::{Phase, State};
use lambda::deadline::Deadline;
use poll_feed::poll::Stop;
use reconcile::round::Tick;

use super::checks::{ledger, rights};
use super::model::Right;
use super::walk::Walk;
use crate::rounds::now;
use crate::world::policy;

/// Rounds of an hour: what three rounds did not repair is asked for once a day.
const MOST_ROUNDS: usize = 60;
/// Rounds without a difference: the first one may go on with what an earlier tick had looked at.
const ENOUGH: usize = 2;
/// Longer than a refused key keeps a process from looking at the secret again.
const KEY_IS_READ_AGAIN: time::Duration = time::Duration::minutes(1);
/// A round of `reconcile` is due again.
const ROUND: time::Duration = time::Duration::minutes(61);
const ACTIVE: &str = "aws-integration-active";

impl Walk {
    /// Lets the world come to rest and looks whether everything is as agreed.
    pub(super) async fn rest(&mut self) {
        self.rounds.world.faults.none();
        self.clock.put_right();
        self.keys.put_right(&self.rounds.world.catalog);
        self.clock.pass(KEY_IS_READ_AGAIN).await;
        let mut quiet_rounds = 0;
        for _ in 0..MOST_ROUNDS {
            if self.outcome.violation.is_some() || quiet_rounds == ENOUGH {
                break;
            }
            quiet_rounds = if self.quiet_round().await { quiet_rounds + 1 } else { 0 };
            self.check();
        }
        if self.outcome.violation.is_some() {
            return;
        }
        self.outcome.rests += 1;
        self.outcome.violation = if quiet_rounds == ENOUGH {
            self.not_as_agreed().or(self.still_something_to_do().await)
        } else {
            Some(self.still_open())
        };
    }

    /// Feed, queue and one round of `reconcile`; whether nothing was left to do.
    async fn quiet_round(&mut self) -> bool {
        self.drain().await;
        self.clock.pass(ROUND).await;
        let ticked = self.rounds.tick().await;
        self.last_tick = format!("{ticked:?}");
        let differences = match ticked {
            Ok(Tick::Finished(summary)) => summary.differences,
            _ => u64::MAX,
        };
        let is_quiet = differences == 0 && self.line.is_empty(&self.rounds.queue);
        self.drain().await;
        is_quiet
    }

    /// Until the feed is read and every message acknowledged.
    async fn drain(&mut self) {
        let deadline = Deadline::within(Duration::from_secs(55));
        let polled = self.poller(0).run(deadline, now()).await;
        if !polled.as_ref().is_ok_and(|summary| summary.stop == Stop::EndOfFeed) {
            self.outcome.violation = Some(format!("the feed does not end: {polled:?}"));
        }
        self.line.redrive();
        loop {
            let records = self.line.receive(&self.rounds.queue);
            let received = records.len();
            if received == 0 {
                return;
            }
            let kept = self.rounds.world.handle(records).await;
            self.line.acknowledge(received, &kept);
            if !kept.is_empty() {
                self.outcome.violation = Some("a message stays although nothing fails".to_owned());
                return;
            }
        }
    }

    /// The differences that stay, with all that is known about their agreements.
    fn still_open(&self) -> String {
        let rows = self.rounds.report().differences.into_iter();
        let open: Vec<_> = rows.filter(|row| row.repaired.is_none()).collect();
        let ids = open.iter().filter_map(|row| row.agreement.as_deref());
        let entries: Vec<_> = ids.map(|id| self.rounds.world.ledger(id)).collect();
        let last = &self.last_tick;
        format!("after {MOST_ROUNDS} rounds: {last}, {open:?}, in the ledger {entries:?}")
    }

    fn not_as_agreed(&self) -> Option<String> {
        let world = &self.rounds.world;
        let agreed = self.model.agreed();
        // By hand or not: what bears our name is ours.
        let held: BTreeSet<Right> = rights(world, &super::checks::ByHand::new());
        if held != agreed {
            let (missing, surplus) = (agreed.difference(&held), held.difference(&agreed));
            let (missing, surplus): (Vec<_>, Vec<_>) = (missing.collect(), surplus.collect());
            return Some(format!("missing {missing:?}, not agreed {surplus:?}"));
        }
        let granted = |name: &str| agreed.iter().any(|(_, policy, _)| policy == name);
        for entry in ledger(&world.objects) {
            let is_granted = granted(&entry.policy_name);
            let is_right = entry.phase == Phase::Fact
                && entry.still_to_revoke.is_empty()
                && is_granted == (entry.state == State::Granted);
            if !is_right {
                return Some(format!("the ledger says {entry:?}"));
            }
        }
        let wrongly_shown = |id: &&str| {
            let is_shown = world.tags(id).iter().any(|tag| tag == ACTIVE);
            is_shown != granted(policy(id).as_str())
        };
        let shown = self.model.known().find(wrongly_shown)?;
        Some(format!("the catalog shows {shown} wrongly: {:?}", world.tags(shown)))
    }

    /// One more look at each agreement changes no right and writes nothing about one that is granted. Of
    /// the others an event that was lost may still have something to tell: why it is refused now, or
    /// that it never had a right. Rounds compare rights.
    async fn still_something_to_do(&self) -> Option<String> {
        const WRITES: [&str; 4] =
            ["iam:PutRolePolicy", "iam:DeleteRolePolicy", "s3:PutObject", "PUT agreement"];
        let world = &self.rounds.world;
        for id in self.model.known() {
            let before = world.ledger(id);
            world.faults.forget_calls();
            if !world.deliver("AccessUpdated", id).await {
                return Some(format!("{id} cannot be looked at"));
            }
            let is_granted = before.as_ref().is_some_and(|entry| entry.state == State::Granted);
            let forbidden = if is_granted { WRITES.as_slice() } else { &WRITES[..2] };
            if let Some(made) = forbidden.iter().find(|call| world.faults.count(call) > 0) {
                let after = world.ledger(id);
                return Some(format!("{made} for {id} at rest: {before:?} became {after:?}"));
            }
        }
        None
    }
}
