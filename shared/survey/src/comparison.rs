//! Settings of a survey. Whoever compares reads them here, so that all compare alike.

use aws_config::SdkConfig;
use clients::iam::Iam;
use clients::ledger::Ledger;
use domain::ledger::SETTLED;
use lambda::settings::Settings;
use setup::{Assessment, ConnectError, ConnectedIam};
use time::Duration;

use crate::{KnownRoles, Pace, RevokeLimit, Survey};

/// How many calls of IAM a second, where nothing is set.
const CALLS_PER_SECOND: u32 = 10;

/// Settings of a [`Survey`], and of what may be asked for after it.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Which agreement may give which right: the same settings as `manage_iam_policies` has.
    pub assessment: Assessment,
    /// `IAM_CALLS_PER_SECOND`: this program's share of what IAM takes from the whole account.
    pub calls_per_second: u32,
    /// `SETTLE_SECONDS`: how long a look at IAM after a write proves nothing.
    pub settles_in: Duration,
    /// `REVOKE_LIMIT`: how many rights may be taken away at once.
    pub limit: RevokeLimit,
}

impl Comparison {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let assessment = Assessment::read(settings);
        let calls_per_second = settings.optional("IAM_CALLS_PER_SECOND", CALLS_PER_SECOND);
        let settled = u32::try_from(SETTLED.whole_seconds()).unwrap_or(u32::MAX);
        let settle_seconds = settings.optional("SETTLE_SECONDS", settled);
        let limit = settings.optional("REVOKE_LIMIT", RevokeLimit::default());
        Some(Self {
            assessment: assessment?,
            calls_per_second: calls_per_second?,
            settles_in: Duration::seconds(settle_seconds?.into()),
            limit: limit?,
        })
    }

    /// Reads the connections to other accounts, see [`Assessment::connect`].
    pub async fn connect(
        mut self,
        aws: &SdkConfig,
        iam: fn(&SdkConfig) -> Iam,
    ) -> Result<(Self, ConnectedIam), ConnectError> {
        let (assessment, iam) = self.assessment.connect(aws, iam).await?;
        self.assessment = assessment;
        Ok((self, iam))
    }

    /// What compares by these settings.
    pub fn survey<C, I, O, T>(
        self,
        catalog: C,
        iam: I,
        tables: T,
        ledger: Ledger<O>,
    ) -> Survey<C, I, O, T> {
        let own = self.assessment.allowed.reach().own().cloned();
        let roles = KnownRoles::new(iam, self.assessment.consent.asks_for_something(), own);
        Survey {
            assessor: self.assessment.assessor(catalog, roles, tables),
            ledger,
            pace: Pace::per_second(self.calls_per_second),
            settles_in: self.settles_in,
        }
    }
}
