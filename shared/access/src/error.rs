//! Why an agreement could not be brought in line.

use clients::http::CatalogError;
use clients::iam::IamError;
use clients::ledger::LedgerError;
use clients::tables::TableError;
use domain::Failure;
use domain::Rejection;
use domain::account::AccountId;
use domain::agreement::AgreementError;
use domain::role::RoleArn;

/// Why the message has to stay on the queue.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The catalog did not answer as asked.
    #[error("catalog")]
    Catalog(#[source] CatalogError),
    /// The catalog's answer is no agreement. Nothing is revoked on such ground.
    #[error("agreement")]
    Agreement(#[source] AgreementError),
    /// The ledger could not be read or written.
    #[error("grant ledger")]
    Ledger(#[source] LedgerError),
    /// IAM could not be read.
    #[error("cannot look at the role")]
    Look(#[source] IamError),
    /// IAM does not let us look at the role, and may do so in a moment: it takes a while to learn of
    /// a right that was just given.
    #[error("IAM does not show role {role}; it is asked once more before its owners are told")]
    NotShownYet {
        /// The role as the catalog names it.
        role: String,
    },
    /// The policy could not be written.
    #[error("cannot grant")]
    Grant(#[source] IamError),
    /// The policy could not be removed: somebody keeps a right that has ended.
    #[error("cannot revoke from {role}")]
    Revoke {
        /// The role.
        role: RoleArn,
        /// Why.
        #[source]
        source: IamError,
    },
    /// The policy lies on a role that may not be touched any more.
    #[error(
        "cannot revoke from {role}: it is not one of CONSUMER_ROLE_ARNS any more; admit it again, or remove the policy by hand"
    )]
    RevokeNotAllowed {
        /// The role.
        role: RoleArn,
    },
    /// The policy lies on a role of an account to which nothing leads any more.
    #[error(
        "cannot revoke from {role}: account {account} is not connected any more; connect it again (CONNECTIONS), or have the policy removed there by hand"
    )]
    RevokeNotConnected {
        /// The role.
        role: RoleArn,
        /// Its account.
        account: AccountId,
    },
    /// Glue could not be asked.
    #[error("Glue")]
    Table(#[source] TableError),
}

impl AccessError {
    /// Why a policy on a role that is not admitted any more stays there.
    pub(crate) fn not_revocable(role: RoleArn, why: Rejection) -> Self {
        if let Rejection::AccountNotConnected { role, account } = why {
            return Self::RevokeNotConnected { role, account };
        }
        Self::RevokeNotAllowed { role }
    }

    /// Why IAM's part of a revocation did not succeed.
    pub(crate) fn not_revoked(role: RoleArn, source: IamError) -> Self {
        if matches!(source, IamError::NotConnected { .. }) {
            let account = AccountId::of(&role);
            return Self::RevokeNotConnected { role, account };
        }
        Self::Revoke { role, source }
    }

    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Catalog(source) => source.failure(),
            Self::Agreement(_) | Self::NotShownYet { .. } => Failure::Retry,
            Self::Ledger(source) => source.failure(),
            Self::Look(source) | Self::Grant(source) | Self::Revoke { source, .. } => {
                source.failure()
            }
            Self::RevokeNotAllowed { .. } | Self::RevokeNotConnected { .. } => Failure::Halt,
            Self::Table(source) => source.failure(),
        }
    }

    /// Whether somebody keeps a right that has ended: the loudest alarm.
    pub fn leaves_a_right(&self) -> bool {
        match self {
            Self::Revoke { .. }
            | Self::RevokeNotAllowed { .. }
            | Self::RevokeNotConnected { .. } => true,
            Self::Catalog(_)
            | Self::Agreement(_)
            | Self::Ledger(_)
            | Self::Look(_)
            | Self::NotShownYet { .. }
            | Self::Grant(_)
            | Self::Table(_) => false,
        }
    }
}
