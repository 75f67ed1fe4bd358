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
use wiremock::matchers::{body_string_contains, header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const ROLE: &str = "arn:aws:iam::123456789012:role/data-products/churn";

async fn start(server: MockServer) -> Runtime {
    let settings = [
        ("CONSUMER_ROLE_ARNS", "arn:aws:iam::123456789012:role/data-products/*"),
        ("SQS_QUEUE_URL", "http://127.0.0.1/123456789012/dmm-events.fifo"),
    ];
    with_bucket(&server).await;
    with_queue(&server).await;
    runtime::start(server, env!("CARGO_BIN_EXE_reconcile"), &json!({}), &settings).await
}

/// No checkpoint and no ledger entry yet.
async fn with_bucket(server: &MockServer) {
    let missing = "<Error><Code>NoSuchKey</Code><Message>none</Message></Error>";
    let missing = ResponseTemplate::new(404).set_body_raw(missing, "application/xml");
    let checkpoint = || path("/bucket/reconcile/round.json");
    Mock::given(method("GET")).and(checkpoint()).respond_with(missing).mount(server).await;
    let empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let empty = ResponseTemplate::new(200).set_body_raw(empty, "application/xml");
    let list = Mock::given(method("GET")).and(query_param("list-type", "2"));
    list.respond_with(empty).mount(server).await;
    let written = ResponseTemplate::new(200).insert_header("etag", "\"1\"");
    Mock::given(method("PUT")).respond_with(written).mount(server).await;
}

async fn with_queue(server: &MockServer) {
    let sent = ResponseTemplate::new(200)
        .set_body_raw(r#"{"Successful":[],"Failed":[]}"#, "application/x-amz-json-1.0");
    Mock::given(header("x-amz-target", "AmazonSQS.SendMessageBatch"))
        .respond_with(sent)
        .mount(server)
        .await;
}

/// One role, with a policy of ours that nobody knows and one of somebody else.
async fn with_iam(server: &MockServer) {
    let roles = format!(
        "<ListRolesResponse><ListRolesResult><Roles><member><Path>/data-products/</Path>\
         <RoleName>churn</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>{ROLE}</Arn>\
         <CreateDate>2026-08-01T00:00:00Z</CreateDate></member></Roles>\
         <IsTruncated>false</IsTruncated></ListRolesResult></ListRolesResponse>"
    );
    let names = "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames>\
                 <member>DMM_DataUsageAgreement_gone</member><member>Theirs</member>\
                 </PolicyNames><IsTruncated>false</IsTruncated></ListRolePoliciesResult>\
                 </ListRolePoliciesResponse>";
    let policy = "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>churn</RoleName>\
                  <PolicyName>x</PolicyName><PolicyDocument>%7B%7D</PolicyDocument>\
                  </GetRolePolicyResult></GetRolePolicyResponse>";
    for (action, body) in [
        ("Action=ListRoles&", roles.as_str()),
        ("Action=ListRolePolicies&", names),
        ("Action=GetRolePolicy&", policy),
    ] {
        Mock::given(body_string_contains(action))
            .respond_with(ResponseTemplate::new(200).set_body_raw(body, "text/xml"))
            .mount(server)
            .await;
    }
}

async fn with_one_inactive_agreement(server: &MockServer) {
    let listed = json!([{"id": "other", "info": {"active": false, "status": "approved"},
        "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
        "consumer": {"dataProductId": "churn"}}]);
    let list = Mock::given(method("GET")).and(path("/api/access"));
    list.respond_with(ResponseTemplate::new(200).set_body_json(listed)).mount(server).await;
}

fn puts(requests: &[Request], at: &str) -> usize {
    count(requests, |r| r.method.as_str() == "PUT" && r.url.path().starts_with(at))
}

#[tokio::test]
async fn a_round_asks_for_what_differs_reports_and_writes_no_iam() {
    let server = calls::mock_server().await;
    with_iam(&server).await;
    with_one_inactive_agreement(&server).await;
    let (kind, response, requests) = start(server).await.answer().await;
    assert_eq!((kind.as_str(), &response["tick"]), ("response", &json!("finished")), "{response}");
    let figures = ["agreements", "grants", "differences", "hints"].map(|name| &response[name]);
    assert_eq!(figures, [&json!(1), &json!(1), &json!(1), &json!(1)], "{response}");
    let sent: Vec<Value> = requests
        .iter()
        .filter(|r| {
            r.headers.get("x-amz-target").is_some_and(|t| t == "AmazonSQS.SendMessageBatch")
        })
        .map(|r| r.body_json().unwrap())
        .collect();
    let body = sent[0]["Entries"][0]["MessageBody"].as_str().unwrap();
    let hint: Value = serde_json::from_str(body).unwrap();
    assert_eq!(hint["data"], json!({"id": "gone", "seenOn": ROLE}));
    assert_eq!(
        (puts(&requests, "/bucket/reports/"), puts(&requests, "/bucket/reconcile/")),
        (4, 1)
    );
    let writes = ["Put", "Delete", "Attach", "Detach", "Create", "Update"];
    let writes_iam = |r: &Request| {
        let body = String::from_utf8_lossy(&r.body);
        writes.iter().any(|verb| body.contains(&format!("Action={verb}")))
    };
    assert_eq!(count(&requests, writes_iam), 0);
}

#[tokio::test]
async fn a_catalog_that_cannot_be_listed_fails_the_tick_and_what_was_seen_is_kept() {
    let server = calls::mock_server().await;
    with_iam(&server).await;
    let busy = ResponseTemplate::new(503);
    Mock::given(method("GET")).and(path("/api/access")).respond_with(busy).mount(&server).await;
    let (kind, response, requests) = start(server).await.answer().await;
    assert_eq!(kind, "error", "{response}");
    assert!(response.to_string().contains("list of agreements"), "{response}");
    assert_eq!(
        (puts(&requests, "/bucket/reports/"), puts(&requests, "/bucket/reconcile/")),
        (0, 1)
    );
}
