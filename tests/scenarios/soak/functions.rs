//! The functions run. A process that is gone takes what it knew of the key with it.

use std::time::Duration;

use clients::cursor::Cursor;
use clients::fake::{FakeCatalog, FakeObjects, FakeQueue};
use lambda::deadline::Deadline;
use poll_feed::poll::Poller;

use super::calls::{Crash, arrange};
use super::checks::CURSOR;
use super::walk::Walk;
use crate::rounds::now;

impl Walk {
    pub(super) fn poller(&self, process: usize) -> Poller<FakeCatalog, FakeQueue, FakeObjects> {
        let world = &self.rounds.world;
        Poller {
            feed: self.pollers[process].clone(),
            queue: self.rounds.queue.clone(),
            cursor: Cursor::new(world.objects.clone(), CURSOR.to_owned()),
            follow: true,
            own_principal: None,
        }
    }

    pub(super) fn start_consumer(&mut self) {
        let world = &mut self.rounds.world;
        world.access.assessor.catalog = self.keys.process(&world.catalog);
    }

    pub(super) fn start_reconcile(&mut self) {
        let catalog = self.keys.process(&self.rounds.world.catalog);
        self.rounds.rounds.survey.assessor.catalog = catalog;
    }

    fn ended(&mut self, what: &str, crash: &Crash, how: &str) -> String {
        self.rounds.world.faults.none();
        self.outcome.crashes += usize::from(crash.happened());
        format!("{what}, {how}")
    }

    pub(super) async fn poll(&mut self) -> String {
        let (crash, how) = arrange(&mut self.random, &self.rounds.world.faults);
        let deadline = Deadline::within(Duration::from_secs(55));
        let (one, two) = (self.poller(0), self.poller(1));
        let (what, ended) = if self.one_of(4) > 0 {
            ("a poll", crash.or(one.run(deadline, now())).await.is_some())
        } else {
            let both = (one.run(deadline, now()), two.run(deadline, now()));
            let both = crash.or(futures_util::future::join(both.0, both.1)).await;
            ("two polls at once", both.is_some())
        };
        if !ended {
            let catalog = &self.rounds.world.catalog;
            self.pollers = [self.keys.process(catalog), self.keys.process(catalog)];
        }
        self.ended(what, &crash, &how)
    }

    pub(super) async fn deliver(&mut self) -> String {
        let records = self.line.receive(&self.rounds.queue);
        let received = records.len();
        if received == 0 {
            return "nothing to deliver".to_owned();
        }
        let (crash, how) = arrange(&mut self.random, &self.rounds.world.faults);
        let handled = crash.or(self.rounds.world.handle(records)).await;
        if handled.is_none() {
            self.start_consumer();
        }
        let kept = handled.unwrap_or_else(|| (0..received).collect());
        self.line.acknowledge(received, &kept);
        self.ended(&format!("{received} messages, {} kept", kept.len()), &crash, &how)
    }

    pub(super) async fn reconcile(&mut self) -> String {
        let (crash, how) = arrange(&mut self.random, &self.rounds.world.faults);
        if crash.or(self.rounds.tick()).await.is_none() {
            self.start_reconcile();
        }
        self.ended("a tick of reconcile", &crash, &how)
    }
}
