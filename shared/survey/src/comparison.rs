//! Settings of a survey. Whoever compares reads them here, so that all compare alike.

use aws_config::SdkConfig;
use clients::iam::Iam;
use clients::ledger::Ledger;
use lambda::settings::Settings;
use setup::{Assessment, ConnectError, ConnectedIam};

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
    /// `REVOKE_LIMIT`: how many rights may be taken away at once.
    pub limit: RevokeLimit,
}

impl Comparison {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let assessment = Assessment::read(settings);
        let calls_per_second = settings.optional("IAM_CALLS_PER_SECOND", CALLS_PER_SECOND);
        let limit = settings.optional("REVOKE_LIMIT", RevokeLimit::default());
        Some(Self { assessment: assessment?, calls_per_second: calls_per_second?, limit: limit? })
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
        }
    }
}
