//! Answers in the words of each service.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, Response, StatusCode};
use futures_util::stream;
use serde_json::{Value, json};

use crate::call::{MARK, Service};
use crate::mishap::Mishap;

/// An answer before it is sent, so that it can be cut in half.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    kind: &'static str,
    etag: Option<String>,
    has_next: bool,
    mark: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let status = StatusCode::from_u16(status).expect("a status");
        Self { status, kind, etag: None, has_next: false, mark: None, body: body.into() }
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::new(200, "application/json", value.to_string())
    }

    /// A page of a list of the catalog, which says in a header whether there is another one.
    pub(crate) fn page(value: &Value, has_next: bool) -> Self {
        Self { has_next, ..Self::json(value) }
    }

    pub(crate) fn xml(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, "text/xml", body)
    }

    pub(crate) fn object(body: Vec<u8>, version: u64) -> Self {
        let etag = Some(format!("\"{version}\""));
        Self { etag, ..Self::new(200, "binary/octet-stream", body) }
    }

    /// The same, of an object that a call of this mark wrote.
    pub(crate) fn marked(self, mark: Option<String>) -> Self {
        Self { mark, ..self }
    }

    /// An error as this service spells it.
    pub(crate) fn error(service: Service, status: u16, code: &str) -> Self {
        let xml = format!("<Error><Code>{code}</Code><Message>as asked</Message></Error>");
        match service {
            Service::S3 => Self::new(status, "application/xml", xml),
            Service::Iam => {
                Self::new(status, "text/xml", format!("<ErrorResponse>{xml}</ErrorResponse>"))
            }
            Service::Sqs | Service::Secrets | Service::Glue => {
                let body = json!({"__type": code, "message": "as asked"}).to_string();
                Self::new(status, "application/x-amz-json-1.0", body)
            }
            Service::Catalog => Self::new(status, "application/json", r#"{"title":"as asked"}"#),
        }
    }

    /// The answer of a service that does not do what it is asked; `None` where it does.
    pub(crate) fn refusal(service: Service, mishap: Mishap) -> Option<Self> {
        let of = |status, code| Some(Self::error(service, status, code));
        match (mishap, service) {
            (Mishap::Throttled, Service::S3) => of(503, "SlowDown"),
            (Mishap::Throttled, Service::Iam) => of(400, "Throttling"),
            (Mishap::Throttled, Service::Sqs) => of(400, "RequestThrottled"),
            (Mishap::Throttled, Service::Secrets | Service::Glue) => of(400, "ThrottlingException"),
            (Mishap::Throttled, Service::Catalog) => of(429, ""),
            (Mishap::Broken, _) => of(500, "InternalError"),
            (Mishap::Unavailable, _) => {
                Some(Self::new(503, "text/html", "<html>Service Unavailable</html>"))
            }
            (Mishap::Denied, Service::Glue) => of(400, "AccessDeniedException"),
            (Mishap::Denied, _) => of(403, "AccessDenied"),
            (Mishap::PreconditionFailed, _) => of(412, "PreconditionFailed"),
            (Mishap::Conflict, Service::Iam) => of(409, "ConcurrentModification"),
            (Mishap::Conflict, _) => of(409, "ConditionalRequestConflict"),
            (
                Mishap::Reset
                | Mishap::ResetAfter
                | Mishap::HalfAnswer
                | Mishap::Stall
                | Mishap::StallAfter
                | Mishap::PartialBatch
                | Mishap::Kill
                | Mishap::KillAfter,
                _,
            ) => None,
        }
    }

    pub(crate) fn whole(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.kind));
        let id = HeaderValue::from_static("request-of-the-test");
        response.headers_mut().insert("x-amzn-requestid", id);
        if self.has_next {
            let next = HeaderValue::from_static("<the next page>; rel=\"next\"");
            response.headers_mut().insert("link", next);
        }
        if let Some(mark) = self.mark {
            response.headers_mut().insert(MARK, HeaderValue::from_str(&mark).expect("a mark"));
        }
        if let Some(etag) = self.etag {
            let etag = HeaderValue::from_str(&etag).expect("an etag");
            response.headers_mut().insert("etag", etag);
        }
        response
    }

    /// Half of the body that the head announces; `None` where there is none.
    pub(crate) fn half(self) -> Option<Response<Body>> {
        let length = self.body.len();
        let half = Bytes::copy_from_slice(self.body.get(..length / 2).filter(|h| !h.is_empty())?);
        let mut response = self.whole();
        let cut = std::io::Error::other("cut off, as asked");
        *response.body_mut() = Body::from_stream(stream::iter([Ok(half), Err(cut)]));
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        Some(response)
    }
}
