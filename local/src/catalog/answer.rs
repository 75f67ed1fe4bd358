//! Answers that are not the asked-for resource: RFC 7807 problems, and what a body must look like.

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

/// An error as the API describes it.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    detail: String,
    violations: Vec<Value>,
}

impl Problem {
    pub(super) fn forbidden() -> Self {
        Self::of(StatusCode::FORBIDDEN, "The API key is missing or not valid.")
    }

    pub(super) fn outage(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::of(status, "Something is wrong with this catalog.")
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::of(StatusCode::NOT_FOUND, &format!("{what} not found"))
    }

    pub(super) fn bad_request(detail: &str) -> Self {
        Self::of(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn unprocessable(detail: &str) -> Self {
        Self::of(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    fn of(status: StatusCode, detail: &str) -> Self {
        Self { status, detail: detail.to_owned(), violations: Vec::new() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let (Some(body), false) = (body.as_object_mut(), self.violations.is_empty()) {
            body.insert("violations".to_owned(), Value::Array(self.violations));
        }
        (self.status, [(CONTENT_TYPE, "application/problem+json")], body.to_string())
            .into_response()
    }
}

/// The body as a JSON object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(body)
        .map_err(|error| Problem::bad_request(&format!("The body is not a JSON object: {error}")))
}

/// The body as a JSON object; no body is an empty one.
pub(super) fn optional_object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    if body.is_empty() { Ok(Map::new()) } else { object(body) }
}

/// Refuses an agreement that lacks a required field, or whose `custom` holds more than texts.
pub(super) fn check_agreement(document: &Map<String, Value>) -> Result<(), Problem> {
    let at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(document.get(*first)?, |value, field| value.get(field))
    };
    let mut violations = Vec::new();
    let required =
        [["info", "purpose"], ["provider", "dataProductId"], ["provider", "outputPortId"]];
    for path in required.iter().filter(|path| !at(*path).is_some_and(Value::is_string)) {
        violations.push(json!({ "field": path.join("."), "message": "must be a text" }));
    }
    if !at(&["consumer"]).is_some_and(Value::is_object) {
        violations.push(json!({ "field": "consumer", "message": "must not be null" }));
    }
    for (field, value) in at(&["custom"]).and_then(Value::as_object).into_iter().flatten() {
        if !value.is_string() {
            let field = format!("custom.{field}");
            violations.push(json!({ "field": field, "message": "must be a text" }));
        }
    }
    let tags = at(&["tags"]).and_then(Value::as_array);
    if tags.is_some_and(|tags| !tags.iter().all(Value::is_string)) {
        violations.push(json!({ "field": "tags", "message": "must be texts" }));
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Problem { violations, ..Problem::bad_request("The agreement is not valid.") })
    }
}
