//! Why AWS is not reached through a connection.

use std::error::Error;

use clients::aws::AwsError;
use domain::Failure;
use domain::role::RoleArn;

/// Why a connection does not open. Names roles and profiles, never secrets.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// STS gave no credentials of the role.
    #[error("role {role} cannot be assumed (sts:AssumeRole by {base}): {advice}")]
    Assume {
        /// The role.
        role: RoleArn,
        /// By whose right it was to be assumed.
        base: String,
        /// What to check.
        advice: &'static str,
        /// What STS said.
        #[source]
        source: AwsError,
    },
    /// STS left something out of its answer.
    #[error("sts:AssumeRole on {role} answered without {absent}")]
    Incomplete {
        /// The role.
        role: RoleArn,
        /// What is not there.
        absent: &'static str,
    },
    /// The profile is not there, or holds no credentials.
    #[error(
        "profile {profile:?} (profileName) gives no credentials: {problem}. Profiles lie in the files \
         that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name; a Lambda function has none"
    )]
    Profile {
        /// Its name.
        profile: String,
        /// What was found instead.
        problem: String,
    },
    /// The profile is there, and whoever gives its credentials did not answer.
    #[error("profile {profile:?} (profileName) gave no credentials this time: {problem}")]
    ProfileUnavailable {
        /// Its name.
        profile: String,
        /// What happened.
        problem: String,
    },
    /// Nobody knows who is calling.
    #[error("the caller's identity is not known ({source_of_rights})")]
    Caller {
        /// By whose right STS was asked.
        source_of_rights: String,
        /// What STS said.
        #[source]
        source: AwsError,
    },
    /// The credentials belong to another account than the configuration says.
    #[error("the connection for account {expected} leads to account {found} ({arn})")]
    WrongAccount {
        /// The account that was meant.
        expected: String,
        /// The account that was reached.
        found: String,
        /// Who was reached.
        arn: String,
    },
}

impl ConnectionError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Assume { source, .. } | Self::Caller { source, .. } => source.failure(),
            Self::Incomplete { .. } | Self::ProfileUnavailable { .. } => Failure::Retry,
            Self::Profile { .. } | Self::WrongAccount { .. } => Failure::Halt,
        }
    }
}

impl ConnectionError {
    /// The reason behind a service call that was never sent because credentials had to be renewed
    /// first and could not be. The SDK wraps it several times over, and a client takes it for a
    /// service that does not answer.
    pub fn behind<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}
