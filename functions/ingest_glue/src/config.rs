//! Settings of this function; one field for each variable in `terraform/ingest_glue.tf`.

use std::collections::BTreeMap;

use clients::dmm::Connection;
use connections::document::Reference;
use lambda::settings::Settings;
use time::Duration;

/// Settings of this function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DMM_BASE_URL`, `DMM_API_KEY_SECRET_NAME`, `DMM_API_KEY_TTL_SECONDS`, `DMM_API_KEY_HEADER`;
    /// `None` where nothing goes to Data Mesh Manager.
    pub catalog: Option<Connection>,
    /// `BUCKET_NAME`: where the state is kept.
    pub bucket: String,
    /// `INGEST_CONFIG`: where the configuration document is.
    pub document: Reference,
    /// `INGEST_INTERVAL_MINUTES`: from the beginning of one round to the beginning of the next.
    pub interval: Duration,
    /// `INGEST_STATE_PREFIX`: the state's part of the bucket.
    pub state_prefix: String,
    /// Whether S3 is not AWS's own: set by `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3`.
    pub custom_endpoint: bool,
    /// Everything that `${NAME}` in the document may stand for.
    pub variables: BTreeMap<String, String>,
}

impl Config {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let has_catalog = settings.is_set("DMM_BASE_URL");
        let catalog = if has_catalog { setup::catalog(settings).map(Some) } else { Some(None) };
        let bucket = settings.required("BUCKET_NAME");
        let document = settings.required("INGEST_CONFIG");
        let minutes: Option<u32> = settings.optional("INGEST_INTERVAL_MINUTES", 60);
        let state_prefix = settings.optional("INGEST_STATE_PREFIX", "ingest_glue/".to_owned());
        Some(Self {
            catalog: catalog?,
            bucket: bucket?,
            document: document?,
            interval: Duration::minutes(minutes?.into()),
            state_prefix: state_prefix?,
            custom_endpoint: setup::uses_custom_s3(settings),
            variables: settings.variables().clone(),
        })
    }

    /// The object that holds a connection's state.
    pub fn state_key(&self, connection: &str) -> String {
        format!("{}{connection}.json", self.state_prefix)
    }
}
