//! Answers in the forms that AWS and the catalog use.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

pub(super) fn json(value: &Value) -> Response {
    of(StatusCode::OK, "application/json", value.to_string())
}

pub(super) fn xml(status: StatusCode, body: String) -> Response {
    of(status, "text/xml", body)
}

pub(super) fn of(status: StatusCode, kind: &'static str, body: String) -> Response {
    (status, [(CONTENT_TYPE, kind)], Body::from(body)).into_response()
}

/// What no function should ask. The status is one that nobody repeats.
pub(super) fn unknown(what: &str) -> Response {
    eprintln!("the backend does not know {what}");
    of(StatusCode::BAD_REQUEST, "text/plain", format!("unknown: {what}"))
}
