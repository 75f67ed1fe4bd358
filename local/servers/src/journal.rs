//! What a server was asked, and what is wrong with it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Largest body taken, in bytes.
const LARGEST_BODY: usize = 16 * 1024 * 1024;
/// How many calls are remembered.
const MOST_CALLS: usize = 100_000;

/// One request that was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// `GET`, `PUT` or `DELETE`.
    pub method: String,
    /// Path and query as they came.
    pub path: String,
    /// The body, as far as it is JSON.
    pub body: Value,
    /// The status of the answer.
    pub status: u16,
}

#[derive(Debug, Default)]
struct Inner {
    calls: Vec<Call>,
    faults: VecDeque<u16>,
    latency: Duration,
}

/// Remembers calls and gives out faults. Clones share one memory.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<Inner>>);

impl Journal {
    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.inner().calls.clone()
    }

    /// Forgets the calls so far.
    pub fn clear(&self) {
        self.inner().calls.clear();
    }

    /// The next `calls` calls are answered with `status` and nothing else happens.
    pub fn fail_next(&self, calls: usize, status: u16) {
        self.inner().faults.extend(std::iter::repeat_n(status, calls));
    }

    /// Every answer comes so late.
    pub fn set_latency(&self, latency: Duration) {
        self.inner().latency = latency;
    }

    /// `router`, remembered and with faults.
    pub fn around(&self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self.clone(), remembered))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn remembered(State(journal): State<Journal>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let method = parts.method.to_string();
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let said = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let (latency, fault) = {
        let mut inner = journal.inner();
        (inner.latency, inner.faults.pop_front())
    };
    tokio::time::sleep(latency).await;
    let response = match fault {
        Some(status) => outage(status),
        None => next.run(Request::from_parts(parts, Body::from(body))).await,
    };
    let status = response.status().as_u16();
    let mut inner = journal.inner();
    if inner.calls.len() < MOST_CALLS {
        inner.calls.push(Call { method, path, body: said, status });
    }
    drop(inner);
    response
}

fn outage(status: u16) -> Response {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({ "code": status, "message": "as asked" });
    (code, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
