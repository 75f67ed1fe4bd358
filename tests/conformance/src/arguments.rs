//! How the program is called.

use clap::Parser;

/// Asks an account how AWS answers, as documented by the facts of this project.
///
/// Only reads: Get, List, Head and Simulate. docs/conformance.md has the least policy for it.
#[derive(Clone, Debug, Parser)]
#[command(name = "conformance", version)]
pub struct Arguments {
    /// Make no call that changes anything. There is no other way to run it against an account.
    #[arg(long, required = true)]
    pub read_only: bool,
    /// A role of the account, with a path other than `/`, that may be looked at.
    #[arg(long)]
    pub role_name: String,
    /// A bucket of the account. Names are made up in it; nothing is read that is there.
    #[arg(long)]
    pub bucket: String,
    /// Where the APIs are, if not at AWS.
    #[arg(long)]
    pub endpoint_url: Option<String>,
    /// The profile whose credentials are used.
    #[arg(long)]
    pub profile: Option<String>,
    /// The Region of bucket and queue.
    #[arg(long)]
    pub region: Option<String>,
    /// Print the findings as JSON.
    #[arg(long)]
    pub json: bool,
}
