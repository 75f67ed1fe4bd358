//! A server that speaks OpenMetadata's API as far as an ingestion of Glue uses it, with the checks
//! that the real one makes.

mod names;
mod routes;
mod schema;
mod state;

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use serde_json::{Map, Value};

use crate::{
    journal::{Call, Journal},
    running::Running,
};
use state::State;

/// A bot's token with all rights.
pub const TOKEN: &str = "sample.bot.token";
/// A token that sees no credentials.
pub const TOKEN_WITHOUT_CREDENTIALS: &str = "sample.reader.token";

struct Inner {
    version: String,
    state: Mutex<State>,
    journal: Journal,
}

/// OpenMetadata in memory. Clones share it.
#[derive(Clone)]
pub struct OpenMetadataServer(Arc<Inner>);

impl OpenMetadataServer {
    /// A server of this version, such as `1.11.0`, with nothing in it.
    pub fn new(version: &str) -> Self {
        let (version, state) = (version.to_owned(), Mutex::default());
        Self(Arc::new(Inner { version, state, journal: Journal::default() }))
    }

    /// Answers on this machine. The API's address is the server's with `/api` behind it.
    pub async fn start(&self) -> io::Result<Running> {
        Running::start(self.router()).await
    }

    /// All routes, remembered.
    pub fn router(&self) -> Router {
        self.0.journal.around(routes::router(self.clone()))
    }

    /// A service that somebody made before; `collection` is `pipelineServices` or `databaseServices`.
    pub fn add_service(&self, collection: &str, service: &Value) {
        let made = self.state().put_service(collection, service, self.version());
        debug_assert!(made.is_ok(), "a service is as the API wants it");
    }

    /// A service as it is stored, secrets included.
    pub fn service(&self, collection: &str, name: &str) -> Option<Value> {
        self.state().any(collection, &names::quoted(name)).cloned().map(Value::Object)
    }

    /// Everything in a collection, such as `pipelines` or `tables`; `deleted` says whether softly.
    pub fn entities(&self, collection: &str) -> Vec<Value> {
        self.state().all(collection).into_iter().cloned().map(Value::Object).collect()
    }

    /// One entity by its fully qualified name, deleted softly or not.
    pub fn entity(&self, collection: &str, qualified: &str) -> Option<Value> {
        self.state().any(collection, qualified).cloned().map(Value::Object)
    }

    /// The runs of a pipeline, the oldest first.
    pub fn statuses(&self, pipeline: &str) -> Vec<Value> {
        self.state().statuses(pipeline)
    }

    /// Every edge: `from`, `to` and `pipeline` by fully qualified name.
    pub fn lineage(&self) -> Vec<Value> {
        self.state().edges()
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.0.journal.calls()
    }

    /// Faults and the record of calls.
    pub fn journal(&self) -> &Journal {
        &self.0.journal
    }

    fn version(&self) -> schema::Version {
        let mut numbers = self.0.version.split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One entity as the API shows it.
fn shown(entity: &Map<String, Value>) -> Value {
    Value::Object(entity.clone())
}
