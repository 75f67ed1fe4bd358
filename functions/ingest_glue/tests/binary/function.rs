//! One process of the function under a Lambda Runtime API.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use local_servers::neighbourhood::Neighbourhood;
use local_servers::running::Running;
use local_servers::runtime_api::{Answer, Ending, RuntimeApi};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::printed::Printed;

/// As long as Lambda lets a function run.
const LONGEST: Duration = Duration::from_mins(15);

/// A process. It is killed when it is dropped.
pub(crate) struct Function {
    api: RuntimeApi,
    _listening: Running,
    child: Child,
    output: JoinHandle<String>,
    complaints: JoinHandle<String>,
}

impl Function {
    /// Starts one with the settings of a neighbourhood; a round is due at every tick.
    pub(crate) async fn start(around: &Neighbourhood) -> Self {
        Self::start_with(around, &[]).await
    }

    /// The same with other settings; an empty one is not set at all.
    pub(crate) async fn start_with(around: &Neighbourhood, more: &[(&str, &str)]) -> Self {
        let api = RuntimeApi::default();
        let listening = api.start().await.expect("a port is free");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ingest_glue"));
        command.env_clear().envs([
            ("AWS_LAMBDA_RUNTIME_API", listening.url().replace("http://", "").as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "dmm-ingest_glue"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/dmm-ingest_glue"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
            ("INGEST_INTERVAL_MINUTES", "0"),
        ]);
        command.envs(around.settings());
        for (name, value) in more {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = spawned.spawn().expect("the binary starts");
        let output = read(child.stdout.take().expect("it prints"));
        let complaints = read(child.stderr.take().expect("it may complain"));
        Self { api, _listening: listening, child, output, complaints }
    }

    /// Starts a tick, and does not wait for it.
    pub(crate) fn begin_tick(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        self.api.hand_in(json!({}), (now + LONGEST).as_millis());
    }

    /// One tick; what the function answered.
    pub(crate) async fn tick(&self) -> Answer {
        self.begin_tick();
        self.answer().await
    }

    /// What the function answers to the tick that was begun.
    pub(crate) async fn answer(&self) -> Answer {
        let answered = tokio::time::timeout(LONGEST, self.api.answer()).await;
        answered.expect("the function answers in time")
    }

    /// One tick that ends well.
    pub(crate) async fn tick_well(&self) {
        let answer = self.tick().await;
        assert_eq!(answer.ending, Ending::Response, "{answer:?}");
        assert_eq!(answer.body, Value::Null);
    }

    /// The most memory that it held so far, in KiB.
    pub(crate) fn peak_kibibytes(&self) -> u64 {
        let process = self.child.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = peak.and_then(|peak| peak.split_whitespace().next());
        number.expect("Linux tells it").parse().unwrap()
    }

    /// Ends the process at once, wherever it is (SIGKILL); what it printed until then.
    pub(crate) async fn kill(mut self) -> Printed {
        self.child.kill().await.expect("the process can be ended");
        Printed::new(self.output.await.unwrap(), &self.complaints.await.unwrap())
    }
}

/// Reads until the process ends: a pipe that is full would hold it up.
fn read(mut from: impl tokio::io::AsyncRead + Unpin + Send + 'static) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut text = String::new();
        from.read_to_string(&mut text).await.expect("it prints text");
        text
    })
}
