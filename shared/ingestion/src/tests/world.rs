//! STS, Glue, `OpenMetadata` and Data Mesh Manager's assets, each a server of its own.

use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_glue::config::{
    Credentials, SharedAsyncSleep, SharedCredentialsProvider, SharedIdentityCache,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use clients::fake::FakeObjects;
use clients::http::CatalogError;
use clients::json_api::{GivenKey, JsonApi};
use clients::snapshot::Snapshot;
use connections::Block;
use connections::document::typed;
use lambda::deadline::Deadline;
use local_servers::assets::AssetServer;
use local_servers::glue::{Account, GlueServer, sample};
use local_servers::open_metadata::{OpenMetadataServer, TOKEN};
use local_servers::running::Running;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tracing_subscriber::fmt::MakeWriter;
use wiremock::matchers::{any, body_string_contains};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::config::{Configuration, Connection};
use crate::opened::{OpenError, Opened, Opener};
use crate::progress::{State, Summary};
use crate::round::{Rounds, Tick};

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/reader";
pub(super) const OTHER_ROLE: &str = "arn:aws:iam::123456789012:role/stored";
const CALLER: &str = "arn:aws:sts::123456789012:assumed-role/reader/dmm-aws-integration";
const KEY: &str = "sample-key";
const STATE: &str = "ingest_glue/sample.json";
/// 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

pub(super) struct World {
    sts: MockServer,
    pub(super) glue: GlueServer,
    pub(super) metadata: OpenMetadataServer,
    pub(super) assets: AssetServer,
    metadata_runs: Running,
    assets_run: Running,
    objects: FakeObjects,
}

impl World {
    /// With the sample in Glue, and nothing in the catalogs.
    pub(super) async fn sampled() -> Self {
        Self::of(sample(ACCOUNT, "eu-central-1", NOW)).await
    }

    pub(super) async fn of(account: Account) -> Self {
        let (metadata, assets) = (OpenMetadataServer::new("1.11.0"), AssetServer::default());
        Self {
            sts: sts().await,
            glue: GlueServer::start(account).await.unwrap(),
            metadata_runs: metadata.start().await.unwrap(),
            assets_run: assets.start(KEY).await.unwrap(),
            metadata,
            assets,
            objects: FakeObjects::default(),
        }
    }

    /// STS refuses everything from now on.
    pub(super) async fn refuse_roles(&self) {
        self.sts.reset().await;
        let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>\
                    </ErrorResponse>";
        let refused = ResponseTemplate::new(403).set_body_raw(body, "text/xml");
        Mock::given(any()).respond_with(refused).mount(&self.sts).await;
    }

    /// The roles that were assumed, in order.
    pub(super) async fn assumed(&self) -> Vec<String> {
        let forms = self.assume_forms().await;
        forms.into_iter().map(|form| form.replace("%3A", ":").replace("%2F", "/")).collect()
    }

    async fn assume_forms(&self) -> Vec<String> {
        let received = self.sts.received_requests().await.unwrap();
        let bodies = received.into_iter().map(|call| String::from_utf8(call.body).unwrap());
        bodies.filter(|body| body.contains("Action=AssumeRole")).collect()
    }

    /// The function's own configuration.
    pub(super) fn own(&self) -> SdkConfig {
        let credentials = Credentials::new("AKIDOWN", "LEAK-own-secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(SharedIdentityCache::new(
                aws_config::identity::IdentityCache::lazy().build(),
            ))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .endpoint_url(self.sts.uri())
            .build()
    }

    /// A block that leads to this machine's Glue.
    pub(super) fn block(&self, fields: Value) -> Value {
        let mut block = json!({ "awsRegion": "eu-central-1", "endPointURL": self.glue.url() });
        if let (Value::Object(all), Value::Object(more)) = (&mut block, fields) {
            all.extend(more);
        }
        block
    }

    /// The target `OpenMetadata`, with further options.
    pub(super) fn open_metadata(&self, options: Value) -> Value {
        let mut target = json!({
            "type": "openMetadata", "hostPort": format!("{}/api", self.metadata_runs.url()),
            "jwtToken": TOKEN, "databaseServiceName": "glue_db", "pipelineServiceName": "glue_eu",
        });
        if let (Value::Object(all), Value::Object(more)) = (&mut target, options) {
            all.extend(more);
        }
        target
    }

    /// Both services, as somebody made them with this connection.
    pub(super) fn store(&self, connection: &Value) {
        for (collection, name, kind) in [
            ("databaseServices", "glue_db", "Glue"),
            ("pipelineServices", "glue_eu", "GluePipeline"),
        ] {
            let config = json!({ "config": { "type": kind, "awsConfig": connection } });
            let service = json!({ "name": name, "serviceType": kind, "connection": config });
            self.metadata.add_service(collection, &service);
        }
    }

    /// The connection that a service has stored.
    pub(super) fn stored(&self) -> Value {
        let service = self.metadata.service("pipelineServices", "glue_eu").unwrap();
        service["connection"]["config"]["awsConfig"].clone()
    }

    pub(super) async fn open(
        &self,
        connection: &Connection,
    ) -> Result<Opened<GivenKey>, OpenError> {
        self.open_within(connection, None).await
    }

    /// Opens a connection inside an outer block.
    pub(super) async fn open_within(
        &self,
        connection: &Connection,
        default: Option<&Block>,
    ) -> Result<Opened<GivenKey>, OpenError> {
        let own = self.own();
        Opener { own: &own, default, catalog: || self.catalog() }.open(connection).await
    }

    pub(super) fn catalog(&self) -> Result<JsonApi<GivenKey>, CatalogError> {
        JsonApi::with_token(self.assets_run.url().parse().unwrap(), KEY.to_owned())
    }

    /// Opens the connection, and makes a whole round.
    pub(super) async fn round(&self, connection: &Connection) -> Summary {
        let Opened { glue, identity, targets } = self.open(connection).await.unwrap();
        let snapshot: Snapshot<State> = Snapshot::load(&self.objects, STATE).await.unwrap();
        let rounds = Rounds {
            place: glue.place().clone(),
            source: &glue,
            reader: identity.to_string(),
            targets,
            objects: &self.objects,
            key: STATE.to_owned(),
            scope: &connection.source_config,
        };
        let now = || OffsetDateTime::from_unix_timestamp(NOW + 60).unwrap();
        let deadline = Deadline::within(std::time::Duration::from_mins(10));
        match rounds.tick(snapshot, deadline, now).await.unwrap() {
            Tick::Finished(summary) => summary,
            other @ (Tick::Overtaken | Tick::Continued) => panic!("{other:?}"),
        }
    }
}

/// A connection as it stands in a document.
pub(super) fn connection(aws_config: Option<Value>, targets: &[Value]) -> Connection {
    let mut connection = json!({ "targets": targets });
    if let Some(aws_config) = aws_config {
        connection["awsConfig"] = aws_config;
    }
    let document = json!({ "connections": { "sample": connection } });
    Configuration::read(document).unwrap().connections.remove("sample").unwrap()
}

pub(super) fn block(fields: Value) -> Block {
    typed(fields).unwrap()
}

/// STS: whoever asks gets a role for ten years.
async fn sts() -> MockServer {
    let server = calls::mock_server().await;
    let assumed = format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>{CALLER}</Arn>\
         <AssumedRoleId>AROAEXAMPLE:x</AssumedRoleId></AssumedRoleUser><Credentials>\
         <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>LEAK-role-secret</SecretAccessKey>\
         <SessionToken>LEAK-role-token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    let caller = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{CALLER}</Arn>\
         <UserId>AROAEXAMPLE</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>\
         </GetCallerIdentityResponse>"
    );
    for (action, answer) in [("AssumeRole", assumed), ("GetCallerIdentity", caller)] {
        Mock::given(body_string_contains(format!("Action={action}")))
            .respond_with(ResponseTemplate::new(200).set_body_raw(answer, "text/xml"))
            .mount(&server)
            .await;
    }
    server
}

/// What was logged on this thread.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Collects from now on, as long as the guard lives.
    pub(super) fn kept() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(log.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
