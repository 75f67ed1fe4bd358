//! The asset API of Data Mesh Manager.

mod check;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use crate::{
    journal::{Call, Journal},
    running::Running,
};

/// How many assets a page holds.
const PAGE: usize = 1000;

#[derive(Debug, Default)]
struct Store {
    assets: BTreeMap<String, (usize, Value)>,
    made: usize,
    teams: BTreeSet<String>,
    in_use: BTreeSet<String>,
}

/// Assets in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct AssetServer {
    store: Arc<Mutex<Store>>,
    journal: Journal,
}

type IsTeam = Arc<dyn Fn(&str) -> bool + Send + Sync>;

#[derive(Clone)]
struct Api {
    server: AssetServer,
    is_team: IsTeam,
}

impl AssetServer {
    /// A team that may own assets.
    pub fn add_team(&self, id: &str) {
        self.store().teams.insert(id.to_owned());
    }

    /// From now on a data product uses this asset: it cannot be deleted.
    pub fn use_in_product(&self, id: &str) {
        self.store().in_use.insert(id.to_owned());
    }

    /// Every asset, the oldest first.
    pub fn assets(&self) -> Vec<Value> {
        let store = self.store();
        let mut all: Vec<_> = store.assets.values().collect();
        all.sort_by_key(|(made, _)| *made);
        all.into_iter().map(|(_, asset)| asset.clone()).collect()
    }

    /// One asset.
    pub fn asset(&self, id: &str) -> Option<Value> {
        self.store().assets.get(id).map(|(_, asset)| asset.clone())
    }

    /// What a person makes of an asset by hand; nothing is checked.
    pub fn edit(&self, id: &str, edit: impl FnOnce(&mut Value)) {
        if let Some((_, asset)) = self.store().assets.get_mut(id) {
            edit(asset);
        }
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.journal.calls()
    }

    /// Faults and the record of calls.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The routes below `/api/assets`, for a server that asks for the key and knows the teams itself.
    pub fn routes(&self, is_team: impl Fn(&str) -> bool + Send + Sync + 'static) -> Router {
        let api = Api { server: self.clone(), is_team: Arc::new(is_team) };
        Router::new()
            .route("/api/assets", get(list))
            .route("/api/assets/{id}", get(read).put(write).delete(delete))
            .with_state(api)
    }

    /// Answers on this machine whoever shows `key`, in either header.
    pub async fn start(&self, key: &str) -> io::Result<Running> {
        let server = self.clone();
        let routes = self.routes(move |team| server.store().teams.contains(team));
        let admitted = routes.layer(middleware::from_fn_with_state(key.to_owned(), admit));
        Running::start(self.journal.around(admitted)).await
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn admit(
    State(key): State<String>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if text("x-api-key").into_iter().chain(bearer).any(|shown| shown == key) {
        next.run(request).await
    } else {
        problem(StatusCode::FORBIDDEN, "The API key is missing or not valid.")
    }
}

async fn list(
    State(api): State<Api>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response {
    let page = parameters.get("p").map_or(Ok(0), |page| page.parse::<usize>());
    let Ok(page) = page else {
        return problem(StatusCode::BAD_REQUEST, "p: a number");
    };
    let from = page.saturating_mul(PAGE);
    let mut found: Vec<Value> = api.server.assets().into_iter().skip(from).take(PAGE + 1).collect();
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let mut response = shown(&Value::Array(found));
    let next = format!("</api/assets?p={}>; rel=\"next\"", page.saturating_add(1));
    if let (true, Ok(link)) = (more, next.parse()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

async fn read(State(api): State<Api>, Path(id): Path<String>) -> Response {
    api.server.asset(&id).map_or_else(missing, |asset| shown(&asset))
}

async fn write(State(api): State<Api>, Path(id): Path<String>, body: Bytes) -> Response {
    let Ok(mut asset) = serde_json::from_slice::<Value>(&body) else {
        return problem(StatusCode::BAD_REQUEST, "The body is not JSON.");
    };
    let violations = check::violations(&id, &asset, &*api.is_team);
    if !violations.is_empty() {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, &violations.join("; "));
    }
    let mut store = api.server.store();
    let known = store.assets.get(&id).map(|(made, asset)| (*made, asset.clone()));
    // Read-only: what was assigned in the catalog stays, whatever is sent.
    let assigned = known.as_ref().and_then(|(_, asset)| asset.get("assignedTags").cloned());
    if let Some(asset) = asset.as_object_mut() {
        asset.remove("assignedTags");
        asset.extend(assigned.map(|tags| ("assignedTags".to_owned(), tags)));
    }
    let made = known.map_or(store.made, |(made, _)| made);
    store.made += 1;
    store.assets.insert(id, (made, asset));
    StatusCode::OK.into_response()
}

async fn delete(State(api): State<Api>, Path(id): Path<String>) -> Response {
    let mut store = api.server.store();
    if store.in_use.contains(&id) {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "It is used in a data product.");
    }
    match store.assets.remove(&id) {
        Some(_) => StatusCode::OK.into_response(),
        None => missing(),
    }
}

fn missing() -> Response {
    problem(StatusCode::NOT_FOUND, "Asset not found")
}

fn shown(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let body = json!({
        "type": "about:blank", "title": status.canonical_reason(),
        "status": status.as_u16(), "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
