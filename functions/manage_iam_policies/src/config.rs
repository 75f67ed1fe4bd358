//! Settings of this function; one field for each variable in `terraform/manage_iam_policies.tf`.

use access::{Mode, WriteBack};
use clients::dmm::Connection;
use lambda::settings::Settings;
use setup::Assessment;

/// Settings of this function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DMM_BASE_URL`, `DMM_API_KEY_SECRET_NAME`, `DMM_API_KEY_TTL_SECONDS`, `DMM_API_KEY_HEADER`.
    pub catalog: Connection,
    /// `BUCKET_NAME`: where the ledger lies.
    pub bucket: String,
    /// `GRANTS_PREFIX`: the ledger's part of the bucket.
    pub grants_prefix: String,
    /// Which agreement may give which right.
    pub assessment: Assessment,
    /// `MODE`: `apply`, `report` or `revoke`.
    pub mode: Mode,
    /// `WRITE_BACK`: `auto`, `report`, `tags` or `none`.
    pub write_back: WriteBack,
    /// Whether S3 is not AWS's own: set by `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3`.
    pub custom_endpoint: bool,
}

impl Config {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let catalog = setup::catalog(settings);
        let bucket = settings.required("BUCKET_NAME");
        let grants_prefix = setup::grants_prefix(settings);
        let assessment = Assessment::read(settings);
        let write_back = settings.optional("WRITE_BACK", WriteBack::default());
        let mode = settings.optional("MODE", Mode::Apply);
        Some(Self {
            catalog: catalog?,
            bucket: bucket?,
            grants_prefix: grants_prefix?,
            assessment: assessment?,
            mode: mode?,
            write_back: write_back?,
            custom_endpoint: setup::uses_custom_s3(settings),
        })
    }
}
