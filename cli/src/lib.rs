//! `dmm-aws`: what an operator needs to see, to have repaired and to end, with the functions' own
//! code. Nothing here writes to IAM: what is to change is asked for through the events queue.

pub mod arguments;
mod commands;
pub mod compared;
mod connect;
pub mod diff;
pub mod doctor;
pub mod explanation;
pub mod grants;
pub mod proposal;
pub mod redrive;
pub mod revoke_all;
pub mod rewind;
mod screen;
pub mod settings;
mod table;
pub mod waiting;

use anyhow::bail;
use arguments::{Arguments, Command};
use aws_config::SdkConfig;
use connect::Connected;
use settings::{Given, SettingsFault};
use time::OffsetDateTime;

pub use screen::NeedsYes;

/// How a command ended; the program's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// 0: as asked, or nothing is in force, or nothing would change.
    Well = 0,
    /// 1: not all is well.
    Badly = 1,
    /// 2: grants are in force, something would change, or was held back.
    Found = 2,
}

/// Carries out one command; `now` is the time it began.
pub async fn run(arguments: Arguments, now: OffsetDateTime) -> anyhow::Result<Ended> {
    let aws = clients::aws::configuration().await;
    let open = async |given: &Given| connected(given, &aws).await;
    match arguments.command {
        Command::Plan(asked) => {
            Box::pin(commands::plan::run(&asked, &open(&asked.given).await?, now)).await
        }
        Command::Apply(asked) => {
            Box::pin(commands::apply::run(&asked, &open(&asked.plan.given).await?, now)).await
        }
        Command::Explain(asked) => {
            Box::pin(commands::explain::run(&asked, &open(&asked.given).await?, now)).await
        }
        Command::Feed(asked) => commands::feed::run(&asked, &open(&asked.given).await?).await,
        Command::Redrive(asked) => {
            commands::redrive::run(&asked, &open(&asked.given).await?, now).await
        }
        Command::Doctor(asked) => {
            let connected = open(&asked.given).await?;
            match &asked.connection {
                Some(name) => commands::connection::run(&asked, name, &connected).await,
                None => commands::doctor::run(&asked, &connected).await,
            }
        }
        Command::Report(asked) => {
            Box::pin(commands::report::run(&asked, &open(&asked.given).await?, now)).await
        }
        Command::Completions { shell } => commands::completions::run(shell),
        Command::Grants(asked) => {
            commands::grants::run(asked.form, &open(&asked.given).await?).await
        }
        Command::RevokeAll(asked) => {
            commands::revoke_all::run(&asked, &open(&asked.given).await?, now).await
        }
    }
}

async fn connected<'a>(given: &Given, aws: &'a SdkConfig) -> anyhow::Result<Connected<'a>> {
    if aws.region().is_none() {
        bail!(
            "no AWS region is known: set AWS_REGION, or a region in the profile AWS_PROFILE names"
        );
    }
    Ok(Connected::with(given, aws).await?)
}

/// Whether the program was called wrongly, so that it did not even begin.
pub fn is_wrong_call(error: &anyhow::Error) -> bool {
    let settings = error.downcast_ref::<SettingsFault>();
    error.is::<NeedsYes>() || matches!(settings, Some(SettingsFault::Wrong { .. }))
}
