//! A sample Data Mesh Manager: keeps agreements, and what they refer to, in memory and speaks the
//! real API on loopback, so that the functions cannot tell the difference.

mod agreement;
mod answer;
mod document;
mod feed;
mod provisioning;
mod routes;
mod store;

#[cfg(test)]
mod tests;

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use local_servers::assets::AssetServer;
use serde_json::{Map, Value};
use tokio::net::TcpListener;

use crate::clock;
use store::{By, Filter, Store};

pub(crate) use agreement::{Decision, UNKNOWN};
pub(crate) use document::Kind;
pub(crate) use feed::id_of;

/// How many requests the journal remembers.
const JOURNAL_LIMIT: usize = 100_000;

/// Which of the two API generations a catalog speaks. Servers of 2025 answered both; this one answers
/// one, so that nothing works only because the other is there too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Generation {
    /// `/api/access` and `Access…Event`, provisioning reports included.
    #[default]
    Access,
    /// `/api/datausageagreements` and `DataUsageAgreement…Event`, as servers did before 2025.
    DataUsageAgreement,
}

impl Generation {
    /// The path under which agreements are found.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Access => "/api/access",
            Self::DataUsageAgreement => "/api/datausageagreements",
        }
    }

    /// What the names of an agreement's events begin with.
    pub(crate) fn event_prefix(self) -> &'static str {
        match self {
            Self::Access => "Access",
            Self::DataUsageAgreement => "DataUsageAgreement",
        }
    }
}

/// One request that the catalog answered.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `GET`, `PUT`, `POST` or `DELETE`.
    pub(crate) method: String,
    /// Path, percent-decoded, without the query.
    pub(crate) path: String,
    /// HTTP status of the answer.
    pub(crate) status: u16,
}

/// What is wrong with the catalog, whatever it is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Every request has this status.
    Status(u16),
    /// Every change to an agreement has this status; reading works.
    ChangesStatus(u16),
    /// Every answer but the feed comes so late.
    Late(Duration),
}

struct Inner {
    generation: Generation,
    api_key: String,
    fault: Mutex<Fault>,
    store: Mutex<Store>,
    journal: Mutex<Vec<Request>>,
    assets: AssetServer,
}

/// A running catalog. Clones share the same content.
#[derive(Clone)]
pub(crate) struct Catalog(Arc<Inner>);

/// Changes made here are a person's, not the integration's.
const PERSON: &str = "user:sample@example.com";

impl Catalog {
    /// An empty catalog that lets in whoever knows `api_key`.
    pub(crate) fn new(generation: Generation, api_key: &str) -> Self {
        Self(Arc::new(Inner {
            generation,
            api_key: api_key.to_owned(),
            fault: Mutex::new(Fault::None),
            store: Mutex::new(Store::new(generation)),
            journal: Mutex::new(Vec::new()),
            assets: AssetServer::default(),
        }))
    }

    /// Answers requests until the future is dropped.
    pub(crate) async fn serve(self, listener: TcpListener) -> io::Result<()> {
        axum::serve(listener, routes::router(self)).await
    }

    /// What was published here of other systems.
    pub(crate) fn assets(&self) -> &AssetServer {
        &self.0.assets
    }

    /// Which API this catalog speaks.
    pub(crate) fn generation(&self) -> Generation {
        self.0.generation
    }

    /// Breaks the catalog, or repairs it.
    pub(crate) fn set_fault(&self, fault: Fault) {
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    fn fault(&self) -> Fault {
        *self.0.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates or replaces what agreements refer to.
    pub(crate) fn put_document(&self, kind: Kind, id: &str, document: Map<String, Value>) {
        self.store().put_document(kind, id, document, by_person());
    }

    /// Creates or replaces an agreement; a new one waits for a decision.
    pub(crate) fn put_agreement(&self, id: &str, document: Map<String, Value>) {
        self.store().put_agreement(id, document, by_person());
    }

    /// Decides about an agreement. False when there is none with that id.
    pub(crate) fn decide(&self, id: &str, decision: Decision) -> bool {
        self.store().decide(id, decision, by_person())
    }

    /// Deletes an agreement. False when there is none with that id.
    pub(crate) fn delete_agreement(&self, id: &str) -> bool {
        self.store().delete_agreement(id, by_person())
    }

    /// The agreement as the API shows it now.
    pub(crate) fn agreement(&self, id: &str) -> Option<Value> {
        self.store().agreement(id)
    }

    /// Every agreement as the API shows it now, in the order they were asked for.
    pub(crate) fn agreements(&self) -> Vec<Value> {
        self.store().agreements(&Filter::default())
    }

    /// Something that agreements refer to.
    pub(crate) fn document(&self, kind: Kind, id: &str) -> Option<Value> {
        self.store().document(kind, id)
    }

    /// Every event so far, oldest first.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.store().feed().all().to_vec()
    }

    /// Every request so far that `from` others came before.
    pub(crate) fn requests_since(&self, from: usize) -> Vec<Request> {
        self.journal().get(from..).unwrap_or_default().to_vec()
    }

    fn record(&self, request: Request) {
        let mut journal = self.journal();
        if journal.len() < JOURNAL_LIMIT {
            journal.push(request);
        }
    }

    /// A panic in one request handler does not make the content unreadable for the next.
    fn store(&self) -> MutexGuard<'_, Store> {
        let mut store = self.0.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.settle(clock::now());
        store
    }

    fn journal(&self) -> MutexGuard<'_, Vec<Request>> {
        self.0.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_key(&self, key: &str) -> bool {
        self.0.api_key == key
    }
}

/// The day that dates of agreements are compared with, in UTC: `2026-08-01`.
pub(crate) fn today() -> String {
    feed::day(clock::now())
}

fn by_person() -> By<'static> {
    By { principal: PERSON, now: clock::now() }
}
