//! What the server keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::answer::Answer;
use crate::bucket::{Due, Object};
use crate::call::{Call, Service};
use crate::mishap::Mishap;
use crate::queue::Queue;
use crate::runtime_api::Invocations;

/// The API key that the secret holds: no output may ever hold it.
pub const KEY: &str = "obviously-not-a-real-key-7c1f";

/// Is asked at each call what goes wrong with it.
type Decide = Box<dyn FnMut(&str) -> Option<Mishap> + Send>;

/// Feed, catalog, bucket, queue, roles, tables, and a list of what was asked and of what must never be.
#[derive(Default)]
pub struct World {
    /// Events, oldest first.
    pub feed: Vec<Value>,
    /// Events of a page.
    pub page: usize,
    /// Most entries of a page of any other list; 0 for all at once.
    pub listing: usize,
    /// Agreements by id.
    pub agreements: BTreeMap<String, Value>,
    /// Agreements by id, of the older generation of the catalog's API.
    pub old_agreements: BTreeMap<String, Value>,
    /// Data products by id.
    pub products: BTreeMap<String, Value>,
    /// Data contracts by id.
    pub contracts: BTreeMap<String, Value>,
    /// Teams by id.
    pub teams: BTreeMap<String, Value>,
    /// Where Glue says that `database/table` lies.
    pub tables: BTreeMap<String, String>,
    /// Those of them, by the same names, that Lake Formation does not let the integration see.
    pub hidden_tables: BTreeSet<String>,
    /// Provisioning reports: agreement and step.
    pub reports: Vec<(String, String)>,
    /// Objects by key.
    pub objects: BTreeMap<String, Object>,
    /// Prefixes that the function's right to list covers, such as `grants/*` or the key of one object;
    /// empty where it covers everything.
    pub listable: Vec<String>,
    /// The queue.
    pub queue: Queue,
    /// Inline policies by role name and policy name.
    pub roles: BTreeMap<String, BTreeMap<String, String>>,
    /// How long a write to a role takes; another one meanwhile is refused, as IAM does.
    pub role_write: Duration,
    /// Writes of roles that were refused because another one was under way.
    pub collisions: usize,
    /// What the queue must hold before the cursor may be written.
    pub due: Vec<Due>,
    /// What should never have been asked.
    pub violations: Vec<String>,
    /// What was asked, in order.
    pub calls: Vec<String>,
    /// The time, in minutes. Each scheduled invocation begins a new one.
    pub minute: u64,
    /// What functions are invoked with.
    pub invocations: Invocations,
    pub(crate) busy_roles: BTreeSet<String>,
    pub(crate) written: u64,
    decide: Option<Decide>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("minute", &self.minute).finish_non_exhaustive()
    }
}

impl World {
    /// A world with a feed that is given out in pages of `page` events.
    pub fn with_feed(feed: Vec<Value>, page: usize) -> Self {
        Self { feed, page, ..Self::default() }
    }

    /// The same world, of which nothing was asked yet.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self {
            feed: self.feed.clone(),
            page: self.page,
            listing: self.listing,
            agreements: self.agreements.clone(),
            old_agreements: self.old_agreements.clone(),
            products: self.products.clone(),
            contracts: self.contracts.clone(),
            teams: self.teams.clone(),
            tables: self.tables.clone(),
            objects: self.objects.clone(),
            listable: self.listable.clone(),
            written: self.written,
            roles: self.roles.clone(),
            role_write: self.role_write,
            invocations: Invocations {
                scheduled: self.invocations.scheduled,
                time: self.invocations.time,
                ..Invocations::default()
            },
            ..Self::default()
        }
    }

    /// `decide` is asked at each call from now on.
    pub fn decide(&mut self, decide: impl FnMut(&str) -> Option<Mishap> + Send + 'static) {
        self.decide = Some(Box::new(decide));
    }

    /// Nothing goes wrong any more.
    pub fn behave(&mut self) {
        self.decide = None;
    }

    /// Writes a call down and says what goes wrong with it.
    pub(crate) fn note(&mut self, call: &Call) -> Option<Mishap> {
        self.calls.push(call.name.clone());
        self.decide.as_mut().and_then(|decide| decide(&call.name))
    }

    /// Does what is asked.
    pub(crate) fn answer(&mut self, call: &Call, mishap: Option<Mishap>) -> Answer {
        match call.service {
            Service::S3 => self.bucket(call),
            Service::Sqs => {
                let refuse = mishap == Some(Mishap::PartialBatch);
                let cursor = self.cursor();
                self.queue.send(&call.json(), self.minute, cursor, refuse)
            }
            Service::Secrets => {
                Answer::json(&serde_json::json!({"SecretString": KEY, "Name": "dmm"}))
            }
            Service::Glue => self.glue(call),
            Service::Iam => self.iam(call),
            Service::Catalog => self.catalog(call),
        }
    }
}
