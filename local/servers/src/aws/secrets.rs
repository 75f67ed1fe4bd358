//! Secrets Manager.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Answered;

const JSON: &str = "application/x-amz-json-1.1";

/// Secrets by name.
#[derive(Debug, Default)]
pub(super) struct Vault(BTreeMap<String, String>);

impl Vault {
    pub(super) fn put(&mut self, name: &str, text: &str) {
        self.0.insert(name.to_owned(), text.to_owned());
    }

    pub(super) fn answer(&self, parts: &Parts, body: &[u8]) -> Answered {
        let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        if target != Some("secretsmanager.GetSecretValue") {
            let refusal = error("UnknownOperationException");
            return Answered::of("secretsmanager:Other", "", refusal);
        }
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let name = asked.get("SecretId").and_then(Value::as_str).unwrap_or_default();
        let response = match self.0.get(name) {
            Some(text) => {
                let found = json!({ "Name": name, "SecretString": text });
                ([(CONTENT_TYPE, JSON)], found.to_string()).into_response()
            }
            None => error("ResourceNotFoundException"),
        };
        Answered::of("secretsmanager:GetSecretValue", name, response)
    }
}

fn error(kind: &str) -> Response {
    let body = json!({ "__type": kind, "Message": "as asked" });
    (StatusCode::BAD_REQUEST, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
}
