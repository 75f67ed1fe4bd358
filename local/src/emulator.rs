//! The AWS emulator: a child process on a free port of loopback, gone when its handle is.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::process::{ChildStdin, Command};

use crate::{
    aws::{ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY},
    failure::{Explain, Failure},
    http,
    process::Group,
    wait,
};

/// How long a cold start may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);

/// How many lines of its log a failed start shows.
const LOG_TAIL: usize = 15;

/// A running emulator.
pub(crate) struct Emulator {
    process: Group,
    /// The emulator ends when this closes, and waiting for a process closes what is left in it.
    _life: Option<ChildStdin>,
    endpoint: String,
    log: PathBuf,
}

impl Emulator {
    /// Starts it and waits until it answers. `scratch` receives its log and temporary files.
    pub(crate) async fn start(python: &Path, scratch: &Path) -> Result<Self, Failure> {
        let log = scratch.join("emulator.log");
        let port = free_port().explain("no free port on loopback", "")?;
        let mut process = spawn(python, scratch, &log, port).explain(
            format!("the emulator does not start with {}", python.display()),
            "start it through ./cicd.sh local, which prepares the virtual environment",
        )?;
        let life = process.child().stdin.take();
        let mut emulator =
            Self { process, _life: life, endpoint: format!("http://127.0.0.1:{port}"), log };
        emulator.wait_until_ready().await?;
        Ok(emulator)
    }

    /// Where the AWS APIs are.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Fails if the emulator has ended by itself.
    pub(crate) fn check(&mut self) -> Result<(), Failure> {
        self.process.ended().map_or(Ok(()), |status| Err(self.obituary(&status.to_string())))
    }

    /// Returns only if the emulator ends by itself.
    pub(crate) async fn until_end(&mut self) -> Failure {
        let status = self.process.child().wait().await;
        self.obituary(&status.map_or_else(|error| error.to_string(), |status| status.to_string()))
    }

    fn obituary(&self, status: &str) -> Failure {
        let what = format!("the emulator has ended ({status}); its last words:\n{}", self.tail());
        Failure::new(what, format!("the whole log is {}", self.log.display()))
    }

    async fn wait_until_ready(&mut self) -> Result<(), Failure> {
        let client = http::client().explain("no HTTP client", "")?;
        let url = format!("{}/_ministack/health", self.endpoint);
        wait::until("the emulator answers", START_LIMIT, async || {
            self.check()?;
            let answer = client.get(&url).send().await;
            Ok(answer.is_ok_and(|answer| answer.status().is_success()).then_some(()))
        })
        .await
    }

    fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(LOG_TAIL);
        lines.get(from..).unwrap_or_default().join("\n")
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Nothing of the caller's environment but what a program needs to run: neither credentials
/// nor a proxy may reach the emulator or the functions, which inherit what it has.
fn spawn(python: &Path, scratch: &Path, log: &Path, port: u16) -> io::Result<Group> {
    let temporary = scratch.join("tmp");
    std::fs::create_dir_all(&temporary)?;
    let log = std::fs::File::create(log)?;
    let kept = ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "RECORDED_CALLS"];
    let mut command = Command::new(python);
    command
        // Unbuffered, and nothing compiled is left beside the source.
        .args(["-u", "-B"])
        .arg("local/emulator.py")
        .env_clear()
        .envs(kept.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .env("TMPDIR", temporary)
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("AUTH", "true")
        .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
        .env("MINISTACK_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        .env("NO_PROXY", "127.0.0.1,localhost")
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log);
    Group::start(&mut command)
}
