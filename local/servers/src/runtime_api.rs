//! The API under which Lambda runs a function's binary: hands out events, takes answers.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::sync::Notify;

use crate::running::Running;

/// How an invocation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With an answer.
    Response,
    /// With an error of the function.
    Error,
    /// It could not even start.
    InitError,
}

/// What the function answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How it ended.
    pub ending: Ending,
    /// What it said.
    pub body: Value,
}

#[derive(Debug)]
struct Event {
    body: Value,
    deadline_epoch_milliseconds: u128,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: Mutex<VecDeque<Event>>,
    answers: Mutex<VecDeque<Answer>>,
    handed_in: Notify,
    answered: Notify,
}

/// The API for one process. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct RuntimeApi(Arc<Inner>);

impl RuntimeApi {
    /// Answers on this machine: for `AWS_LAMBDA_RUNTIME_API`, without `http://`.
    pub async fn start(&self) -> io::Result<Running> {
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{ending}", post(ended))
            .route("/2018-06-01/runtime/init/error", post(not_started))
            .with_state(self.clone());
        Running::start(router).await
    }

    /// Hands an event to the function.
    pub fn hand_in(&self, body: Value, deadline_epoch_milliseconds: u128) {
        open(&self.0.waiting).push_back(Event { body, deadline_epoch_milliseconds });
        self.0.handed_in.notify_one();
    }

    /// Waits for the next answer.
    pub async fn answer(&self) -> Answer {
        loop {
            if let Some(answer) = open(&self.0.answers).pop_front() {
                return answer;
            }
            self.0.answered.notified().await;
        }
    }

    fn take(&self, ending: Ending, body: &[u8]) -> StatusCode {
        let body = serde_json::from_slice(body).unwrap_or_default();
        open(&self.0.answers).push_back(Answer { ending, body });
        self.0.answered.notify_one();
        StatusCode::ACCEPTED
    }
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn next(State(api): State<RuntimeApi>) -> Response {
    let event = loop {
        if let Some(event) = open(&api.0.waiting).pop_front() {
            break event;
        }
        api.0.handed_in.notified().await;
    };
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:function";
    let headers = [
        ("Lambda-Runtime-Aws-Request-Id", "request".to_owned()),
        ("Lambda-Runtime-Deadline-Ms", event.deadline_epoch_milliseconds.to_string()),
        ("Lambda-Runtime-Invoked-Function-Arn", arn.to_owned()),
        ("Lambda-Runtime-Trace-Id", "Root=1-0;Sampled=0".to_owned()),
    ];
    (headers, event.body.to_string()).into_response()
}

async fn ended(
    State(api): State<RuntimeApi>,
    Path((_, ending)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let ending = if ending == "response" { Ending::Response } else { Ending::Error };
    api.take(ending, &body)
}

async fn not_started(State(api): State<RuntimeApi>, body: Bytes) -> StatusCode {
    api.take(Ending::InitError, &body)
}
