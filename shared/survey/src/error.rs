//! Why there is no survey.

use clients::http::CatalogError;
use clients::iam::IamError;
use clients::ledger::LedgerError;
use domain::Failure;

/// Why nothing can be compared.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The ledger could not be read.
    #[error("grant ledger")]
    Ledger(#[source] LedgerError),
    /// The roles could not be listed.
    #[error("list of roles")]
    Roles(#[source] IamError),
    /// The agreements could not be listed.
    #[error("list of agreements")]
    Agreements(#[source] CatalogError),
}

impl SurveyError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Ledger(source) => source.failure(),
            Self::Roles(source) => source.failure(),
            Self::Agreements(source) => source.failure(),
        }
    }
}
