//! What IAM does not do, and what to do about it.

use domain::Failure;
use domain::account::AccountId;
use domain::role::{RoleArn, RoleName};

use crate::aws::AwsError;

/// Why IAM did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IamError {
    /// The role to write to is gone.
    #[error("role {role} does not exist")]
    NoSuchRole {
        /// The role.
        role: String,
    },
    /// IAM does not say whether there is such a role, or it is one of AWS itself.
    #[error("role {role} may not be looked at")]
    NotVisible {
        /// The role.
        role: RoleName,
    },
    /// The role's inline policies are at their limit.
    #[error("role {role} has no room for another inline policy")]
    LimitExceeded {
        /// The role.
        role: RoleArn,
    },
    /// IAM will never take this policy on this role.
    #[error("IAM refuses the policy on {role}: {code}: {message}")]
    Refused {
        /// The role.
        role: RoleArn,
        /// IAM's code.
        code: String,
        /// IAM's own words.
        message: String,
    },
    /// The role lies in an account to which no credentials lead.
    #[error("role {role} is in account {}, for which there is no connection", role.account())]
    NotConnected {
        /// The role.
        role: RoleArn,
    },
    /// The credentials for an account belong to another one: nothing is done with them.
    #[error("the connection of account {account} leads to account {found}; correct CONNECTIONS")]
    WrongAccount {
        /// The account they are for.
        account: AccountId,
        /// The account they belong to, as AWS says.
        found: String,
    },
    /// There are no credentials for an account at the moment.
    #[error("there are no credentials for account {account}: {why}")]
    Unreachable {
        /// The account.
        account: AccountId,
        /// Whether it may be usable later, without anybody doing something.
        is_passing: bool,
        /// Why, in words without secrets.
        why: String,
    },
    /// IAM's answer makes no sense.
    #[error("IAM's answer to {action} cannot be read: {problem}")]
    Unreadable {
        /// The IAM action.
        action: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The call did not succeed.
    #[error("IAM")]
    Aws(#[source] AwsError),
}

impl IamError {
    /// Whether it is the credentials that are refused, and not what was asked for with them.
    pub fn refuses_credentials(&self) -> bool {
        matches!(self, Self::Aws(AwsError::CredentialsRefused { .. }))
    }

    /// What to do about it. No wildcard arm: a new variant must be classified to compile.
    pub fn failure(&self) -> Failure {
        match self {
            Self::NoSuchRole { .. }
            | Self::NotVisible { .. }
            | Self::LimitExceeded { .. }
            | Self::NotConnected { .. }
            | Self::Refused { .. } => Failure::Reject,
            Self::WrongAccount { .. } | Self::Unreachable { is_passing: false, .. } => {
                Failure::Halt
            }
            Self::Unreachable { is_passing: true, .. } | Self::Unreadable { .. } => Failure::Retry,
            Self::Aws(source) => source.failure(),
        }
    }
}
