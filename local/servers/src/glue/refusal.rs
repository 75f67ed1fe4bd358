//! Answers other than what was asked for.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub(super) const JSON: &str = "application/x-amz-json-1.1";

/// An error as Glue puts it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn of(kind: &'static str, message: &str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, kind, message: message.to_owned() }
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::of("ValidationException", message)
    }

    pub(super) fn missing(what: &str, name: &str) -> Self {
        Self::of("EntityNotFoundException", &format!("{what} {name} not found."))
    }

    pub(super) fn denied(action: &str) -> Self {
        let message = format!("User is not authorized to perform: glue:{action}");
        Self::of("AccessDeniedException", &message)
    }

    pub(super) fn broken() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, ..Self::of("InternalServiceException", "as asked") }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, kind, message } = self;
        let body = Json(json!({ "__type": kind, "Message": message }));
        (status, [(CONTENT_TYPE, JSON)], body).into_response()
    }
}
