//! The program `conformance`: asks an account how AWS answers.

use std::process::ExitCode;

use clap::Parser as _;
use conformance::{arguments::Arguments, program};

#[tokio::main]
async fn main() -> ExitCode {
    let suffix = format!("{:012x}", fastrand::u64(..) >> 16);
    match program::run(&Arguments::parse(), &suffix).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stderr, reason = "errors of a program for people go there")]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
