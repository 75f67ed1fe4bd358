//! The whole integration on one machine: starts an AWS emulator and a sample Data Mesh Manager,
//! deploys the functions with terraform, and shows how agreements become policies.

mod aws;
mod catalog;
mod clock;
mod demo;
mod deploy;
mod emulator;
mod failure;
mod http;
mod ledger_objects;
mod package;
mod page;
mod process;
mod prove;
mod signals;
mod terminal;
mod terraform_tables;
mod wait;
mod wire;
mod workspace;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

use catalog::Generation;
use failure::Failure;
use terminal::say;

/// What a shell expects of a program that was interrupted.
const INTERRUPTED: u8 = 130;

#[derive(Parser)]
#[command(about, version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start everything, deploy, play the demonstration; 0 only if it ends as expected.
    Run {
        /// Leave everything running until Ctrl-C.
        #[arg(long)]
        keep: bool,
        /// The Python that has the emulator installed.
        #[arg(long, default_value = ".build/venv/bin/python")]
        python: PathBuf,
        /// Directory of terraform provider packages, to be used instead of the registry.
        #[arg(long)]
        plugin_dir: Option<PathBuf>,
        /// Which API the sample catalog speaks.
        #[arg(long, value_enum, default_value_t)]
        generation: Generation,
    },
    /// Deploy, and prove what a platform team wants to know before it does the same; 0 only if
    /// everything is as it must be.
    Prove {
        /// Python of the virtual environment that has the emulator installed.
        #[arg(long, default_value = ".build/venv/bin/python")]
        python: PathBuf,
        /// Directory of terraform provider packages, to be used instead of the registry.
        #[arg(long)]
        plugin_dir: Option<PathBuf>,
    },
    /// Pack a function's binary for Lambda; the same binary always gives the same bytes.
    Package {
        /// The binary that cargo built.
        binary: PathBuf,
        /// The zip to write.
        zip: PathBuf,
    },
    /// Write the tables of inputs and outputs into the README of a terraform module.
    TerraformTables {
        /// Write nothing; fail if the tables are not as the files say.
        #[arg(long)]
        check: bool,
        /// Directory of the module.
        directory: PathBuf,
    },
    /// Only the sample catalog, filled, to play with.
    Catalog {
        /// Port on loopback.
        #[arg(long, default_value_t = 8081)]
        port: u16,
        /// Which API it speaks.
        #[arg(long, value_enum, default_value_t)]
        generation: Generation,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match carry_out(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_interruption() => ExitCode::from(INTERRUPTED),
        Err(failure) => {
            say("");
            say(&failure.report());
            ExitCode::FAILURE
        }
    }
}

async fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run { keep, python, plugin_dir, generation } => {
            demo::run(demo::Options { keep, python, plugin_dir, generation }).await
        }
        Command::Package { binary, zip } => {
            package::package(&binary, &zip, package::For::Release, "")
        }
        Command::Prove { python, plugin_dir } => {
            signals::interruptible(Box::pin(prove::run(prove::Options { python, plugin_dir })))
                .await
        }
        Command::TerraformTables { check, directory } => terraform_tables::write(&directory, check),
        Command::Catalog { port, generation } => {
            signals::interruptible(play_catalog(port, generation)).await
        }
    }
}

/// Shows every request until the end.
async fn play_catalog(port: u16, generation: Generation) -> Result<(), Failure> {
    let (catalog, url) = demo::start_catalog(generation, port).await?;
    demo::fill(&catalog);
    let (path, key) = (generation.path(), demo::API_KEY);
    say(&format!("curl -H 'x-api-key: {key}' {url}{path}"));
    say(&format!("curl -H 'x-api-key: {key}' -X POST {url}{path}/orders-for-churn/approve"));
    say(&format!("curl -H 'x-api-key: {key}' {url}/api/teams/marketing"));
    say(&format!("curl -H 'x-api-key: {key}' {url}/api/events"));
    let mut shown = 0;
    loop {
        for request in catalog.requests_since(shown) {
            say(&format!("{} {} {}", request.status, request.method, request.path));
            shown += 1;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
