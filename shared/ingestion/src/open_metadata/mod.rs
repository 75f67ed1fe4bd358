//! OpenMetadata: databases, schemas and tables; pipelines with tasks, runs and lineage.
//!
//! Jobs outside workflows are pipelines with one task, called `<job> (job)` so that no workflow of the
//! same name is meant; what is shown is the job's own name. Triggers and crawlers outside workflows
//! have no place here and are not sent.

mod columns;
mod dialect;
mod lineage;
mod name;
mod options;
mod pipelines;
mod services;
mod tables;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clients::http::{CatalogError, Reply, Request};
use clients::json_api::{GivenKey, JsonApi};
use domain::Failure;
use reqwest::Method;
use serde_json::{Value, json};

use crate::model::{Entity, Published};
use crate::target::{Key, Kind, Put, Removed, Rendering, Target, TargetError, Write};
use dialect::Dialect;
use tables::Store;

pub use options::{HostPort, OpenMetadataOptions, OptionError, Token, Version};

/// How often a body is made smaller because the server does not know a field.
const MOST_ATTEMPTS: usize = 4;

/// Somebody else changed the same thing at the same time.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Conflict(String);

/// One OpenMetadata server.
pub struct OpenMetadata {
    name: String,
    options: OpenMetadataOptions,
    connection: Option<Value>,
    api: JsonApi<GivenKey>,
    dialect: Mutex<Option<Dialect>>,
    /// Ids by kind and fully qualified name; bounded.
    ids: Mutex<BTreeMap<String, String>>,
}

/// Holds credentials, and shows none.
impl fmt::Debug for OpenMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenMetadata").field("name", &self.name).finish_non_exhaustive()
    }
}

impl OpenMetadata {
    /// `name` is what the target is remembered by; `connection` is the `awsConfig` that a service
    /// which does not exist yet is made with. Nothing is sent yet.
    pub fn new(
        name: String,
        options: OpenMetadataOptions,
        connection: Option<Value>,
    ) -> Result<Self, TargetError> {
        let closed = |reason: String| TargetError::Closed { target: name.clone(), reason };
        options.check().map_err(|error| closed(error.to_string()))?;
        let api = JsonApi::with_token(options.host_port.0.clone(), options.jwt_token.0.clone());
        let api = api.map_err(|error| closed(error.to_string()))?;
        let (dialect, ids) = (Mutex::default(), Mutex::default());
        Ok(Self { name, options, connection, api, dialect, ids })
    }

    fn store(&self) -> Option<Store<'_>> {
        let service = self.options.database_service_name.as_deref();
        let label = self.options.database_name.as_deref().filter(|label| !label.is_empty());
        service.filter(|name| !name.is_empty()).map(|service| Store { service, label })
    }

    fn pipelines(&self) -> Option<&str> {
        self.options.pipeline_service_name.as_deref().filter(|name| !name.is_empty())
    }

    fn closed(&self, reason: &str) -> TargetError {
        TargetError::Closed { target: self.name.clone(), reason: reason.to_owned() }
    }

    fn refused(&self, key: &str, reply: &Reply) -> TargetError {
        self.refused_with(key, self.hidden(&reply.words()))
    }

    fn refused_with(&self, key: &str, reason: String) -> TargetError {
        TargetError::Refused { target: self.name.clone(), key: key.to_owned(), reason }
    }

    /// A server may repeat what it was sent: nothing secret of that is told on.
    fn hidden(&self, words: &str) -> String {
        let secrets = self.connection.iter().flat_map(services::texts);
        let secrets = secrets.chain([self.options.jwt_token.0.as_str()]);
        secrets
            .filter(|text| text.len() >= 4)
            .fold(words.to_owned(), |words, secret| words.replace(secret, "…"))
    }

    fn failed(&self, key: &str, error: CatalogError) -> TargetError {
        let target = self.name.clone();
        let reason = match (&error, error.failure()) {
            (_, Failure::Retry) => {
                return TargetError::Unavailable { target, source: Box::new(error) };
            }
            (CatalogError::KeyRefused { status }, _) => {
                format!("the token is refused ({status}); check jwtToken and the bot's rights")
            }
            (CatalogError::Redirected { location }, _) => {
                format!("it redirects to {location}; hostPort must be the API's own address")
            }
            (_, Failure::Halt) => error.to_string(),
            (_, Failure::Reject) => return self.refused_with(key, error.to_string()),
        };
        TargetError::Closed { target, reason }
    }

    async fn call(
        &self,
        key: &str,
        method: Method,
        path: &[&str],
        body: Option<&Value>,
    ) -> Result<Reply, TargetError> {
        let url = self.api.base().below(path);
        let request = Request::json(method, url, body.map(Value::to_string));
        self.api.call(&request).await.map_err(|error| self.failed(key, error))
    }

    /// What is there; `None` is 404.
    async fn get(&self, key: &str, path: &[&str]) -> Result<Option<Value>, TargetError> {
        let reply = self.call(key, Method::GET, path, None).await?;
        match reply.status {
            404 | 410 => Ok(None),
            _ if reply.is_success() => match serde_json::from_str(&reply.text) {
                Ok(found) => Ok(Some(found)),
                Err(_) => Err(self.closed("no API answers there; check hostPort")),
            },
            _ => Err(self.refused(key, &reply)),
        }
    }

    fn dialect(&self) -> MutexGuard<'_, Option<Dialect>> {
        self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's version, asked for once.
    async fn learn_version(&self) -> Result<(), TargetError> {
        if self.dialect().is_some() {
            return Ok(());
        }
        let version = match self.options.server_version {
            Some(version) => version,
            None => self.asked_version().await?,
        };
        self.dialect().get_or_insert_with(|| Dialect::of(version));
        Ok(())
    }

    async fn asked_version(&self) -> Result<Version, TargetError> {
        let found = self.get("the version", &["v1", "system", "version"]).await?;
        let version = found.as_ref().and_then(|found| found.get("version")?.as_str()?.parse().ok());
        version.ok_or_else(|| {
            self.closed("it does not say its version; check hostPort, or set serverVersion")
        })
    }

    /// Sends a body, made smaller where the server does not know a field of it.
    async fn send(&self, key: &str, path: &[&str], body: &Value) -> Result<Put, TargetError> {
        self.learn_version().await?;
        let place = path.last().copied().unwrap_or_default();
        let mut conflicts = 0;
        for _ in 0..MOST_ATTEMPTS {
            let adapted = self.dialect().as_ref().map(|dialect| dialect.adapt(place, body.clone()));
            let reply = self.call(key, Method::PUT, path, adapted.as_ref()).await?;
            match reply.status {
                _ if reply.is_success() => return Ok(Put::Written),
                400 if self.learns(place, &reply) => {}
                409 | 412 if conflicts == 0 => conflicts += 1,
                409 | 412 => {
                    let source = Box::new(Conflict(self.hidden(&reply.words())));
                    return Err(TargetError::Unavailable { target: self.name.clone(), source });
                }
                _ => return Err(self.refused(key, &reply)),
            }
        }
        Err(self.refused_with(key, "too many of its fields are not known".to_owned()))
    }

    fn learns(&self, place: &str, reply: &Reply) -> bool {
        self.dialect().as_mut().is_some_and(|dialect| dialect.learn(place, &reply.words()))
    }

    /// Takes away softly what has an id under this name.
    async fn take(&self, collection: &str, id: &str) -> Result<Removed, TargetError> {
        let Some(found) = self.get(id, &["v1", collection, "name", id]).await? else {
            return Ok(Removed::Gone);
        };
        let entity = found.get("id").and_then(Value::as_str);
        let entity = entity.ok_or_else(|| self.refused_with(id, "it has no id".to_owned()))?;
        let mut url = self.api.base().below(&["v1", collection, entity]);
        url.query_pairs_mut().append_pair("hardDelete", "false").append_pair("recursive", "false");
        let request = Request::json(Method::DELETE, url, None);
        let reply = self.api.call(&request).await.map_err(|error| self.failed(id, error))?;
        self.forget(id);
        match reply.status {
            404 | 410 => Ok(Removed::Gone),
            400 | 409 | 412 if reply.text.contains("not empty") => Ok(Removed::InUse),
            _ if reply.is_success() => Ok(Removed::Gone),
            _ => Err(self.refused(id, &reply)),
        }
    }
}

impl Target for OpenMetadata {
    fn name(&self) -> &str {
        &self.name
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        self.learn_version().await?;
        self.prepare_services().await
    }

    fn render(&self, published: &Published<'_>) -> Rendering {
        let Published { place, owner: _, entity } = *published;
        let only = |writes| Rendering { writes, skipped_runs: 0 };
        let store = self.store();
        match entity {
            Entity::Database(found) => {
                only(store.map(|store| store.database(place, found)).unwrap_or_default())
            }
            Entity::Table(found) => {
                only(store.map(|store| store.table(place, found)).into_iter().collect())
            }
            Entity::Workflow { workflow, runs } => self
                .pipelines()
                .map(|service| pipelines::workflow(place, service, workflow, runs))
                .unwrap_or_default(),
            Entity::Job { job, workflows, runs } => {
                let Some(service) = self.pipelines() else { return Rendering::default() };
                let mut all = pipelines::job(place, service, job, workflows, runs);
                if let Some(store) = store {
                    all.writes.extend(pipelines::lineage(place, service, &store, job, workflows));
                }
                all
            }
            Entity::Trigger(_) | Entity::Crawler(_) => Rendering::default(),
        }
    }

    async fn put(&self, write: &Write) -> Result<Put, TargetError> {
        let Write { key, body } = write;
        if let Some(edge) = body.get("edge") {
            return self.put_edge(&key.id, edge).await;
        }
        let path = body.get("path").and_then(Value::as_array).into_iter().flatten();
        let path: Vec<&str> = path.filter_map(Value::as_str).collect();
        match body.get("body") {
            Some(body) if !path.is_empty() => self.send(&key.id, &path, body).await,
            _ => Err(self.refused_with(&key.id, "it was made for another target".to_owned())),
        }
    }

    async fn remove(&self, key: &Key) -> Result<Removed, TargetError> {
        let Key { kind, id } = key;
        match kind {
            Kind::Database if name::parts(id) > 2 => self.take("databaseSchemas", id).await,
            Kind::Database => self.take("databases", id).await,
            Kind::Table => self.take("tables", id).await,
            Kind::Workflow => self.take("pipelines", id).await,
            Kind::Job | Kind::Trigger | Kind::Crawler | Kind::Run | Kind::Lineage => {
                Ok(Removed::Gone)
            }
        }
    }
}

/// A body and where it goes.
fn put_of(path: &[&str], body: &Value) -> Value {
    let path: Vec<&str> = ["v1"].iter().chain(path).copied().collect();
    json!({ "path": path, "body": body })
}

/// Without what is null.
fn known(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    value
}
