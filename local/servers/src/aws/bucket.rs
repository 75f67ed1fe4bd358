//! S3, as far as small objects with compare and swap go. Path style only.

use std::collections::BTreeMap;

use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use super::Answered;

/// Objects by bucket and key.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    objects: BTreeMap<String, Object>,
    writes: u64,
    /// Places that the caller may list, such as `bucket/folder/*`; `None`: all.
    pub(super) listable: Option<Vec<String>>,
}

#[derive(Debug)]
struct Object {
    body: Vec<u8>,
    tag: String,
    /// What the client says about the call that wrote it.
    mark: Option<HeaderValue>,
}

/// Metadata that says which call of a client wrote an object.
const MARK: HeaderName = HeaderName::from_static("x-amz-meta-dmm-write");

impl Buckets {
    pub(super) fn set(&mut self, place: String, body: Vec<u8>) -> String {
        self.store(place, body, None)
    }

    fn store(&mut self, place: String, body: Vec<u8>, mark: Option<HeaderValue>) -> String {
        self.writes = self.writes.wrapping_add(1);
        let tag = format!("\"v{}\"", self.writes);
        self.objects.insert(place, Object { body, tag: tag.clone(), mark });
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
            Some(Object { body, tag, mark }) => {
                let mut response = ([(ETAG, tag.clone())], body.clone()).into_response();
                response.headers_mut().extend(mark.clone().map(|mark| (MARK, mark)));
                response
            }
            None if self.may_list(place) => error(StatusCode::NOT_FOUND, "NoSuchKey"),
            None => error(StatusCode::FORBIDDEN, "AccessDenied"),
        }
    }

    /// S3 tells only whoever may list with an object's key as prefix that the object is missing.
    fn may_list(&self, place: &str) -> bool {
        let covers = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => place.starts_with(beginning),
            None => place == pattern,
        };
        self.listable.as_ref().is_none_or(|patterns| patterns.iter().any(covers))
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
        let tag = self.store(place.to_owned(), body.to_vec(), parts.headers.get(MARK).cloned());
        [(ETAG, tag)].into_response()
    }
}

fn error(status: StatusCode, code: &str) -> Response {
    let body = format!("<Error><Code>{code}</Code><Message>as asked</Message></Error>");
    (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
}
