//! A function's process: started as Lambda starts it, and what Linux says about it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use anyhow::Context as _;
use tokio::process::{Child, Command};

/// A running function; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// When it was started.
    pub(crate) started: Instant,
}

/// What the kernel counted for a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// Processor time so far, user and system together.
    pub(crate) cpu_milliseconds: f64,
    /// The most memory that was resident at once.
    pub(crate) peak_megabytes: f64,
}

/// The settings of the contract, with every address pointing to the backend.
fn settings(function: &str, backend: SocketAddr) -> Vec<(&'static str, String)> {
    let uri = format!("http://{backend}");
    let fixed = [
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/function"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "an-example-of-a-secret-access-key"),
        ("DMM_API_KEY_SECRET_NAME", "dmm"),
        ("BUCKET_NAME", "bucket"),
        ("SQS_QUEUE_URL", "http://127.0.0.1/123456789012/dmm-events.fifo"),
        ("CONSUMER_ROLE_ARNS", "arn:aws:iam::123456789012:role/*"),
    ];
    let mut settings: Vec<_> = fixed.map(|(name, value)| (name, value.to_owned())).into();
    settings.push(("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()));
    settings.push(("AWS_LAMBDA_RUNTIME_API", backend.to_string()));
    settings.push(("AWS_ENDPOINT_URL", uri.clone()));
    settings.push(("DMM_BASE_URL", uri));
    settings
}

/// A command for a function's `program`, which may be told to another program by `under`.
pub(crate) fn command(
    under: &[String],
    program: &Path,
    backend: SocketAddr,
    log: &Path,
) -> anyhow::Result<Command> {
    let function = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut words: Vec<&std::ffi::OsStr> = under.iter().map(AsRef::as_ref).collect();
    words.push(program.as_os_str());
    let (first, rest) = words.split_first().context("no program")?;
    let mut command = Command::new(first);
    command
        .args(rest)
        .env_clear()
        .envs(settings(function, backend))
        .stdin(Stdio::null())
        .stdout(File::create(log).with_context(|| format!("{}", log.display()))?)
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    Ok(command)
}

impl Process {
    /// Starts it now.
    pub(crate) fn start(mut command: Command) -> anyhow::Result<Self> {
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("{command:?} does not start"))?;
        Ok(Self { child, started })
    }

    /// Its number.
    pub(crate) fn id(&self) -> anyhow::Result<u32> {
        self.child.id().context("the process has ended")
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<()> {
        self.child.wait().await?;
        Ok(())
    }

    /// What the kernel has counted so far.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        let directory = Path::new("/proc").join(self.id()?.to_string());
        let status = fs::read_to_string(directory.join("status"))
            .context("memory and processor time are read from Linux's /proc")?;
        let peak = field(&status, "VmHWM:").context("no VmHWM")?;
        let mut nanoseconds = 0.0;
        for task in fs::read_dir(directory.join("task"))? {
            let spent = fs::read_to_string(task?.path().join("schedstat"))?;
            nanoseconds += spent.split(' ').next().unwrap_or_default().parse::<f64>()?;
        }
        let peak_megabytes = peak * 1024.0 / 1e6;
        Ok(Usage { cpu_milliseconds: nanoseconds / 1e6, peak_megabytes })
    }
}

/// The number after a name in the kernel's list; in units of 1024 bytes.
fn field(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_kernels_list_is_found_by_its_name() {
        let status = "VmPeak:\t  99 kB\nVmHWM:\t   1234 kB\n";
        assert_eq!(field(status, "VmHWM:"), Some(1234.0));
        assert_eq!(field(status, "VmRSS:"), None);
    }
}
