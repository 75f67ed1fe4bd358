//! The real binary, started as Lambda starts it.
#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

#[path = "../../../tests/runtime/mod.rs"]
mod runtime;

use runtime::{Runtime, count};
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn record(message: &str, agreement: &str) -> Value {
    let body = json!({"id": format!("event-{message}"), "subject": agreement,
                      "type": "com.datamesh-manager.events.AccessUpdatedEvent"});
    json!({"messageId": message, "body": body.to_string(),
           "attributes": {"MessageGroupId": agreement}})
}

async fn start(server: MockServer, records: &[Value]) -> Runtime {
    let roles = ("CONSUMER_ROLE_ARNS", "arn:aws:iam::123456789012:role/data-products/*");
    let binary = env!("CARGO_BIN_EXE_manage_iam_policies");
    with_empty_ledger(&server).await;
    with_iam(&server).await;
    runtime::start(server, binary, &json!({"Records": records}), &[roles]).await
}

async fn with_empty_ledger(server: &MockServer) {
    let ledger = r"^/bucket/grants/[0-9a-f]{64}\.json$";
    let missing = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>";
    let missing = ResponseTemplate::new(404).set_body_raw(missing, "application/xml");
    let written = ResponseTemplate::new(200).insert_header("etag", "\"1\"");
    for (verb, answer) in [("GET", missing), ("PUT", written)] {
        let at = Mock::given(method(verb)).and(path_regex(ledger));
        at.respond_with(answer).mount(server).await;
    }
}

async fn with_iam(server: &MockServer) {
    let role = "<GetRoleResponse><GetRoleResult><Role><Path>/data-products/</Path>\
                <RoleName>churn</RoleName><RoleId>AROAEXAMPLE</RoleId>\
                <Arn>arn:aws:iam::123456789012:role/data-products/churn</Arn>\
                <CreateDate>2026-08-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>";
    let no_policy = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>none</Message></Error>\
                     </ErrorResponse>";
    for (action, status, body) in [
        ("Action=GetRole&", 200, role),
        ("Action=GetRolePolicy&", 404, no_policy),
        ("Action=PutRolePolicy&", 200, "<PutRolePolicyResponse/>"),
    ] {
        Mock::given(body_string_contains(action))
            .respond_with(ResponseTemplate::new(status).set_body_raw(body, "text/xml"))
            .mount(server)
            .await;
    }
}

async fn with_agreement(server: &MockServer, id: &str, active: bool) {
    let agreement = json!({"id": id, "info": {"active": active, "status": "approved"},
        "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
        "consumer": {"dataProductId": "churn"}, "tags": ["mine"], "custom": {"n": "1"}});
    let consumer = json!({"id": "churn", "custom": {"aws-role-name": "churn"}});
    let port = json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::data"});
    let provider = json!({"id": "warmers", "outputPorts": [{"id": "s3", "custom": port}]});
    for (at, document) in [
        (format!("/api/access/{id}"), agreement),
        ("/api/dataproducts/churn".to_owned(), consumer),
        ("/api/dataproducts/warmers".to_owned(), provider),
    ] {
        let found = ResponseTemplate::new(200).set_body_json(document);
        Mock::given(method("GET")).and(path(at)).respond_with(found).mount(server).await;
    }
    let taken = ResponseTemplate::new(200).set_body_json(json!({}));
    let put = Mock::given(method("PUT")).and(path(format!("/api/access/{id}")));
    put.respond_with(taken).mount(server).await;
}

fn calls(requests: &[Request], action: &str) -> usize {
    count(requests, |r| String::from_utf8_lossy(&r.body).contains(&format!("Action={action}&")))
}

#[tokio::test]
async fn an_active_agreement_is_granted_recorded_and_shown() {
    let server = calls::mock_server().await;
    let records = [record("m-1", "acc-1")];
    with_agreement(&server, "acc-1", true).await;
    let (kind, response, requests) = start(server, &records).await.answer().await;
    assert_eq!((kind.as_str(), response), ("response", json!({"batchItemFailures": []})));
    assert_eq!((calls(&requests, "GetRole"), calls(&requests, "PutRolePolicy")), (1, 1));
    let put = |at: &str| -> Vec<Value> {
        let puts = requests.iter().filter(|r| r.method.as_str() == "PUT");
        let there = puts.filter(|r| r.url.path().starts_with(at));
        there.map(|r| r.body_json().unwrap()).collect()
    };
    let states = put("/bucket/grants/");
    let phases: Vec<&Value> = states.iter().map(|entry| &entry["phase"]).collect();
    assert_eq!(phases, ["intent", "fact"]);
    let shown = put("/api/access/acc-1").remove(0);
    assert_eq!(shown["tags"], json!(["mine", "aws-integration", "aws-integration-active"]));
    assert_eq!(shown["custom"]["n"], "1");
    let reports = count(&requests, |r| r.url.path().ends_with("/provisioning-succeeded"));
    assert_eq!(reports, 1);
}

#[tokio::test]
async fn a_message_that_cannot_be_handled_now_is_returned_and_others_are_not() {
    let records = [record("m-1", "acc-1"), record("m-2", "acc-2"), record("m-3", "acc-1")];
    let server = calls::mock_server().await;
    let busy = ResponseTemplate::new(503);
    let at = Mock::given(method("GET")).and(path("/api/access/acc-1"));
    at.respond_with(busy).mount(&server).await;
    with_agreement(&server, "acc-2", true).await;
    let (_, response, requests) = start(server, &records).await.answer().await;
    let kept = json!({"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-3"}]});
    assert_eq!(response, kept);
    assert_eq!(calls(&requests, "PutRolePolicy"), 1);
}
