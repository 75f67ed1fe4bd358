//! Runs one terraform command after the other, on the emulator and nowhere else.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::Command,
};

use super::display::{Detail, Display};
use crate::{
    aws::{ACCESS_KEY, SECRET_KEY},
    failure::{Explain, Failure},
    process::Group,
    workspace::Workspace,
};

/// The providers wait for what AWS would take; more than this is not that.
const LIMIT: Duration = Duration::from_mins(15);

/// What terraform printed for people.
pub(crate) const LOG: &str = "terraform.log";
/// What it printed for programs.
pub(crate) const JSON: &str = "terraform.json.log";

/// What `plan -detailed-exitcode` says when it would change something.
const WOULD_CHANGE: i32 = 2;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    WithoutChanges,
    WithChanges,
}

/// A configuration's directory below the scratch directory.
pub(super) struct Terraform<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) directory: &'static str,
    pub(super) detail: Detail,
}

impl Terraform<'_> {
    pub(super) async fn init(&self, plugin_dir: Option<&Path>) -> Result<(), Failure> {
        let mirror = plugin_dir.map(|dir| format!("-plugin-dir={}", dir.display()));
        let mut arguments = vec!["init", "-input=false"];
        arguments.extend(mirror.as_deref());
        self.run("terraform init", &arguments).await.map(drop)
    }

    /// Runs one command to its end and says how it ended.
    pub(super) async fn run(&self, what: &str, arguments: &[&str]) -> Result<Ended, Failure> {
        self.outcome(what, arguments, LOG).await.map(|(ended, _)| ended)
    }

    /// Runs one command to its end and gives the JSON that it printed.
    pub(super) async fn json(&self, what: &str, arguments: &[&str]) -> Result<Value, Failure> {
        let (_, output) = self.outcome(what, arguments, JSON).await?;
        serde_json::from_str(&output).explain(format!("{what} is not readable"), "")
    }

    async fn outcome(
        &self,
        what: &str,
        arguments: &[&str],
        log: &str,
    ) -> Result<(Ended, String), Failure> {
        let log = self.workspace.scratch(log);
        let (name, advice) = (what.to_owned(), format!("the whole log is {}", log.display()));
        let started = Group::start(&mut self.command(arguments));
        let mut group = started.explain(
            format!("{name} does not start"),
            "install terraform 1.11 or later and put it on the PATH",
        )?;
        let work = follow(&mut group, &log, self.detail);
        let (output, errors) = tokio::time::timeout(LIMIT, work)
            .await
            .explain(format!("{name} takes longer than {} s", LIMIT.as_secs()), &advice)?
            .explain(format!("{name} cannot be followed"), &advice)?;
        let status = group.wait().await.explain(format!("{name} is lost"), &advice)?;
        match status.code() {
            Some(0) => Ok((Ended::WithoutChanges, output)),
            Some(WOULD_CHANGE) => Ok((Ended::WithChanges, output)),
            _ => Err(Failure::new(format!("{name} failed:\n{}", errors.trim()), advice)),
        }
    }

    /// Neither a profile nor a proxy of the caller has a say in what is applied here.
    fn command(&self, arguments: &[&str]) -> Command {
        let directory: PathBuf = self.workspace.scratch(self.directory);
        let mut command = Command::new("terraform");
        command
            .arg(format!("-chdir={}", directory.display()))
            .args(arguments)
            .env("TF_DATA_DIR", self.workspace.scratch("terraform-data"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_CLI_ARGS", "-no-color")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("NO_PROXY", "127.0.0.1,localhost")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "TF_WORKSPACE"] {
            command.env_remove(name);
        }
        if std::env::var_os("TF_CLI_CONFIG_FILE").is_some_and(|file| !Path::new(&file).exists()) {
            command.env_remove("TF_CLI_CONFIG_FILE");
        }
        command
    }
}

/// Copies the command's output into the log and onto the terminal until it ends.
async fn follow(
    group: &mut Group,
    log: &Path,
    detail: Detail,
) -> std::io::Result<(String, String)> {
    let mut log = std::fs::File::options().create(true).append(true).open(log)?;
    let (out, err) = (group.child().stdout.take(), group.child().stderr.take());
    let errors = tokio::spawn(async move {
        let mut text = String::new();
        if let Some(mut err) = err {
            err.read_to_string(&mut text).await?;
        }
        std::io::Result::Ok(text)
    });
    let mut output = String::new();
    if let Some(out) = out {
        let mut lines = BufReader::new(out).lines();
        let mut display = Display::new(detail);
        while let Some(line) = lines.next_line().await? {
            writeln!(log, "{line}")?;
            display.show(&line);
            output.push_str(&line);
            output.push('\n');
        }
    }
    let errors = errors.await.map_err(std::io::Error::other)??;
    log.write_all(errors.as_bytes())?;
    Ok((output, errors))
}
