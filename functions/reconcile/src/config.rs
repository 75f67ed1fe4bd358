//! Settings of this function; one field for each variable in `terraform/reconcile.tf`.

use access::Mode;
use clients::dmm::Connection;
use lambda::settings::Settings;
use survey::Comparison;
use time::Duration;

use crate::round::Rules;

/// Settings of this function.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DMM_BASE_URL`, `DMM_API_KEY_SECRET_NAME`, `DMM_API_KEY_TTL_SECONDS`, `DMM_API_KEY_HEADER`.
    pub catalog: Connection,
    /// `BUCKET_NAME`: where ledger, reports and checkpoint lie.
    pub bucket: String,
    /// `GRANTS_PREFIX`: the ledger's part of the bucket.
    pub grants_prefix: String,
    /// `SQS_QUEUE_URL`: where hints go.
    pub queue_url: String,
    /// How it compares; `REVOKE_LIMIT` goes into the rules.
    pub comparison: Comparison,
    /// `MODE`, `REVOKE_LIMIT`, `RECONCILE_INTERVAL_MINUTES`, `REPORTS_PREFIX` and
    /// `CHECKPOINT_OBJECT_NAME`.
    pub rules: Rules,
    /// Whether S3 is not AWS's own: set by `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3`.
    pub custom_endpoint: bool,
}

impl Config {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let catalog = setup::catalog(settings);
        let bucket = settings.required("BUCKET_NAME");
        let grants_prefix = setup::grants_prefix(settings);
        let queue_url = settings.required("SQS_QUEUE_URL");
        let comparison = Comparison::read(settings);
        let mode = settings.optional("MODE", Mode::Apply);
        let minutes: Option<u32> = settings.optional("RECONCILE_INTERVAL_MINUTES", 60);
        let reports_prefix = settings.optional("REPORTS_PREFIX", "reports/".to_owned());
        let checkpoint =
            settings.optional("CHECKPOINT_OBJECT_NAME", "reconcile/round.json".to_owned());
        let comparison = comparison?;
        Some(Self {
            catalog: catalog?,
            bucket: bucket?,
            grants_prefix: grants_prefix?,
            queue_url: queue_url?,
            rules: Rules {
                mode: mode?,
                limit: comparison.limit,
                interval: Duration::minutes(minutes?.into()),
                reports_prefix: reports_prefix?,
                checkpoint: checkpoint?,
            },
            comparison,
            custom_endpoint: setup::uses_custom_s3(settings),
        })
    }
}
