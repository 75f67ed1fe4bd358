//! S3, as far as small objects with compare and swap go. Path style only.

use std::collections::BTreeMap;

use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use super::Answered;

/// Objects by bucket and key.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    objects: BTreeMap<String, Object>,
    writes: u64,
}

#[derive(Debug)]
struct Object {
    body: Vec<u8>,
    tag: String,
}

impl Buckets {
    pub(super) fn set(&mut self, place: String, body: Vec<u8>) -> String {
        self.writes = self.writes.wrapping_add(1);
        let tag = format!("\"v{}\"", self.writes);
        self.objects.insert(place, Object { body, tag: tag.clone() });
        tag
    }

    pub(super) fn content(&self, place: &str) -> Option<Vec<u8>> {
        self.objects.get(place).map(|object| object.body.clone())
    }

    pub(super) fn answer(&mut self, parts: &Parts, body: &[u8]) -> Answered {
        let path = parts.uri.path().trim_start_matches('/');
        let place = percent_decode_str(path).decode_utf8_lossy().into_owned();
        match parts.method {
            Method::GET => Answered::of("s3:GetObject", place.clone(), self.get(&place)),
            Method::PUT => {
                let response = self.put(&place, parts, body);
                Answered::of("s3:PutObject", place, response)
            }
            _ => Answered::of("s3:Other", place, StatusCode::NOT_IMPLEMENTED.into_response()),
        }
    }

    fn get(&self, place: &str) -> Response {
        match self.objects.get(place) {
            Some(Object { body, tag }) => ([(ETAG, tag.clone())], body.clone()).into_response(),
            None => error(StatusCode::NOT_FOUND, "NoSuchKey"),
        }
    }

    /// Written only in the state that the request names.
    fn put(&mut self, place: &str, parts: &Parts, body: &[u8]) -> Response {
        let found = self.objects.get(place).map(|object| object.tag.as_str());
        let says = |name: HeaderName| parts.headers.get(name)?.to_str().ok();
        let is_as_expected = match (says(IF_MATCH), says(IF_NONE_MATCH), found) {
            (Some(_), _, None) => return error(StatusCode::NOT_FOUND, "NoSuchKey"),
            (Some(expected), _, Some(found)) => expected == found,
            (None, Some(_), found) => found.is_none(),
            (None, None, _) => true,
        };
        if !is_as_expected {
            return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        let tag = self.set(place.to_owned(), body.to_vec());
        [(ETAG, tag)].into_response()
    }
}

fn error(status: StatusCode, code: &str) -> Response {
    let body = format!("<Error><Code>{code}</Code><Message>as asked</Message></Error>");
    (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
}
