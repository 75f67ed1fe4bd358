//! The `dmm-aws` program.

use std::process::ExitCode;

use clap::Parser as _;
use dmm_aws::arguments::Arguments;
use time::OffsetDateTime;

/// What a shell expects of a program that was called wrongly; 2 has another meaning here.
const USAGE: u8 = 64;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // When the terminal is gone there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match Box::pin(dmm_aws::run(arguments, now())).await {
        Ok(ended) => ExitCode::from(ended as u8),
        Err(error) => {
            complain(&error);
            let wrong_call = dmm_aws::is_wrong_call(&error);
            if wrong_call { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "read once, at the edge")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

#[expect(clippy::print_stderr, reason = "errors of a program for people go there")]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
