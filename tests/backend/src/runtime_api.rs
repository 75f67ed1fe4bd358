//! The Lambda Runtime API: hands out invocations, takes answers.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

/// What a function is invoked with, and what it said.
#[derive(Clone, Debug, Default)]
pub struct Invocations {
    /// Events of the next invocations.
    pub queued: VecDeque<Value>,
    /// Whether a function that has nothing to do is invoked with `{}`, each time a minute later.
    pub scheduled: bool,
    /// Until Lambda would end the process.
    pub time: Duration,
    /// What was answered, in order.
    pub answered: Vec<Answered>,
}

/// What a function answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Whether it succeeded.
    pub is_success: bool,
    /// What it said.
    pub body: Value,
}

impl Invocations {
    /// The next one, and whether it is a scheduled one.
    pub(crate) fn next(&mut self) -> Option<(Value, bool)> {
        let queued = self.queued.pop_front().map(|event| (event, false));
        queued.or_else(|| self.scheduled.then(|| (json!({}), true)))
    }

    pub(crate) fn take(&mut self, path: &str, body: &[u8]) {
        let body = serde_json::from_slice(body).unwrap_or(Value::Null);
        self.answered.push(Answered { is_success: path.ends_with("/response"), body });
    }
}

pub(crate) fn invocation(event: &Value, time: Duration) -> Response<Body> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let deadline = (now + time).as_millis().to_string();
    let mut response = Response::new(Body::from(event.to_string()));
    for (name, value) in [
        ("lambda-runtime-aws-request-id", "request-1"),
        ("lambda-runtime-deadline-ms", deadline.as_str()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-1:123456789012:function:function",
        ),
        ("lambda-runtime-trace-id", "Root=1-0;Sampled=0"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header"));
    }
    response
}

pub(crate) fn accepted() -> Response<Body> {
    let mut response = Response::new(Body::from("{}"));
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}
