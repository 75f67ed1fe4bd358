//! The real binary, started as Lambda starts it.
#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

#[path = "../../../tests/runtime/mod.rs"]
mod runtime;

use runtime::{Runtime, count};
use serde_json::json;
use wiremock::matchers::{header, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const CURSOR: &str = "/bucket/poll_feed/last_event_id";

async fn start(server: MockServer) -> Runtime {
    let queue = ("SQS_QUEUE_URL", "http://127.0.0.1/123456789012/dmm-events.fifo");
    runtime::start(server, env!("CARGO_BIN_EXE_poll_feed"), &json!({}), &[queue]).await
}

fn event(number: usize) -> serde_json::Value {
    json!({"specversion": "1.0", "id": format!("e{number}"), "subject": format!("acc-{number}"),
           "type": "com.datamesh-manager.events.AccessActivatedEvent",
           "data": {"id": format!("acc-{number}")}})
}

/// No cursor yet, and one page of `events`.
async fn with_feed(server: &MockServer, events: usize) {
    let missing = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>";
    let missing = ResponseTemplate::new(404).set_body_raw(missing, "application/xml");
    Mock::given(method("GET")).and(path(CURSOR)).respond_with(missing).mount(server).await;
    let page: Vec<_> = (0..events).map(event).collect();
    let at = || Mock::given(method("GET")).and(path("/api/events"));
    at().and(query_param_is_missing("lastEventId"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page))
        .mount(server)
        .await;
    let last = format!("e{}", events - 1);
    at().and(query_param("lastEventId", last))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([])))
        .mount(server)
        .await;
    let sent = ResponseTemplate::new(200)
        .set_body_raw(r#"{"Successful":[],"Failed":[]}"#, "application/x-amz-json-1.0");
    Mock::given(header("x-amz-target", "AmazonSQS.SendMessageBatch"))
        .respond_with(sent)
        .mount(server)
        .await;
    let written = ResponseTemplate::new(200).insert_header("etag", "\"1\"");
    Mock::given(method("PUT")).and(path(CURSOR)).respond_with(written).mount(server).await;
}

fn is_send(request: &Request) -> bool {
    request.headers.get("x-amz-target").is_some_and(|v| v == "AmazonSQS.SendMessageBatch")
}

#[tokio::test]
async fn a_thousand_events_are_queued_with_a_hundred_sends_and_one_cursor() {
    let server = calls::mock_server().await;
    with_feed(&server, 1000).await;
    let (kind, summary, requests) = start(server).await.answer().await;
    assert_eq!(kind, "response", "{summary}");
    assert_eq!(summary["enqueued"], 1000);
    assert_eq!(count(&requests, is_send), 100);
    let of = |verb: &str, at: &str| {
        count(&requests, |r| r.method.as_str() == verb && r.url.path() == at)
    };
    assert_eq!((of("GET", CURSOR), of("PUT", CURSOR), of("GET", "/api/events")), (1, 1, 2));
    let secrets = count(&requests, |r| {
        r.headers.get("x-amz-target").is_some_and(|v| v == "secretsmanager.GetSecretValue")
    });
    assert_eq!(secrets, 1);
    let cursor = requests.iter().find(|r| r.method.as_str() == "PUT").unwrap();
    assert_eq!(cursor.body, b"e999");
    assert_eq!(cursor.headers.get("if-none-match").unwrap(), "*");
}

#[tokio::test]
async fn a_catalog_that_answers_with_a_page_for_people_moves_nothing() {
    let server = calls::mock_server().await;
    let login = ResponseTemplate::new(200).set_body_string("<html>log in</html>");
    Mock::given(path("/api/events")).respond_with(login).with_priority(1).mount(&server).await;
    with_feed(&server, 10).await;
    let (kind, error, requests) = start(server).await.answer().await;
    assert_eq!(kind, "error", "{error}");
    assert_eq!(count(&requests, is_send), 0);
    assert_eq!(count(&requests, |r| r.method.as_str() == "PUT"), 0);
}
