//! Measures the functions as Lambda would run them: real binaries under a Lambda Runtime API, with
//! AWS and the catalog on this machine, each call taking a fixed time and counted.

mod arguments;
mod backend;
mod baseline;
mod document;
mod figure;
mod instructions;
mod measure;
mod process;
mod report;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Measure(wanted) => measure::all(wanted).await,
        Command::Check { report, baseline } => baseline::check(&report, &baseline),
        Command::Accept { report, baseline } => baseline::accept(&report, &baseline),
        Command::Paste { table, document } => document::paste(&table, &document),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
