//! The part in which Glue is published: a Glue with a workflow and its runs, and an `OpenMetadata`,
//! both on this machine.

mod published;

use local_servers::{
    glue::{GlueServer, sample},
    open_metadata::{OpenMetadataServer, TOKEN},
    running::Running,
};
use serde_json::{Value, json};

use super::watch::Watch;
use crate::{
    aws::{ACCOUNT, Aws, REGION},
    deploy::Deployment,
    failure::{Explain, Failure},
    terminal::{Tone, say, title},
    wire::Call,
};
use published::{Expected, check, table};

const CONFIGURATION: &str = include_str!("sample.yaml");
/// The state of its only connection.
const STATE: &str = "ingest_glue/sample-lake.json";
const SECRET: &str = "sample/openmetadata-token";
/// Runs before and after which the sample's runs began: 2026-08-01T06:00:00Z.
const NOW_EPOCH_SECONDS: i64 = 1_785_564_000;

/// What is on this machine beside emulator and catalog. Ends when it is dropped.
pub(crate) struct Neighbours {
    glue: GlueServer,
    metadata: OpenMetadataServer,
    listening: Running,
    secret_arn: String,
}

impl Neighbours {
    /// Starts both, and puts the token into a secret.
    pub(crate) async fn start(aws: &Aws) -> Result<Self, Failure> {
        let advice = "is a port of 127.0.0.1 free?";
        let account = sample(ACCOUNT, REGION, NOW_EPOCH_SECONDS);
        let glue = GlueServer::start(account).await.explain("no Glue", advice)?;
        let metadata = OpenMetadataServer::new("1.11.0");
        let listening = metadata.start().await.explain("no OpenMetadata", advice)?;
        let body = json!({ "Name": SECRET, "SecretString": TOKEN });
        let call = Call::json("secretsmanager", "secretsmanager.CreateSecret", &body);
        let made = aws.must("the token's secret cannot be made", &call).await?.json();
        let arn = made.get("ARN").and_then(Value::as_str).unwrap_or_default();
        Ok(Self { glue, metadata, listening, secret_arn: arn.to_owned() })
    }

    /// Tells the deployment about them. A round is made whenever the function is started.
    pub(crate) fn configure(&self, deployment: &mut Deployment<'_>) {
        deployment.set("ingest_interval_minutes", 0);
        deployment.set("ingest_configuration", CONFIGURATION);
        deployment.set("ingest_secret_arns", json!([self.secret_arn]));
        let variables = json!({
            "GLUE_ENDPOINT": self.glue.url(),
            "OPENMETADATA_HOST_PORT": format!("{}/api", self.listening.url()),
        });
        deployment.set("ingest_environment", variables);
    }

    /// Where people look at them.
    pub(crate) fn addresses(&self) -> [(&'static str, String); 2] {
        let token = format!("-H 'Authorization: Bearer {TOKEN}'");
        let pipelines = format!("{}/api/v1/pipelines", self.listening.url());
        [
            ("pipelines of the sample OpenMetadata", format!("curl {token} {pipelines}")),
            ("the sample Glue, for AWS_ENDPOINT_URL_GLUE", self.glue.url()),
        ]
    }
}

/// Plays the part.
pub(super) async fn play(watch: &mut Watch, neighbours: &Neighbours) -> Result<(), Failure> {
    title("7. What AWS Glue knows is published: as assets of the catalog, and in OpenMetadata.");
    watch.begin(|_| {});
    let first = round(watch).await?;
    watch.tell("first", Tone::Label, &figures(&first));
    check(watch.catalog.assets(), &neighbours.metadata, &Expected::AtFirst)?;
    say(&table(watch.catalog.assets(), &neighbours.metadata));
    let again = round(watch).await?;
    watch.tell("again", Tone::Label, &figures(&again));
    none("nothing changed, yet something was sent", total(&again, "sent"))?;
    change(neighbours);
    watch.note("a table is dropped, one is added, and the run that went on has succeeded");
    let changed = round(watch).await?;
    watch.tell("changed", Tone::Label, &figures(&changed));
    check(watch.catalog.assets(), &neighbours.metadata, &Expected::AfterTheChange)?;
    none("not all of it was published", u64::from(!is_complete(&changed)))
}

/// Starts the function, and reads what came of the round.
async fn round(watch: &Watch) -> Result<Value, Failure> {
    let name = watch.world.outputs.ingest_glue.as_deref();
    let name = name.ok_or_else(|| Failure::new("ingest_glue is not deployed", ""))?;
    if watch.world.aws.invoke(name).await?.is_none() {
        return Err(Failure::new(format!("{name} was running already"), ""));
    }
    let stored = watch.world.object(STATE).await?.unwrap_or_default();
    let state: Value = serde_json::from_slice(&stored).explain("its state is not readable", "")?;
    let last = state.get("last").filter(|last| last.is_object()).cloned();
    last.ok_or_else(|| Failure::new("the round is not finished", "read functions.log"))
}

fn change(neighbours: &Neighbours) {
    neighbours.glue.account(|account| {
        account.remove_table("logistics", "carriers");
        account.put_table("logistics", "routes", json!({ "TableType": "EXTERNAL_TABLE" }));
        account.finish_runs(NOW_EPOCH_SECONDS + 1_800);
    });
}

fn total(round: &Value, name: &str) -> u64 {
    round.pointer(&format!("/totals/{name}")).and_then(Value::as_u64).unwrap_or_default()
}

fn is_complete(round: &Value) -> bool {
    round.get("complete") == Some(&Value::Bool(true))
}

fn figures(round: &Value) -> String {
    let of = |name| total(round, name);
    format!(
        "round: {} entities and {} runs read, {} writes, {} taken away",
        of("entities"),
        of("runs"),
        of("sent"),
        of("removed")
    )
}

fn none(what: &str, count: u64) -> Result<(), Failure> {
    if count == 0 { Ok(()) } else { Err(Failure::new(format!("{what}: {count}"), "")) }
}
