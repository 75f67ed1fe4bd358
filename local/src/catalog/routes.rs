//! The API over HTTP: who may ask, and which path leads to what.

use std::collections::HashMap;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, Request as HttpRequest, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

use super::{
    Catalog, Decision, Fault, Generation, Kind, Request,
    answer::{Problem, check_agreement, object, optional_object},
    feed::is_event_id,
    store::{By, CannotDelete, Filter},
};
use crate::clock;

/// Changes that come over HTTP are made by whoever holds the key.
const API_KEY: &str = "api-key:00000000-0000-4000-8000-000000000000";

const FEED: &str = "/api/events";

/// Whom a list of agreements can be asked for.
const CONSUMER_TYPES: [&str; 3] = ["team", "user", "dataproduct"];

type Answer = Result<Response, Problem>;
type Parameters = Query<HashMap<String, String>>;

/// All routes of the catalog's generation, behind the API key.
pub(super) fn router(catalog: Catalog) -> Router {
    let base = catalog.generation().path();
    let mut routes = Router::new()
        .route(FEED, get(events))
        .route(
            Kind::Product.path(),
            document(Kind::Product).put(put_product).delete(delete_product),
        )
        .route(Kind::Contract.path(), document(Kind::Contract))
        .route(Kind::Team.path(), document(Kind::Team))
        .route(Kind::Member.path(), document(Kind::Member))
        .route(base, get(agreements))
        .route(
            &format!("{base}/{{id}}"),
            get(agreement).put(put_agreement).delete(delete_agreement),
        )
        .route(&format!("{base}/{{id}}/{{decision}}"), post(decide));
    if catalog.generation() == Generation::Access {
        routes = routes
            .route("/api/access/{id}/provisioning", get(provisioning).put(put_provisioning))
            .route("/api/access/{id}/provisioning/{step}", post(report));
    }
    routes
        .with_state(catalog.clone())
        .merge(assets(&catalog))
        .fallback(async || Problem::not_found("Resource"))
        .layer(middleware::from_fn_with_state(catalog, admit))
}

/// Assets are owned by the teams of this catalog.
fn assets(catalog: &Catalog) -> Router {
    let teams = catalog.clone();
    catalog.0.assets.routes(move |team| teams.document(Kind::Team, team).is_some())
}

/// Lets in whoever shows the key, in either of the two headers, and notes every request.
async fn admit(
    State(catalog): State<Catalog>,
    headers: HeaderMap,
    request: HttpRequest,
    next: Next,
) -> Response {
    let method = request.method().to_string();
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let response = if let Some(problem) = suffer(catalog.fault(), &method, &path).await {
        problem.into_response()
    } else if keys(&headers).any(|key| catalog.is_key(key)) {
        next.run(request).await
    } else {
        Problem::forbidden().into_response()
    };
    let status = response.status().as_u16();
    catalog.record(Request { method, path, status });
    response
}

/// The answer that stands in the place of every other, if there is one.
async fn suffer(fault: Fault, method: &str, path: &str) -> Option<Problem> {
    match fault {
        Fault::None => None,
        Fault::ChangesStatus(_) if method == "GET" => None,
        Fault::Status(status) | Fault::ChangesStatus(status) => Some(Problem::outage(status)),
        Fault::Late(delay) => {
            if path != FEED {
                tokio::time::sleep(delay).await;
            }
            None
        }
    }
}

fn keys(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
    text("x-api-key").into_iter().chain(bearer)
}

async fn events(State(catalog): State<Catalog>, Query(parameters): Parameters) -> Answer {
    let last = parameters.get("lastEventId").map(|id| id.to_ascii_lowercase());
    if last.as_deref().is_some_and(|id| !is_event_id(id)) {
        return Err(Problem::bad_request("lastEventId is not the id of an event."));
    }
    let page = catalog.store().feed().after(last.as_deref()).to_vec();
    let kind = [(header::CONTENT_TYPE, "application/cloudevents-batch+json")];
    Ok((kind, Value::Array(page).to_string()).into_response())
}

async fn agreements(State(catalog): State<Catalog>, Query(parameters): Parameters) -> Answer {
    let number = |name, default: usize| match parameters.get(name) {
        Some(text) => text.parse().map_err(|_| Problem::bad_request(&format!("{name}: a number"))),
        None => Ok(default),
    };
    let (page, size) = (number("p", 0)?, number("pageSize", 1000)?);
    if !(2..=10_000).contains(&size) {
        return Err(Problem::bad_request("pageSize must be between 2 and 10000."));
    }
    let filter = filter(catalog.generation(), &parameters)?;
    let mut found: Vec<Value> = catalog
        .store()
        .agreements(&filter)
        .into_iter()
        .skip(page.saturating_mul(size))
        .take(size + 1)
        .collect();
    let more = found.len() > size;
    found.truncate(size);
    let mut response = json(&Value::Array(found));
    if more && let Ok(link) = next_page(&catalog, &parameters, page + 1).parse() {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// The list of the older generation cannot be filtered.
fn filter(generation: Generation, parameters: &HashMap<String, String>) -> Result<Filter, Problem> {
    if generation == Generation::DataUsageAgreement {
        return Ok(Filter::default());
    }
    let text = |name| parameters.get(name).cloned();
    let consumer_type = text("consumerType");
    if consumer_type.as_deref().is_some_and(|found| !CONSUMER_TYPES.contains(&found)) {
        return Err(Problem::bad_request("consumerType must be team, user or dataproduct."));
    }
    let (provider, consumer) = (text("providerDataProductId"), text("consumerDataProductId"));
    Ok(Filter { provider, consumer, consumer_type })
}

/// The address of the next page, with all other parameters as they were.
fn next_page(catalog: &Catalog, parameters: &HashMap<String, String>, page: usize) -> String {
    let others = parameters
        .iter()
        .filter(|(name, _)| *name != "p")
        .map(|(name, value)| format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    let path = catalog.generation().path();
    format!("<{path}?p={page}{}>; rel=\"next\"", others.collect::<String>())
}

async fn agreement(State(catalog): State<Catalog>, Path(id): Path<String>) -> Answer {
    let found = catalog.store().agreement(&id);
    found.map(|found| json(&found)).ok_or_else(|| Problem::not_found("Access"))
}

async fn put_agreement(
    State(catalog): State<Catalog>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let document = object(&body)?;
    check_agreement(&document)?;
    catalog.store().put_agreement(&id, document, by_key());
    Ok(StatusCode::OK.into_response())
}

async fn delete_agreement(State(catalog): State<Catalog>, Path(id): Path<String>) -> Answer {
    done(catalog.store().delete_agreement(&id, by_key()), "Access")
}

async fn decide(
    State(catalog): State<Catalog>,
    Path((id, decision)): Path<(String, String)>,
) -> Answer {
    let decision = match decision.as_str() {
        "approve" => Decision::Approve,
        "reject" => Decision::Reject,
        "cancel" => Decision::Cancel,
        _ => return Err(Problem::not_found("Resource")),
    };
    done(catalog.store().decide(&id, decision, by_key()), "Access")
}

async fn provisioning(State(catalog): State<Catalog>, Path(id): Path<String>) -> Answer {
    let found = catalog.store().provisioning(&id);
    found.map(|found| json(&found)).ok_or_else(|| Problem::not_found("Provisioning"))
}

async fn put_provisioning(
    State(catalog): State<Catalog>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let body = object(&body)?;
    let mut store = catalog.store();
    store.agreement(&id).ok_or_else(|| Problem::not_found("Access"))?;
    let state = store.report(&id, None, &body, by_key());
    state.map(|state| json(&state)).ok_or_else(|| Problem::bad_request("The status is not known."))
}

async fn report(
    State(catalog): State<Catalog>,
    Path((id, step)): Path<(String, String)>,
    body: Bytes,
) -> Answer {
    let body = optional_object(&body)?;
    let state = catalog.store().report(&id, Some(&step), &body, by_key());
    state.map(|state| json(&state)).ok_or_else(|| Problem::not_found("Access"))
}

/// Answers with the document of that kind.
fn document(kind: Kind) -> MethodRouter<Catalog> {
    get(async move |State(catalog): State<Catalog>, Path(id): Path<String>| -> Answer {
        let found = catalog.store().document(kind, &id);
        found.map(|found| json(&found)).ok_or_else(|| Problem::not_found(kind.noun()))
    })
}

async fn put_product(
    State(catalog): State<Catalog>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let document = object(&body)?;
    catalog.store().put_document(Kind::Product, &id, document, by_key());
    Ok(StatusCode::OK.into_response())
}

async fn delete_product(State(catalog): State<Catalog>, Path(id): Path<String>) -> Answer {
    match catalog.store().delete_product(&id, by_key()) {
        Ok(()) => Ok(StatusCode::OK.into_response()),
        Err(CannotDelete::Missing) => Err(Problem::not_found(Kind::Product.noun())),
        Err(CannotDelete::InUse) => {
            Err(Problem::unprocessable("The data product is used in an active access."))
        }
    }
}

fn by_key() -> By<'static> {
    By { principal: API_KEY, now: clock::now() }
}

fn done(found: bool, what: &str) -> Answer {
    if found { Ok(StatusCode::OK.into_response()) } else { Err(Problem::not_found(what)) }
}

fn json(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}
