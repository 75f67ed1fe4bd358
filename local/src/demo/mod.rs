//! `run`: starts everything, deploys, plays the demonstration, judges its end.

mod drift;
mod expectation;
mod ingestion;
mod keep;
pub(crate) mod landscape;
pub(crate) mod logs;
mod passed;
pub(crate) mod permissions;
pub(crate) mod sample;
mod shown;
mod story;
pub(crate) mod table;
mod verdict;
mod watch;
pub(crate) mod world;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use report::Report;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    aws::{ACCOUNT, Aws, REGION},
    catalog::{Catalog, Generation},
    deploy::{Deployment, Detail, Outputs, Settings},
    emulator::Emulator,
    failure::{Explain, Failure},
    package::{For, package},
    signals,
    terminal::{Tone, paint, say, title},
    workspace::{FUNCTIONS, Workspace},
};
use ingestion::Neighbours;
use watch::Watch;
use world::World;

pub(crate) use sample::fill;

/// Good for nothing but the sample catalog.
pub(crate) const API_KEY: &str = "sample-key-not-a-secret";

/// How the demonstration is to be run.
pub(crate) struct Options {
    /// Stay until Ctrl-C.
    pub(crate) keep: bool,
    /// The Python that has the emulator installed.
    pub(crate) python: PathBuf,
    /// Directory of provider packages.
    pub(crate) plugin_dir: Option<PathBuf>,
    /// Which API the sample catalog speaks.
    pub(crate) generation: Generation,
}

/// The demonstration after its last part, with everything still running.
struct Played {
    workspace: Workspace,
    watch: Watch,
    neighbours: Neighbours,
    catalog_url: String,
    ended: Result<(), Failure>,
}

/// Runs all of it. An end that is not the expected one is a failure.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let mut played = signals::interruptible(Box::pin(play(&options))).await?;
    if options.keep {
        if let Err(failure) = &played.ended {
            say(&failure.report());
        }
        keep::stay(&mut played.watch, &played.neighbours, &played.catalog_url).await?;
        logs::save(&played.workspace, &played.watch.world).await;
    }
    played.ended
}

async fn play(options: &Options) -> Result<Played, Failure> {
    let started = Instant::now();
    let workspace = Workspace::here("local")?;
    title("Emulator and sample catalog");
    let mut emulator = Emulator::start(&options.python, &workspace.scratch("")).await?;
    say(&format!("  AWS       {}  account {ACCOUNT}, {REGION}", emulator.endpoint()));
    let (catalog, catalog_url) = start_catalog(options.generation, 0).await?;
    say(&format!("  catalog   {catalog_url}  {}", catalog.generation().path()));
    let aws = Arc::new(Aws::at(emulator.endpoint())?);
    landscape::create(&aws).await?;
    fill(&catalog);

    title("terraform apply: the module of terraform/, most of a minute of waiting for queues");
    let (endpoint, plugin_dir) = (emulator.endpoint().to_owned(), options.plugin_dir.as_deref());
    let neighbours = Neighbours::start(&aws).await?;
    let outputs = tokio::select! {
        outputs = apply(&workspace, &endpoint, (&catalog_url, &neighbours), plugin_dir) => outputs?,
        failure = emulator.until_end() => return Err(failure),
    };
    let world = World { aws, outputs: Arc::new(outputs) };
    let mut watch = Watch::new(world, catalog, emulator);
    let ended = match story::play(&mut watch, &neighbours).await {
        Ok(report) => judge(&workspace, &watch, &report).await,
        Err(failure) => Err(failure),
    };
    let log = logs::save(&workspace, &watch.world).await;
    if ended.is_err() {
        logs::quote(&log);
    }
    say(&format!("{} s; logs are in .build/local", started.elapsed().as_secs()));
    Ok(Played { workspace, watch, neighbours, catalog_url, ended })
}

/// Starts a catalog on loopback; port 0 is any free one. It answers until this program ends.
pub(crate) async fn start_catalog(
    generation: Generation,
    port: u16,
) -> Result<(Catalog, String), Failure> {
    let what = format!("the sample catalog cannot listen on port {port}");
    let advice = "choose another port";
    let listener = TcpListener::bind(("127.0.0.1", port)).await.explain(&what, advice)?;
    let url = format!("http://{}", listener.local_addr().explain(&what, advice)?);
    let catalog = Catalog::new(generation, API_KEY);
    tokio::spawn(catalog.clone().serve(listener));
    Ok((catalog, url))
}

async fn apply(
    workspace: &Workspace,
    endpoint: &str,
    (catalog_url, neighbours): (&str, &Neighbours),
    plugin_dir: Option<&Path>,
) -> Result<Outputs, Failure> {
    for function in FUNCTIONS {
        let target = workspace.scratch("packages").join(format!("{function}.zip"));
        package(&workspace.binary(function), &target, For::ThisMachine, "")?;
    }
    let pattern = format!("arn:aws:iam::{ACCOUNT}:role{}*", landscape::CONSUMER_PATH);
    let consumer_role_arns = [pattern];
    let settings = Settings {
        endpoint,
        catalog_url,
        api_key: API_KEY,
        consumer_role_arns: &consumer_role_arns,
        plugin_dir,
    };
    let mut deployment = Deployment::prepare(workspace, &settings, Detail::EachResource).await?;
    // Rounds are made by hand, when the story is there. The emulator shows each write at once.
    deployment.set("reconcile_interval_minutes", 0);
    neighbours.configure(&mut deployment);
    deployment.set("extra_environment", json!({ "SETTLE_SECONDS": "0" }));
    deployment.apply().await
}

/// Prints the table and every difference to the expected end.
async fn judge(workspace: &Workspace, watch: &Watch, report: &Report) -> Result<(), Failure> {
    title("The end, as IAM and the catalog tell it");
    let policies = watch.world.policies().await?;
    say(&table::table(&policies, &watch.catalog));
    say(&paint(Tone::Faint, table::NOTE));
    let ledger = watch.world.ledger().await?;
    let mut wrong = verdict::mismatches(&policies, &ledger, &watch.catalog);
    wrong.extend(drift::mismatches(report, &policies));
    drift::keep(workspace, &watch.world, &policies).await?;
    let given_up = watch.world.given_up().await?;
    if given_up > 0 {
        wrong.push(format!("{given_up} messages are in the dead-letter queue"));
    }
    if wrong.is_empty() {
        say(&paint(Tone::Good, "Everything is as expected."));
        say("The access report of the last round is .build/local/report.html");
        return Ok(());
    }
    for one in &wrong {
        say(&paint(Tone::Bad, &format!("not as expected: {one}")));
    }
    let what = format!("{} differences to the expected end", wrong.len());
    Err(Failure::new(what, "read .build/local/functions.log"))
}
