//! Everything that an ingestion of Glue talks to, on this machine: AWS, Glue and both targets.

use std::io;

use serde_json::{Value, json};

use crate::assets::AssetServer;
use crate::aws::{AwsServer, OWN_KEY, OWN_SECRET};
use crate::glue::{Account, GlueServer};
use crate::open_metadata::{OpenMetadataServer, TOKEN};
use crate::running::Running;

/// The key of Data Mesh Manager. No output may ever hold it.
pub const API_KEY: &str = "not-a-real-api-key-7c1f";
/// The region of everything.
pub const REGION: &str = "eu-central-1";
/// The bucket of the integration.
pub const BUCKET: &str = "dmm-state";
/// Where the configuration lies in it.
pub const CONFIGURATION: &str = "ingest_glue/configuration.yaml";
/// The only connection.
pub const CONNECTION: &str = "sales";
/// Where its state is kept.
pub const STATE: &str = "ingest_glue/sales.json";
/// The services in `OpenMetadata`.
pub const SERVICES: [(&str, &str); 2] =
    [("databaseServices", "glue_sample"), ("pipelineServices", "glue_sample_pipelines")];

const SECRET_OF_KEY: &str = "dmm/api-key";
/// The secret that holds the token of `OpenMetadata`.
pub const SECRET_OF_TOKEN: &str = "openmetadata/token";

/// All of it. Ends when it is dropped.
pub struct Neighbourhood {
    /// S3, Secrets Manager and STS.
    pub aws: AwsServer,
    /// AWS Glue.
    pub glue: GlueServer,
    /// Data Mesh Manager's assets.
    pub assets: AssetServer,
    /// `OpenMetadata`.
    pub metadata: OpenMetadataServer,
    aws_listens: Running,
    assets_listen: Running,
    metadata_listens: Running,
}

impl Neighbourhood {
    /// Both targets empty, the secrets in their place, no configuration yet.
    pub async fn start(account: Account) -> io::Result<Self> {
        let (aws, assets) = (AwsServer::default(), AssetServer::default());
        let metadata = OpenMetadataServer::new("1.11.0");
        aws.may_list(&[&format!("{BUCKET}/ingest_glue/*")]);
        aws.put_secret(SECRET_OF_KEY, API_KEY);
        aws.put_secret(SECRET_OF_TOKEN, TOKEN);
        assets.add_team("checkout");
        assets.add_team("customer-insight");
        Ok(Self {
            aws_listens: aws.start().await?,
            assets_listen: assets.start(API_KEY).await?,
            metadata_listens: metadata.start().await?,
            glue: GlueServer::start(account).await?,
            aws,
            assets,
            metadata,
        })
    }

    /// Connection [`CONNECTION`] with both targets, and no `awsConfig` but a region.
    pub fn configuration(&self) -> Value {
        json!({ "connections": { CONNECTION: {
            "awsConfig": { "awsRegion": REGION },
            "sourceConfig": { "owner": { "tag": "team", "parameter": "team" } },
            "targets": [{ "type": "dataMeshManager" }, self.open_metadata()],
        } } })
    }

    /// `OpenMetadata` as a target.
    pub fn open_metadata(&self) -> Value {
        let [(_, databases), (_, pipelines)] = SERVICES;
        json!({
            "type": "openMetadata",
            "hostPort": format!("{}/api", self.metadata_listens.url()),
            "jwtToken": format!("secret:{SECRET_OF_TOKEN}"),
            "databaseServiceName": databases,
            "pipelineServiceName": pipelines,
        })
    }

    /// Puts the configuration where [`Neighbourhood::settings`] say it is.
    pub fn configure(&self, configuration: &Value) {
        self.aws.put_object(BUCKET, CONFIGURATION, configuration.to_string());
    }

    /// The settings of the function, with the function's own credentials.
    pub fn settings(&self) -> Vec<(String, String)> {
        let configuration = format!("s3://{BUCKET}/{CONFIGURATION}");
        let (aws, glue, assets) =
            (self.aws_listens.url(), self.glue.url(), self.assets_listen.url());
        [
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", OWN_KEY),
            ("AWS_SECRET_ACCESS_KEY", OWN_SECRET),
            ("AWS_ENDPOINT_URL", &aws),
            ("AWS_ENDPOINT_URL_GLUE", &glue),
            ("BUCKET_NAME", BUCKET),
            ("INGEST_CONFIG", &configuration),
            ("DMM_BASE_URL", &assets),
            ("DMM_API_KEY_SECRET_NAME", SECRET_OF_KEY),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }
}
