//! The real `terraform apply`, against the emulator: what an operator does, on one machine.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::Command,
};

use crate::{
    aws::{ACCESS_KEY, REGION, SECRET_KEY},
    failure::{Explain, Failure},
    process::Group,
    terminal::{self, Tone},
    workspace::{Workspace, copy_directory},
};

/// The providers wait for what AWS would take; more than this is not that.
const APPLY_LIMIT: Duration = Duration::from_mins(15);

const CONFIGURATION: &str = "tree/local/terraform";
const STATE: &str = "terraform.tfstate";
const VARIABLES: &str = "terraform.tfvars.json";
const LOG: &str = "terraform.log";

/// What the configuration is told.
pub(crate) struct Settings<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) catalog_url: &'a str,
    pub(crate) api_key: &'a str,
    pub(crate) consumer_role_arns: &'a [String],
    /// Directory of provider packages; without one terraform asks its registry.
    pub(crate) plugin_dir: Option<&'a Path>,
}

/// What the configuration says about what it made.
pub(crate) struct Outputs {
    pub(crate) bucket: String,
    pub(crate) queue_url: String,
    pub(crate) dead_letter_queue_url: String,
    pub(crate) poll_feed: String,
    pub(crate) manage_iam_policies: String,
}

/// Applies `local/terraform` and reads its outputs.
pub(crate) async fn deploy(
    workspace: &Workspace,
    settings: &Settings<'_>,
) -> Result<Outputs, Failure> {
    prepare(workspace, settings).explain("terraform's directory cannot be prepared", "")?;
    let terraform = Terraform { workspace };
    terraform.init(settings.plugin_dir).await?;
    let variables = format!("-var-file={}", workspace.scratch(VARIABLES).display());
    let state = state_option(workspace);
    let apply = ["apply", "-input=false", "-auto-approve", "-parallelism=20", &variables, &state];
    terraform.run("terraform apply", &apply).await?;
    let text = terraform.run("terraform output", &["output", "-json", &state]).await?;
    let outputs: Value =
        serde_json::from_str(&text).explain("terraform's outputs are not readable", "")?;
    Outputs::read(&outputs)
}

/// A copy, so that terraform leaves nothing in the repository; no state, as the emulator is new.
fn prepare(workspace: &Workspace, settings: &Settings<'_>) -> std::io::Result<()> {
    let tree = workspace.scratch("tree");
    if tree.exists() {
        std::fs::remove_dir_all(&tree)?;
    }
    for directory in ["terraform", "local/terraform"] {
        copy_directory(&workspace.source(directory), &tree.join(directory))?;
    }
    for stale in [STATE, LOG, "terraform.tfstate.backup", "terraform-data/plugin_path"] {
        let path = workspace.scratch(stale);
        if path.exists() {
            std::fs::remove_file(path)?;
        }
    }
    let variables = json!({
        "endpoint": settings.endpoint,
        "region": REGION,
        "dmm_base_url": settings.catalog_url,
        "dmm_api_key": settings.api_key,
        "packages_directory": workspace.scratch("packages"),
        "consumer_role_arns": settings.consumer_role_arns,
        "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" },
    });
    std::fs::write(workspace.scratch(VARIABLES), variables.to_string())
}

fn state_option(workspace: &Workspace) -> String {
    format!("-state={}", workspace.scratch(STATE).display())
}

struct Terraform<'a> {
    workspace: &'a Workspace,
}

impl Terraform<'_> {
    async fn init(&self, plugin_dir: Option<&Path>) -> Result<(), Failure> {
        let mirror = plugin_dir.map(|dir| format!("-plugin-dir={}", dir.display()));
        let mut arguments = vec!["init", "-input=false"];
        arguments.extend(mirror.as_deref());
        self.run("terraform init", &arguments).await.map(drop)
    }

    /// Runs one command to its end, shows what it makes, and gives what it printed.
    async fn run(&self, what: &str, arguments: &[&str]) -> Result<String, Failure> {
        let log = self.log();
        let (name, advice) = (what.to_owned(), format!("the whole log is {}", log.display()));
        let started = Group::start(&mut self.command(arguments));
        let mut group = started.explain(
            format!("{name} does not start"),
            "install terraform 1.11 or later and put it on the PATH",
        )?;
        let work = follow(&mut group, &log);
        let (output, errors) = tokio::time::timeout(APPLY_LIMIT, work)
            .await
            .explain(format!("{name} takes longer than {} s", APPLY_LIMIT.as_secs()), &advice)?
            .explain(format!("{name} cannot be followed"), &advice)?;
        let status = group.wait().await.explain(format!("{name} is lost"), &advice)?;
        if status.success() {
            Ok(output)
        } else {
            Err(Failure::new(format!("{name} failed:\n{}", errors.trim()), advice))
        }
    }

    fn log(&self) -> PathBuf {
        self.workspace.scratch(LOG)
    }

    /// Neither a profile nor a proxy of the caller has a say in what is applied here.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .arg(format!("-chdir={}", self.workspace.scratch(CONFIGURATION).display()))
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
async fn follow(group: &mut Group, log: &Path) -> std::io::Result<(String, String)> {
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
        let mut display = Display::new();
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

/// What is shown of terraform's output: one line for each resource that is finished.
struct Display {
    started: Instant,
    planned: usize,
    made: usize,
}

impl Display {
    fn new() -> Self {
        Self { started: Instant::now(), planned: 0, made: 0 }
    }

    fn show(&mut self, line: &str) {
        if let Some(planned) = planned_resources(line) {
            self.planned = planned;
        } else if let Some((resource, _)) = line.split_once(": Creation complete after") {
            self.made += 1;
            let text = format!("{:>2} of {}  {resource}", self.made, self.planned);
            terminal::happened(self.started.elapsed(), "created", Tone::Label, &text);
        } else if let Some((resource, _)) = line.split_once(": Still creating...") {
            let seconds = self.started.elapsed().as_secs();
            terminal::progress(&format!("{seconds:>5} s     waiting for {resource}"));
        }
    }
}

/// The number in `Plan: 33 to add, 0 to change, 0 to destroy.`
fn planned_resources(line: &str) -> Option<usize> {
    line.strip_prefix("Plan: ")?.split(' ').next()?.parse().ok()
}

impl Outputs {
    fn read(outputs: &Value) -> Result<Self, Failure> {
        let text = |name: &str| {
            let value = outputs.get(name).and_then(|output| output.get("value"));
            value.and_then(Value::as_str).map(str::to_owned).ok_or_else(|| {
                Failure::new(
                    format!("local/terraform has no output {name}"),
                    "add it to outputs.tf",
                )
            })
        };
        Ok(Self {
            bucket: text("bucket_name")?,
            queue_url: text("queue_url")?,
            dead_letter_queue_url: text("dead_letter_queue_url")?,
            poll_feed: text("poll_feed_function_name")?,
            manage_iam_policies: text("manage_iam_policies_function_name")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_planned_resources_is_read() {
        assert_eq!(planned_resources("Plan: 33 to add, 0 to change, 0 to destroy."), Some(33));
        assert_eq!(planned_resources("aws_s3_bucket.state: Creating..."), None);
    }

    #[test]
    fn a_missing_output_is_named() {
        let failure = Outputs::read(&json!({ "bucket_name": { "value": "b" } })).err().unwrap();
        assert!(failure.to_string().contains("queue_url"));
    }
}
