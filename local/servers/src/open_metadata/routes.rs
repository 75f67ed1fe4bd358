//! The API over HTTP: who may ask, and which path leads to what.

use std::collections::HashMap;

use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::{
    OpenMetadataServer, TOKEN, TOKEN_WITHOUT_CREDENTIALS, shown,
    state::{Refusal, masked},
};

type Parameters = HashMap<String, String>;
type Answer = Result<Value, Refusal>;

/// One request, as far as the routes differ in it.
struct Asked<'a> {
    parameters: &'a Parameters,
    body: &'a Bytes,
    sees_credentials: bool,
}

/// Names hold points and slashes: every segment is decoded by itself.
pub(super) fn router(server: OpenMetadataServer) -> Router {
    Router::new().fallback(answer).with_state(server)
}

async fn answer(State(server): State<OpenMetadataServer>, parts: Parts, body: Bytes) -> Response {
    let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if token != TOKEN && token != TOKEN_WITHOUT_CREDENTIALS {
        return refusal((401, "Not Authorized! Invalid token".to_owned()));
    }
    let sees_credentials = token == TOKEN;
    let Ok(Query(parameters)) = Query::<Parameters>::try_from_uri(&parts.uri) else {
        return refusal((400, "The query cannot be read".to_owned()));
    };
    let asked = Asked { parameters: &parameters, body: &body, sees_credentials };
    let path = parts.uri.path().strip_prefix("/api/v1/").unwrap_or_default();
    let segments: Vec<String> =
        path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into()).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match routed(&server, parts.method.as_str(), &segments, &asked) {
        Ok(body) => json_of(StatusCode::OK, &body),
        Err(refused) => refusal(refused),
    }
}

fn routed(server: &OpenMetadataServer, method: &str, path: &[&str], asked: &Asked<'_>) -> Answer {
    let version = server.version();
    let mut state = server.state();
    match (method, path) {
        ("GET", ["system", "version"]) => Ok(json!({ "version": server.0.version })),
        ("PUT", ["services", collection]) => {
            let made = state.put_service(collection, &asked.json()?, version)?;
            Ok(asked.service(made.as_object()))
        }
        ("GET", ["services", collection, "name", name]) => {
            let found = state.live(collection, name);
            found.map(|found| asked.service(Some(found))).ok_or_else(|| missing(collection, name))
        }
        ("PUT", ["lineage"]) => state.put_edge(&asked.json()?).map(|()| Value::Null),
        ("PUT", ["pipelines", name, "status"]) => {
            state.put_status(name, &asked.json()?, version).map(|()| Value::Null)
        }
        ("GET", ["pipelines", name, "status"]) => Ok(asked.between(&state.statuses(name))),
        ("GET", [collection, "name", name]) => {
            let with_deleted = asked.parameters.get("include").is_some_and(|it| it == "all");
            let found = if with_deleted {
                state.any(collection, name)
            } else {
                state.live(collection, name)
            };
            found.map(shown).ok_or_else(|| missing(collection, name))
        }
        ("PUT", [collection]) => state.put(collection, &asked.json()?, version),
        ("GET", [collection]) => asked.page(&state.all(collection)),
        ("DELETE", [collection, id]) => {
            let hard = asked.parameters.get("hardDelete").is_some_and(|hard| hard == "true");
            state.delete(collection, id, hard).map(|()| Value::Null)
        }
        _ => Err((404, "HTTP 404 Not Found".to_owned())),
    }
}

impl Asked<'_> {
    fn json(&self) -> Answer {
        serde_json::from_slice(self.body).map_err(|error| (400, error.to_string()))
    }

    fn service(&self, service: Option<&Map<String, Value>>) -> Value {
        let show = if self.sees_credentials { shown } else { masked };
        service.map_or(Value::Null, show)
    }

    /// The statuses within `startTs` and `endTs`.
    fn between(&self, all: &[Value]) -> Value {
        let number = |name: &str| self.parameters.get(name).and_then(|text| text.parse().ok());
        let (start, end) =
            (number("startTs").unwrap_or(i64::MIN), number("endTs").unwrap_or(i64::MAX));
        let at = |status: &Value| status.get("timestamp").and_then(Value::as_i64).unwrap_or(0);
        let found: Vec<&Value> =
            all.iter().filter(|one| (start..=end).contains(&at(one))).collect();
        json!({ "data": found, "paging": { "total": found.len() } })
    }

    /// One page of what is not deleted; `after` is where the one before ended.
    fn page(&self, all: &[&Map<String, Value>]) -> Answer {
        let number = |name: &str, default: usize| match self.parameters.get(name) {
            Some(text) => text.parse().map_err(|_| (400, format!("{name}: not a cursor"))),
            None => Ok(default),
        };
        let (limit, after) = (number("limit", 10)?, number("after", 0)?);
        let service = self.parameters.get("service");
        let is_asked = |one: &&&Map<String, Value>| {
            one.get("deleted") == Some(&json!(false))
                && service.is_none_or(|name| one.get("service") == Some(&json!(name)))
        };
        let found: Vec<_> = all.iter().filter(is_asked).collect();
        let page: Vec<_> = found.iter().skip(after).take(limit).collect();
        let end = after.saturating_add(page.len());
        let mut paging = json!({ "total": found.len() });
        if let (true, Some(paging)) = (end < found.len(), paging.as_object_mut()) {
            paging.insert("after".to_owned(), json!(end.to_string()));
        }
        Ok(json!({ "data": page, "paging": paging }))
    }
}

fn missing(collection: &str, name: &str) -> Refusal {
    (404, format!("{collection} instance for {name} not found"))
}

fn refusal((status, message): Refusal) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json_of(code, &json!({ "code": status, "message": message }))
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
