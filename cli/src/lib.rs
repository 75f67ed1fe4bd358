//! `dmm-aws`: what an operator needs to see and to end, with the functions' own code.

pub mod arguments;
pub mod grants;
pub mod revoke_all;
mod table;

use anyhow::{Context as _, bail};
use arguments::{Arguments, Command, LedgerPlace, Watch};
use aws_config::SdkConfig;
use clients::ledger::Ledger;
use clients::objects::S3Objects;
use clients::queue::SqsQueue;
use revoke_all::{Progress, RevokeAll};
use time::OffsetDateTime;

/// How a command ended; the program's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// 0: as asked, or nothing is in force.
    Well = 0,
    /// 2: grants are in force.
    InForce = 2,
}

/// Carries out one command; `now` is the time it began.
pub async fn run(arguments: Arguments, now: OffsetDateTime) -> anyhow::Result<Ended> {
    let aws = clients::aws::configuration().await;
    if aws.region().is_none() {
        bail!(
            "no AWS region is known: set AWS_REGION, or a region in the profile AWS_PROFILE names"
        );
    }
    match arguments.command {
        Command::Grants { ledger, json } => show_grants(&aws, ledger, json).await,
        Command::RevokeAll { ledger, queue_url, watch } => {
            revoke_all(&aws, now, ledger, queue_url, watch).await
        }
    }
}

fn open(aws: &SdkConfig, place: LedgerPlace) -> Ledger<S3Objects> {
    let custom = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"];
    let custom_endpoint = custom.iter().any(|name| std::env::var_os(name).is_some());
    Ledger::new(S3Objects::new(aws, place.bucket, custom_endpoint), place.grants_prefix)
}

async fn show_grants(aws: &SdkConfig, place: LedgerPlace, json: bool) -> anyhow::Result<Ended> {
    let entries = open(aws, place).entries().await.context("the grant ledger cannot be read")?;
    let held = grants::in_force(entries);
    if json {
        println(&serde_json::to_string_pretty(&held)?);
    } else if held.is_empty() {
        println("no grant is in force");
    } else {
        println(&table::grants(&held));
    }
    Ok(if held.is_empty() { Ended::Well } else { Ended::InForce })
}

async fn revoke_all(
    aws: &SdkConfig,
    started: OffsetDateTime,
    place: LedgerPlace,
    queue_url: String,
    watch: Watch,
) -> anyhow::Result<Ended> {
    let ledger = open(aws, place);
    let queue = SqsQueue::new(aws_sdk_sqs::Client::new(aws), queue_url);
    let run = RevokeAll {
        ledger: &ledger,
        queue: &queue,
        started,
        patience: watch.timeout(),
        pause: watch.pause(),
    };
    let revoked = run.run(|progress| println(&words(progress))).await?;
    println(&format!("{revoked} grants were revoked; none is in force"));
    Ok(Ended::Well)
}

fn words(progress: Progress) -> String {
    match progress {
        Progress::Asked { grants } => {
            format!("{grants} grants are in force: a message for each is in the queue")
        }
        Progress::Left { grants, of } => format!("{grants} of {of} grants are left"),
        Progress::NothingYet { seconds } => format!(
            "no grant was revoked in {seconds} s: is the function deployed with mode = \"revoke\", \
             and is its trigger enabled? Its log group tells more"
        ),
    }
}

/// The one place that writes to standard output.
#[expect(clippy::print_stdout, reason = "this is what the program is for")]
fn println(line: &str) {
    println!("{line}");
}
