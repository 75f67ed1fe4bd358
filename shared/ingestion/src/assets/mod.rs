//! Data Mesh Manager's assets: databases, tables, workflows, jobs, triggers and crawlers, with the
//! last runs of those that run.

mod columns;
mod id;
mod merge;
mod render;
mod runs;

use clients::http::{CatalogError, Reply, Request};
use clients::json_api::JsonApi;
use clients::secrets::Secrets;
use domain::Failure;
use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;

use crate::model::Published;
use crate::target::{Key, Kind, Put, Removed, Rendering, Target, TargetError, Write};

/// A page of the list that no catalog has: asking for it costs nothing and proves key and address.
const NO_PAGE: &str = "1000000";
/// The status of what is well-formed and still not taken, such as an owner that is no team.
const UNPROCESSABLE: u16 = 422;

/// The assets of one Data Mesh Manager.
///
/// Entities and their runs are written apart. The write of an entity leaves what is said of runs
/// (`info.status`, `custom.lastRun`, `custom.recentRuns`) as it is; the write of runs
/// ([`Kind::Run`], one an asset) adds to it.
#[derive(Debug)]
pub struct Assets<S> {
    name: String,
    api: JsonApi<S>,
}

impl<S: Secrets> Assets<S> {
    /// `name` is what the target is remembered by; `api` comes from
    /// [`clients::dmm::Connection::api`].
    pub fn new(name: String, api: JsonApi<S>) -> Self {
        Self { name, api }
    }

    fn url(&self, id: &str) -> Url {
        self.api.base().below(&["api", "assets", id])
    }

    async fn call(&self, key: &str, request: &Request) -> Result<Reply, TargetError> {
        self.api.call(request).await.map_err(|error| self.failed(key, error))
    }

    fn failed(&self, key: &str, error: CatalogError) -> TargetError {
        let target = self.name.clone();
        match error.failure() {
            Failure::Retry => TargetError::Unavailable { target, source: Box::new(error) },
            Failure::Halt => TargetError::Closed { target, reason: error.to_string() },
            Failure::Reject => {
                TargetError::Refused { target, key: key.to_owned(), reason: error.to_string() }
            }
        }
    }

    fn refused(&self, key: &str, reason: String) -> TargetError {
        TargetError::Refused { target: self.name.clone(), key: key.to_owned(), reason }
    }

    fn closed(&self, reason: &str) -> TargetError {
        TargetError::Closed { target: self.name.clone(), reason: reason.to_owned() }
    }

    async fn found(&self, id: &str) -> Result<Option<Map<String, Value>>, TargetError> {
        let reply = self.call(id, &Request::get(self.url(id))).await?;
        match reply.status {
            404 | 410 => Ok(None),
            _ if reply.is_success() => match serde_json::from_str(&reply.text) {
                Ok(asset) => Ok(Some(asset)),
                // Whoever writes over what cannot be read takes away what others added.
                Err(error) => Err(self.refused(id, format!("what is there is no asset: {error}"))),
            },
            _ => Err(self.refused(id, reply.words())),
        }
    }

    /// Writes `wanted` if that is not what is there. `Err` within: what the catalog said against it.
    async fn replace(
        &self,
        id: &str,
        found: Option<&Map<String, Value>>,
        wanted: Map<String, Value>,
    ) -> Result<Result<Put, Reply>, TargetError> {
        if found.is_some_and(|found| merge::is_same(found, &wanted)) {
            return Ok(Ok(Put::Unchanged));
        }
        let body = Some(Value::Object(wanted).to_string());
        let reply = self.call(id, &Request::json(Method::PUT, self.url(id), body)).await?;
        Ok(if reply.is_success() { Ok(Put::Written) } else { Err(reply) })
    }

    /// A team that the catalog does not know has it refuse the whole asset, which is better shown
    /// without an owner than not at all.
    async fn put_entity(
        &self,
        id: &str,
        found: Option<&Map<String, Value>>,
        ours: &Map<String, Value>,
    ) -> Result<Put, TargetError> {
        let refusal = match self.replace(id, found, merge::with_entity(found, ours)).await? {
            Ok(put) => return Ok(put),
            Err(refusal) => refusal,
        };
        let refused = || self.refused(id, refusal.words());
        let owner = merge::owner(ours).filter(|_| refusal.status == UNPROCESSABLE);
        let owner = owner.ok_or_else(refused)?;
        let wanted = merge::without_owner(found, ours, owner);
        let put = self.replace(id, found, wanted).await?.map_err(|_| refused())?;
        tracing::warn!(
            target = self.name,
            asset = id,
            team = owner,
            said = refusal.words(),
            "written without its owner, which the catalog does not take"
        );
        Ok(put)
    }

    async fn put_runs(
        &self,
        id: &str,
        found: Option<&Map<String, Value>>,
        body: &Value,
    ) -> Result<Put, TargetError> {
        let runs = body.get("runs").and_then(Value::as_array);
        let (Some(found), Some(runs)) = (found, runs) else {
            return Err(self.refused(id, "what ran is not there".to_owned()));
        };
        let replaced = self.replace(id, Some(found), merge::with_runs(found, runs)).await?;
        replaced.map_err(|refusal| self.refused(id, refusal.words()))
    }
}

impl<S: Secrets> Target for Assets<S> {
    fn name(&self) -> &str {
        &self.name
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        let mut url = self.api.base().below(&["api", "assets"]);
        url.query_pairs_mut().append_pair("p", NO_PAGE);
        let reply = self.call("the list", &Request::get(url)).await?;
        if !reply.is_success() {
            let what = format!("the list of assets cannot be read ({})", reply.words());
            return Err(self.closed(&what));
        }
        match serde_json::from_str::<Vec<Value>>(&reply.text) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.closed("no list of assets is there; check the catalog's address")),
        }
    }

    fn render(&self, published: &Published<'_>) -> Rendering {
        render::render(published)
    }

    async fn put(&self, write: &Write) -> Result<Put, TargetError> {
        let Write { key: Key { kind, id }, body } = write;
        let found = self.found(id).await?;
        if *kind == Kind::Run {
            return self.put_runs(id, found.as_ref(), body).await;
        }
        let ours = body.as_object().ok_or_else(|| self.refused(id, "no asset".into()))?;
        self.put_entity(id, found.as_ref(), ours).await
    }

    async fn remove(&self, key: &Key) -> Result<Removed, TargetError> {
        let Key { kind, id } = key;
        if matches!(kind, Kind::Run | Kind::Lineage) {
            return Ok(Removed::Gone);
        }
        let reply = self.call(id, &Request::json(Method::DELETE, self.url(id), None)).await?;
        match reply.status {
            404 | 410 => Ok(Removed::Gone),
            409 | 422 => Ok(Removed::InUse),
            _ if reply.is_success() => Ok(Removed::Gone),
            _ => Err(self.refused(id, reply.words())),
        }
    }
}
