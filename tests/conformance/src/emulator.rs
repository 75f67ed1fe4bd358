//! The emulator as `local/emulator.py` starts it: a child process on a free port of loopback that ends when its handle
//! is dropped.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

/// How long a cold start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(50);

/// The emulator's account.
pub const ACCOUNT: &str = "000000000000";
/// Its region.
pub const REGION: &str = "eu-central-1";
/// Key and secret that the emulator takes for the account's root.
pub const ROOT: &str = "test";

/// A running emulator.
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    port: u16,
}

impl Emulator {
    /// Starts it with this Python, in the workspace's directory, and waits until it listens.
    pub async fn start(python: &Path, workspace: &Path) -> io::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut emulator = Self { process: spawn(python, workspace, port)?, port };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if let Some(status) = emulator.process.try_wait()? {
                return Err(io::Error::other(format!("the emulator has ended: {status}")));
            }
            if Instant::now() >= deadline {
                return Err(io::Error::from(io::ErrorKind::TimedOut));
            }
            sleep(PAUSE).await;
        }
        Ok(emulator)
    }

    /// Where the APIs are.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Emulator {
    /// It ends, with all it started, when its standard input does.
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Nothing of the caller's environment but what a program needs to run.
fn spawn(python: &Path, workspace: &Path, port: u16) -> io::Result<Child> {
    let scratch = workspace.join(".build/conformance");
    std::fs::create_dir_all(&scratch)?;
    let log = std::fs::File::create(scratch.join("emulator.log"))?;
    let kept = ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH"];
    let mut command = Command::new(python);
    command
        .args(["-u", "-B", "local/emulator.py"])
        .current_dir(workspace)
        .env_clear()
        .envs(kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .env("TMPDIR", &scratch)
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("AUTH", "true")
        .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
        .env("MINISTACK_REGION", REGION)
        .envs([("AWS_ACCESS_KEY_ID", ROOT), ("AWS_SECRET_ACCESS_KEY", ROOT)])
        .envs([("IOT_MTLS_ENABLED", "0"), ("SFTP_ENABLED", "0")])
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log);
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// A caller at an endpoint of this machine. Nothing is repeated, so that every answer is seen.
pub fn caller(endpoint: &str, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// The account's root.
pub fn root() -> Credentials {
    Credentials::new(ROOT, ROOT, None, None, "conformance")
}
