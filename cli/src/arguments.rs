//! What the program can be asked.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use domain::event::{EventError, EventId};
use domain::ids::AgreementId;

use crate::settings::Given;

const AFTER: &str = "\
AWS credentials and region are found as by every AWS program: AWS_PROFILE, AWS_REGION, SSO, roles.
Settings have the names that the functions have for them; `--help` of a command lists them all.
They can be taken from a deployed function: --function dmm-reconcile

exit codes:
  0   done; nothing is in force (grants), nothing would change (plan), all is well (doctor)
  1   an error, which standard error tells; a check failed (doctor)
  2   grants are in force (grants), something would change (plan), too many rights would be taken
      away and none was (apply)
  64  called wrongly, or a setting is missing";

/// Shows, explains, repairs and ends what the integration has granted.
#[derive(Clone, Debug, Parser)]
#[command(name = "dmm-aws", version, about, after_help = AFTER)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show what would change, as a diff; exit code 2 if anything would.
    Plan(Plan),
    /// Have what would change done: asks through the queue, the function that may write does it.
    Apply(Apply),
    /// Explain one agreement: what was read where, the policy, each statement's reason.
    Explain(Explain),
    /// Build the access report on this machine.
    Report(Report),
    /// List the grants in force, as the grant ledger has them; exit code 2 if there are any.
    Grants(Grants),
    /// Show or move the place in the catalog's event feed.
    Feed(Feed),
    /// Show what is in the dead-letter queue, and move it back.
    Redrive(Redrive),
    /// Check settings, permissions, queues and schedules one by one.
    Doctor(Doctor),
    /// Have every grant in force revoked, and wait until none is left.
    ///
    /// Puts one message per grant into the events queue. The function that changes IAM must be
    /// deployed with mode = "revoke"; otherwise it would find each agreement as it should be.
    RevokeAll(RevokeAll),
    /// Print a script that completes this program's arguments in a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// How the answer is printed.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Form {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to compare.
#[derive(Clone, Debug, Args)]
pub struct Plan {
    /// Only this agreement; without it, every agreement and every role.
    #[arg(long, value_name = "ID")]
    pub agreement: Option<AgreementId>,
    /// How to print.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// What to have done.
#[derive(Clone, Debug, Args)]
pub struct Apply {
    /// What to compare.
    #[command(flatten)]
    pub plan: Plan,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Wait until the ledger shows that it is done.
    #[arg(long)]
    pub wait: bool,
    /// How long to wait.
    #[command(flatten)]
    pub watch: Watch,
}

/// What to explain.
#[derive(Clone, Debug, Args)]
pub struct Explain {
    /// The agreement.
    #[arg(value_name = "ID")]
    pub agreement: AgreementId,
    /// How to print.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// Where to put the report.
#[derive(Clone, Debug, Args)]
pub struct Report {
    /// Folder for report.json and report.html [default: the current one, unless --json is said].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How to print: with --json, the report itself.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// Which grants to list.
#[derive(Clone, Debug, Args)]
pub struct Grants {
    /// How to print: with --json, the ledger's entries.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// What to do about the place in the feed.
#[derive(Clone, Debug, Args)]
pub struct Feed {
    /// Show it.
    #[arg(long, conflicts_with = "from", required_unless_present = "from")]
    pub show: bool,
    /// Move it behind this event; `beginning` is the start of the feed.
    #[arg(long, value_name = "EVENT")]
    pub from: Option<Place>,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// How to print.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// A place in the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before its first event.
    Beginning,
    /// Behind an event.
    Behind(EventId),
}

impl FromStr for Place {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        if text == "beginning" { Ok(Self::Beginning) } else { text.parse().map(Self::Behind) }
    }
}

/// What to do about dead letters.
#[derive(Clone, Debug, Args)]
pub struct Redrive {
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// Only show what is in the queue.
    #[arg(long, conflicts_with = "yes")]
    pub show: bool,
    /// How long to wait for the end of it.
    #[command(flatten)]
    pub watch: Watch,
    /// How to print.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// What to check.
#[derive(Clone, Debug, Args)]
pub struct Doctor {
    /// Test this connection of `ingest_glue` instead, step by step: credentials, caller, every call
    /// of Glue, every target. Nothing is changed. The settings come with --function dmm-ingest_glue.
    #[arg(long, value_name = "NAME")]
    pub connection: Option<String>,
    /// Print the least that the connection's role must be allowed, as an IAM policy.
    #[arg(long, requires = "connection")]
    pub policy: bool,
    /// What the names of the deployment's functions begin with.
    #[arg(long, default_value = "dmm")]
    pub name_prefix: String,
    /// How to print.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// How to have everything revoked.
#[derive(Clone, Debug, Args)]
pub struct RevokeAll {
    /// How long to wait.
    #[command(flatten)]
    pub watch: Watch,
    /// How to print.
    #[command(flatten)]
    pub form: Form,
    /// The settings.
    #[command(flatten)]
    pub given: Given,
}

/// How to wait for something to happen.
#[derive(Clone, Copy, Debug, Args)]
pub struct Watch {
    /// Seconds to wait before giving up.
    #[arg(long, default_value_t = 900)]
    timeout_seconds: u64,
    /// Seconds between two looks.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    pause_seconds: u64,
}

impl Watch {
    /// How long to wait before giving up.
    pub fn timeout(self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// How long to wait between two looks.
    pub fn pause(self) -> Duration {
        Duration::from_secs(self.pause_seconds)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}
