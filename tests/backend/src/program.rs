//! A function's real binary, started as Lambda starts it.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::server::Backend;
use crate::world::KEY;

const SECRET: &str = "not-a-real-secret-access-key-55aa";
/// What no function may print, whatever goes wrong and however much it logs: the catalog's key, the
/// credentials, and what stands in the header `Authorization`.
const NEVER_PRINTED: [&str; 4] = [KEY, SECRET, "AKIDEXAMPLE", "AWS4-HMAC-SHA256"];

/// What Lambda sets for any function, and the settings that all of them share, with every address
/// pointing at `address` (host and port). Everything is logged.
pub fn environment(address: &str) -> Vec<(&'static str, String)> {
    let url = format!("http://{address}");
    let environment = [
        ("AWS_LAMBDA_RUNTIME_API", address),
        ("AWS_LAMBDA_FUNCTION_NAME", "function"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ("AWS_LAMBDA_LOG_LEVEL", "TRACE"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ENDPOINT_URL", &url),
        ("DMM_BASE_URL", &url),
        ("DMM_API_KEY_SECRET_NAME", "dmm"),
        ("BUCKET_NAME", "bucket"),
    ];
    environment.map(|(name, value)| (name, value.to_owned())).into()
}

/// Fails where a function printed what it never may.
pub fn assert_no_secret_in(printed: &str) {
    for secret in NEVER_PRINTED {
        assert!(!printed.contains(secret), "a secret was printed");
    }
}

/// A running function.
#[derive(Debug)]
pub struct Program {
    child: Child,
    printed: JoinHandle<String>,
}

/// What a function printed until it was ended: one JSON object a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended(pub Vec<Value>);

impl Program {
    /// Starts `binary` with every address pointing at `backend`.
    pub fn start(binary: &str, backend: &Backend, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(binary)
            .env_clear()
            .envs(environment(&backend.address()))
            .envs([
                ("SQS_QUEUE_URL", "http://127.0.0.1/123456789012/dmm-events.fifo"),
                ("CONSUMER_ROLE_ARNS", "arn:aws:iam::123456789012:role/data-products/*"),
            ])
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let mut output = child.stdout.take().expect("its output");
        let printed = tokio::spawn(async move {
            let mut text = Vec::new();
            let _ = output.read_to_end(&mut text).await;
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { child, printed }
    }

    /// Ends it with SIGKILL, and waits until it is gone.
    pub async fn kill(mut self) -> Ended {
        self.child.kill().await.expect("the process can be ended");
        let printed = self.printed.await.expect("its output can be read");
        assert_no_secret_in(&printed);
        let lines = printed.lines();
        Ended(lines.filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

impl Ended {
    /// The failure classes that were logged, in order: `retry`, `reject`, `halt`.
    pub fn failures(&self) -> Vec<String> {
        let found = self.0.iter().filter_map(|line| {
            let failure = line.pointer("/fields/failure").or_else(|| line.get("failure"));
            failure.and_then(Value::as_str).map(str::to_owned)
        });
        found.collect()
    }
}
