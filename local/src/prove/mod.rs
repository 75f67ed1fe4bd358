//! `prove`: deploys the module as a platform team would, and proves what such a team wants to know
//! before it does the same.

mod account;
mod alarm;
mod comparison;
mod deleted_role;
mod destroy;
mod flow;
mod installation;
mod ledger;
mod probe;
mod proofs;
mod redeployment;
mod second_plan;
mod simulator;
mod upgrade;

use std::{path::PathBuf, sync::Arc, time::Instant};

use crate::{
    aws::{ACCOUNT, Aws, REGION},
    catalog::{Catalog, Generation},
    demo::{
        self, API_KEY,
        landscape::CONSUMER_PATH,
        logs,
        world::{CURSOR, World},
    },
    deploy::{Deployment, Detail, JSON, LOG, STATE, Settings},
    emulator::Emulator,
    failure::{Explain, Failure},
    package::{For, package},
    terminal::say,
    workspace::{FUNCTIONS, Workspace},
};
use account::Operations;
use installation::Installation;
use proofs::Proofs;
use simulator::Simulator;

/// How the proof is to be run.
pub(crate) struct Options {
    /// The Python that has the emulator installed.
    pub(crate) python: PathBuf,
    /// Directory of provider packages.
    pub(crate) plugin_dir: Option<PathBuf>,
}

/// Versions of the packages: the same functions with other bytes.
const VERSION_A: &str = "v0.0.1";
const VERSION_B: &str = "v0.0.2";

/// Everything that the parts look at and change.
struct Stage<'a> {
    workspace: &'a Workspace,
    deployment: Deployment<'a>,
    world: World,
    installation: Installation,
    catalog: Catalog,
    operations: Operations,
    /// The account's policies from before the integration came.
    before: account::Policies,
    proofs: Proofs,
}

/// Runs all of it. One statement that does not hold is a failure.
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let started = Instant::now();
    let workspace = Workspace::here("prove")?;
    let simulator = Simulator::install(&workspace).await?;
    let mut emulator = Emulator::start(&options.python, &workspace.scratch("")).await?;
    let endpoint = emulator.endpoint().to_owned();
    let ended = tokio::select! {
        ended = play(&workspace, &endpoint, &options, &simulator) => ended,
        failure = emulator.until_end() => Err(failure),
    };
    say(&format!("{} s; logs are in .build/prove", started.elapsed().as_secs()));
    ended
}

async fn play(
    workspace: &Workspace,
    endpoint: &str,
    options: &Options,
    simulator: &Simulator,
) -> Result<(), Failure> {
    let mut stage = Box::pin(set(workspace, endpoint, options)).await?;
    let ended = Box::pin(act(&mut stage, simulator)).await;
    let verdict = stage.proofs.verdict();
    ended.and(verdict)
}

/// What was there before, and the first apply.
async fn set<'a>(
    workspace: &'a Workspace,
    endpoint: &str,
    options: &Options,
) -> Result<Stage<'a>, Failure> {
    let mut proofs = Proofs::new();
    proofs.part("1. terraform apply into an account that has roles, a topic and a predecessor");
    let aws = Arc::new(Aws::at(endpoint)?);
    let (catalog, catalog_url) = demo::start_catalog(Generation::Access, 0).await?;
    demo::fill(&catalog);
    let operations = account::create(&aws).await?;
    upgrade::approve_what_the_predecessor_knew(&catalog);
    let before = account::all_policies(&aws).await?;
    let cursor = flow::newest_event(&catalog);

    pack(workspace, VERSION_A)?;
    let consumer_role_arns = [format!("arn:aws:iam::{ACCOUNT}:role{CONSUMER_PATH}*")];
    let settings = Settings {
        endpoint,
        catalog_url: &catalog_url,
        api_key: API_KEY,
        consumer_role_arns: &consumer_role_arns,
        plugin_dir: options.plugin_dir.as_deref(),
    };
    let mut deployment = Deployment::prepare(workspace, &settings, Detail::Nothing).await?;
    deployment.set("schedule_enabled", false);
    deployment.set("source_version", VERSION_A);
    deployment.set("alarm_topic_arns", vec![operations.topic_arn.clone()]);
    deployment.set("ingest_role_arns", vec![account::glue_reader_arn(account::GLUE_READER)]);
    let secret = account::CATALOGS_SECRET;
    let secret = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{secret}-??????");
    deployment.set("ingest_secret_arns", vec![secret]);
    let outputs = deployment.apply().await?;
    let installation = Installation::of(&aws, &outputs).await?;
    let world = World { aws, outputs: Arc::new(outputs) };
    put_cursor(&world, &cursor).await?;
    proofs.holds(format!(
        "terraform apply deploys the module, {VERSION_A}, where IAM is enforced; the schedule is off"
    ));
    proofs.note("the cursor is put where the predecessor stopped, as the README tells");
    Ok(Stage { workspace, deployment, world, installation, catalog, operations, before, proofs })
}

async fn act(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<(), Failure> {
    let lived = Box::pin(live(stage, simulator)).await;
    // The last part takes the logs away with everything else.
    logs::save(stage.workspace, &stage.world).await;
    lived?;
    the_key_is_in_none(stage, &[logs::FILE], "the functions' logs")?;
    stage.proofs.part("8. Leaving: no grant outlives the installation");
    let before = stage.before.clone();
    destroy::prove(stage, &before).await?;
    stage.proofs.part("9. A second beginning, and the very end");
    redeployment::prove(stage).await?;
    destroy::everything(stage).await
}

/// Everything that can be shown while the installation is there.
async fn live(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<(), Failure> {
    stage.proofs.part("2. A second plan");
    let plan = stage.deployment.plan().await?;
    second_plan::prove(&plan, &mut stage.proofs);
    the_key_is_in_none(stage, &[STATE, JSON, LOG], "terraform's state, plan and output")?;
    least_privilege(stage, simulator).await?;
    stage.proofs.part("5. Every alarm goes off");
    alarm::prove(stage).await?;
    stage.proofs.part("6. An upgrade with grants in force and messages on their way");
    upgrade::prove(stage).await?;
    stage.proofs.part("7. What no event tells is found by comparison; a role that is gone is gone");
    comparison::prove(stage).await?;
    deleted_role::prove(stage).await
}

async fn least_privilege(stage: &mut Stage<'_>, simulator: &Simulator) -> Result<(), Failure> {
    stage
        .proofs
        .part("3. What the functions' roles may do, asked of a simulator and of the emulator");
    let Stage { world, installation, proofs, deployment, .. } = stage;
    let cursor = world.cursor().await?.unwrap_or_default();
    probe::prove(&world.aws, installation, simulator, &cursor, proofs).await?;
    flow::drain(world).await?;
    proofs.part("4. The same with a tag and a boundary that roles must have, and with an own key");
    probe::prove_variants(&world.aws, installation, deployment, simulator, proofs).await
}

/// Whether files that others may read say the catalog's API key.
fn the_key_is_in_none(stage: &mut Stage<'_>, files: &[&str], what: &str) -> Result<(), Failure> {
    let mut found = Vec::new();
    for file in files {
        let path = stage.workspace.scratch(file);
        let bytes = std::fs::read(&path).explain(format!("{} is not there", path.display()), "")?;
        if String::from_utf8_lossy(&bytes).contains(API_KEY) {
            found.push(*file);
        }
    }
    stage.proofs.none(&found, format!("the API key is not in {what}"));
    Ok(())
}

/// Packs all functions; another version gives other bytes.
fn pack(workspace: &Workspace, version: &str) -> Result<(), Failure> {
    for function in FUNCTIONS {
        let target = workspace.scratch("packages").join(format!("{function}.zip"));
        package(&workspace.binary(function), &target, For::ThisMachine, version)?;
    }
    Ok(())
}

async fn put_cursor(world: &World, event: &str) -> Result<(), Failure> {
    let body = event.as_bytes().to_vec().into();
    let put = world.aws.s3.put_object().bucket(&world.outputs.bucket).key(CURSOR).body(body);
    put.send().await.map(drop).explain("the cursor cannot be put", "")
}
