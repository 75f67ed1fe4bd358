//! Both functions over a catalog that speaks one generation of the API.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use clients::cursor::Cursor;
use clients::fake::{FakeCatalog, FakeObjects, FakeQueue};
use domain::event::Family;
use lambda::deadline::Deadline;
use poll_feed::error::PollError;
use poll_feed::poll::{Poller, Summary};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::delivery::record;
use crate::world::World;

/// When the poller runs.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-08-03 8:00 UTC);
pub(crate) const CURSOR: &str = "poll_feed/last_event_id";

/// What the catalog calls an agreement, in its addresses and in its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    Access,
    DataUsageAgreement,
}

impl Generation {
    pub(crate) const BOTH: [Self; 2] = [Self::Access, Self::DataUsageAgreement];

    pub(crate) fn family(self) -> Family {
        match self {
            Self::Access => Family::Access,
            Self::DataUsageAgreement => Family::DataUsageAgreement,
        }
    }

    /// An event of this generation, such as `AccessUpdatedEvent`, as an entry of the feed.
    pub(crate) fn event(self, verb: &str, agreement: &str, number: usize) -> Value {
        json!({"specversion": "1.0", "id": format!("e{number}"), "subject": agreement,
               "type": format!("com.datamesh-manager.events.{self:?}{verb}Event"),
               "data": {"id": agreement}})
    }
}

/// Both functions, with the queue between them.
pub(crate) struct Stage {
    pub(crate) generation: Generation,
    pub(crate) world: World,
    pub(crate) queue: FakeQueue,
    pub(crate) poller: Poller<FakeCatalog, FakeQueue, FakeObjects>,
    acknowledged: RefCell<BTreeSet<String>>,
}

impl Stage {
    pub(crate) fn of(generation: Generation) -> Self {
        let world = World::new();
        let queue = FakeQueue::new(world.faults.clone());
        let poller = Poller {
            feed: world.catalog.clone(),
            queue: queue.clone(),
            cursor: Cursor::new(world.objects.clone(), CURSOR.to_owned()),
            follow: true,
            own_principal: None,
        };
        Self { generation, world, queue, poller, acknowledged: RefCell::default() }
    }

    /// The same world with an active agreement `id` on [`World`]'s port `s3`.
    pub(crate) fn with_agreement(generation: Generation, id: &str) -> Self {
        let stage = Self::of(generation);
        stage.agree(id, "s3", true);
        stage
    }

    /// Creates or changes agreement `id` between [`World`]'s two products.
    pub(crate) fn agree(&self, id: &str, port: &str, active: bool) {
        let document = json!({
            "id": id, "info": {"purpose": "test", "status": "approved", "active": active},
            "provider": {"teamId": "t", "dataProductId": "warmers", "outputPortId": port},
            "consumer": {"teamId": "t", "dataProductId": "churn"},
            "tags": ["mine"], "custom": {"theirs": "kept"},
        });
        self.set_agreement(id, &document);
    }

    pub(crate) fn set_agreement(&self, id: &str, document: &Value) {
        let text = document.to_string();
        self.world.catalog.set_agreement(self.generation.family(), id, &text);
    }

    pub(crate) fn agreement(&self, id: &str) -> Value {
        let text = self.world.catalog.agreement_text(self.generation.family(), id);
        serde_json::from_str(&text.unwrap()).unwrap()
    }

    pub(crate) fn tags(&self, id: &str) -> Vec<String> {
        let tags = &self.agreement(id)["tags"];
        serde_json::from_value::<Option<Vec<String>>>(tags.clone()).unwrap().unwrap_or_default()
    }

    pub(crate) fn publish(&self, verb: &str, agreement: &str, number: usize) {
        self.world.catalog.publish(&self.generation.event(verb, agreement, number).to_string());
    }

    pub(crate) fn cursor(&self) -> Option<String> {
        self.world.objects.text(CURSOR)
    }

    /// One run of `poll_feed`.
    pub(crate) async fn poll(&self) -> Result<Summary, PollError> {
        self.poller.run(Deadline::within(Duration::from_secs(55)), NOW).await
    }

    /// Hands to `manage_iam_policies` what nobody acknowledged yet; how many messages stay.
    pub(crate) async fn deliver(&self) -> usize {
        let sent = self.queue.sent();
        let known = self.acknowledged.borrow().clone();
        let waiting: Vec<_> =
            sent.iter().filter(|message| !known.contains(&message.deduplication)).collect();
        let records = waiting.iter().enumerate();
        let records = records.map(|(place, one)| record(place, &one.group, &one.body)).collect();
        let kept = self.world.handle(records).await;
        let taken = waiting.iter().enumerate().filter(|(place, _)| !kept.contains(place));
        let taken = taken.map(|(_, message)| message.deduplication.clone());
        self.acknowledged.borrow_mut().extend(taken);
        kept.len()
    }

    /// Both functions once; how many messages stay on the queue.
    pub(crate) async fn run(&self) -> usize {
        self.poll().await.unwrap();
        self.deliver().await
    }

    /// SQS delivers at least once: everything comes again.
    pub(crate) fn forget_acknowledgements(&self) {
        self.acknowledged.borrow_mut().clear();
    }
}
