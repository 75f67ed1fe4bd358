//! A function's real binary under a Lambda Runtime API, with AWS and the catalog on this machine.
//!
//! One server plays all of them: the binary is started with the settings of the contract and every
//! address pointing there. Tests mount what the services answer and ask what was called.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use backend::{KEY, assert_no_secret_in, environment};
use serde_json::Value;
use tokio::process::{Child, Command};
use wiremock::matchers::{header, method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) struct Runtime {
    server: MockServer,
    child: Child,
}

/// Starts `binary` and hands it `event`. What the services answer is mounted on `server` before.
pub(crate) async fn start(
    server: MockServer,
    binary: &str,
    event: &Value,
    settings: &[(&str, &str)],
) -> Runtime {
    invocation(&server, event).await;
    let secret = serde_json::json!({"SecretString": KEY, "Name": "dmm"}).to_string();
    let secret = ResponseTemplate::new(200).set_body_raw(secret, "application/x-amz-json-1.1");
    Mock::given(header("x-amz-target", "secretsmanager.GetSecretValue"))
        .respond_with(secret)
        .mount(&server)
        .await;
    let child = Command::new(binary)
        .env_clear()
        .envs(environment(&server.address().to_string()))
        .envs(settings.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary starts");
    Runtime { server, child }
}

/// One invocation, then none.
async fn invocation(server: &MockServer, event: &Value) {
    let next = "/2018-06-01/runtime/invocation/next";
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let deadline = (now + Duration::from_secs(55)).as_millis().to_string();
    let first = ResponseTemplate::new(200)
        .insert_header("Lambda-Runtime-Aws-Request-Id", "request-1")
        .insert_header("Lambda-Runtime-Deadline-Ms", deadline)
        .insert_header(
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:eu-west-1:123456789012:function:function",
        )
        .insert_header("Lambda-Runtime-Trace-Id", "Root=1-0;Sampled=0")
        .set_body_json(event);
    let idle = ResponseTemplate::new(200).set_delay(Duration::from_mins(10));
    let at = || Mock::given(method("GET")).and(path(next));
    at().respond_with(first).up_to_n_times(1).with_priority(1).mount(server).await;
    at().respond_with(idle).with_priority(2).mount(server).await;
    let results = r"^/2018-06-01/runtime/(invocation/request-1/(response|error)|init/error)$";
    let taken = ResponseTemplate::new(202);
    Mock::given(method("POST")).and(path_regex(results)).respond_with(taken).mount(server).await;
}

impl Runtime {
    /// What the function answered: `response`, or `error`, and its body. Ends the process and checks
    /// that nothing it printed holds a secret and that every line is JSON.
    pub(crate) async fn answer(mut self) -> (String, Value, Vec<Request>) {
        let waited = tokio::time::timeout(Duration::from_secs(50), self.posted()).await;
        let (kind, body) = waited.expect("the function answers in time");
        self.child.start_kill().expect("the process can be ended");
        let output = self.child.wait_with_output().await.expect("its output can be read");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_no_secret_in(&printed);
        assert_no_secret_in(&errors);
        for line in printed.lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "not JSON: {line}");
        }
        let requests = self.server.received_requests().await.expect("requests are recorded");
        (kind, body, requests)
    }

    async fn posted(&self) -> (String, Value) {
        loop {
            let requests = self.server.received_requests().await.expect("requests are recorded");
            let posted = requests.iter().find(|r| {
                r.method.as_str() == "POST" && r.url.path().starts_with("/2018-06-01/runtime/")
            });
            if let Some(request) = posted {
                let kind = request.url.path().rsplit('/').next().unwrap_or_default().to_owned();
                return (kind, request.body_json().unwrap_or(Value::Null));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// How many requests satisfy `wanted`.
pub(crate) fn count(requests: &[Request], wanted: impl Fn(&Request) -> bool) -> usize {
    requests.iter().filter(|request| wanted(request)).count()
}
