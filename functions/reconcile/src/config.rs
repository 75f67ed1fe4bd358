//! Settings of this function; one field for each variable in `terraform/reconcile.tf`.

use access::{Assessor, Mode};
use clients::dmm::Connection;
use clients::ledger::Ledger;
use lambda::settings::Settings;
use setup::Assessment;
use survey::{KnownRoles, Pace, RevokeLimit, Survey};
use time::Duration;

use crate::round::Rules;

/// IAM is eventually consistent; seconds.
const DEFAULT_SETTLE_SECONDS: u32 = 300;

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
    /// Which agreement may give which right: the same settings as `manage_iam_policies` has.
    pub assessment: Assessment,
    /// `IAM_CALLS_PER_SECOND`: this function's share of what IAM takes from the whole account.
    pub calls_per_second: u32,
    /// `SETTLE_SECONDS`: how long a look at IAM after a write proves nothing.
    pub settles_in: Duration,
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
        let assessment = Assessment::read(settings);
        let calls_per_second = settings.optional("IAM_CALLS_PER_SECOND", 10);
        let settle_seconds = settings.optional("SETTLE_SECONDS", DEFAULT_SETTLE_SECONDS);
        let mode = settings.optional("MODE", Mode::Apply);
        let limit = settings.optional("REVOKE_LIMIT", RevokeLimit::default());
        let minutes: Option<u32> = settings.optional("RECONCILE_INTERVAL_MINUTES", 60);
        let reports_prefix = settings.optional("REPORTS_PREFIX", "reports/".to_owned());
        let checkpoint =
            settings.optional("CHECKPOINT_OBJECT_NAME", "reconcile/round.json".to_owned());
        Some(Self {
            catalog: catalog?,
            bucket: bucket?,
            grants_prefix: grants_prefix?,
            queue_url: queue_url?,
            assessment: assessment?,
            calls_per_second: calls_per_second?,
            settles_in: Duration::seconds(settle_seconds?.into()),
            rules: Rules {
                mode: mode?,
                limit: limit?,
                interval: Duration::minutes(minutes?.into()),
                reports_prefix: reports_prefix?,
                checkpoint: checkpoint?,
            },
            custom_endpoint: setup::uses_custom_s3(settings),
        })
    }

    /// What compares by these settings.
    pub fn survey<C, I, O, T>(
        &self,
        catalog: C,
        iam: I,
        tables: T,
        ledger: Ledger<O>,
    ) -> Survey<C, I, O, T> {
        let assessment = self.assessment.clone();
        let roles = KnownRoles::new(iam, assessment.consent.asks_for_something());
        // A round tells the owners nothing, so it does not ask Glue for what to tell.
        let assessor = Assessor { notes: false, ..assessment.assessor(catalog, roles, tables) };
        Survey {
            assessor,
            ledger,
            pace: Pace::per_second(self.calls_per_second),
            settles_in: self.settles_in,
        }
    }
}
