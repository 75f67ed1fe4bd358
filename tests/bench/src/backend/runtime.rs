//! The Lambda Runtime API: hands out events one at a time and takes the answers.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::Asked;
use super::answer::of;

pub(super) const PREFIX: &str = "/2018-06-01/runtime/";
/// How long an invocation may take: the longest that Lambda allows.
const INVOCATION: Duration = Duration::from_mins(15);
/// How long a process may take until it asks for its first event.
const START: Duration = Duration::from_mins(2);

/// What a process answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// When.
    pub(crate) at: Instant,
    /// Whether it was a response, not an error.
    pub(crate) is_response: bool,
    /// What.
    pub(crate) body: Value,
}

pub(super) struct Runtime {
    asked: UnboundedSender<Instant>,
    events: Mutex<UnboundedReceiver<Value>>,
    answers: UnboundedSender<Answer>,
}

/// The other side: sees when the process asks, hands it events, gets its answers.
#[derive(Debug)]
pub(crate) struct Invocations {
    asked: UnboundedReceiver<Instant>,
    events: UnboundedSender<Value>,
    answers: UnboundedReceiver<Answer>,
}

impl Invocations {
    /// When the process asked for an event.
    pub(crate) async fn ready(&mut self) -> anyhow::Result<Instant> {
        let asked = timeout(START, self.asked.recv()).await;
        asked.ok().flatten().context("the process does not ask for an event")
    }

    /// Hands it one and waits for the answer; how long that took.
    pub(crate) async fn invoke(&mut self, event: Value) -> anyhow::Result<(Duration, Value)> {
        let begun = Instant::now();
        self.events.send(event).context("the backend is gone")?;
        let answer = timeout(INVOCATION, self.answers.recv()).await;
        let answer = answer.ok().flatten().context("the process does not answer")?;
        anyhow::ensure!(answer.is_response, "the process answered with an error: {}", answer.body);
        self.ready().await?;
        Ok((answer.at - begun, answer.body))
    }
}

impl Runtime {
    pub(super) fn new() -> (Self, Invocations) {
        let (asked, asked_there) = unbounded_channel();
        let (events_there, events) = unbounded_channel();
        let (answers, answers_there) = unbounded_channel();
        let runtime = Self { asked, events: Mutex::new(events), answers };
        let there =
            Invocations { asked: asked_there, events: events_there, answers: answers_there };
        (runtime, there)
    }

    pub(super) async fn answer(&self, asked: &Asked) -> Response {
        let path = asked.uri.path();
        if path.ends_with("/invocation/next") {
            // Nobody listens any more once the measurement is over.
            let _ = self.asked.send(Instant::now());
            return match self.events.lock().await.recv().await {
                Some(event) => invocation(&event),
                None => of(StatusCode::GONE, "text/plain", String::new()),
            };
        }
        let body = serde_json::from_slice(&asked.body).unwrap_or_default();
        let is_response = path.ends_with("/response");
        let _ = self.answers.send(Answer { at: Instant::now(), is_response, body });
        of(StatusCode::ACCEPTED, "application/json", "{}".to_owned())
    }
}

fn invocation(event: &Value) -> Response {
    #[expect(clippy::disallowed_methods, reason = "Lambda tells a deadline by the clock")]
    let end = SystemTime::now() + INVOCATION;
    let end = end.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis().to_string();
    let mut response = Response::new(Body::from(event.to_string()));
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", &end),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:123456789012:function:f"),
        ("lambda-runtime-trace-id", "Root=1-0;Sampled=0"),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
