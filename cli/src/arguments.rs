//! What the program can be asked.

use std::time::Duration;

use clap::{Args, Parser, Subcommand};

const AFTER: &str = "\
AWS credentials and region are found as by every AWS program: AWS_PROFILE, AWS_REGION, SSO, roles.

exit codes:
  0   done; or, for grants, nothing is in force
  1   an error, which standard error tells
  2   grants are in force
  64  called wrongly";

/// Shows and ends what the integration has granted.
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
    /// List the grants in force, as the grant ledger has them.
    Grants {
        /// Where the ledger is.
        #[command(flatten)]
        ledger: LedgerPlace,
        /// Print the ledger's entries as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have every grant in force revoked, and wait until none is left.
    ///
    /// Puts one message per grant into the events queue. The function that changes IAM must be
    /// deployed with mode = "revoke"; otherwise it would find each agreement as it should be.
    RevokeAll {
        /// Where the ledger is.
        #[command(flatten)]
        ledger: LedgerPlace,
        /// URL of the events queue.
        #[arg(long, env = "SQS_QUEUE_URL")]
        queue_url: String,
        /// How long to wait.
        #[command(flatten)]
        watch: Watch,
    },
}

/// Where the grant ledger is.
#[derive(Clone, Debug, Args)]
pub struct LedgerPlace {
    /// Bucket of the integration.
    #[arg(long, env = "BUCKET_NAME")]
    pub bucket: String,
    /// The ledger's part of the bucket.
    #[arg(long, env = "GRANTS_PREFIX", default_value = "grants/")]
    pub grants_prefix: String,
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
