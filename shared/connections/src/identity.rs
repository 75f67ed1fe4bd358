//! Who AWS takes us for.

use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use clients::aws::AwsError;

use crate::error::ConnectionError;

/// Who makes the calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// For a role: `arn:aws:sts::<account>:assumed-role/<role>/<session>`.
    pub arn: String,
}

impl Caller {
    /// Refuses a caller of another account than was meant: it would change roles there that only
    /// have the same name.
    pub fn in_account(&self, expected: &str) -> Result<(), ConnectionError> {
        if self.account == expected {
            return Ok(());
        }
        Err(ConnectionError::WrongAccount {
            expected: expected.to_owned(),
            found: self.account.clone(),
            arn: self.arn.clone(),
        })
    }
}

/// By whose right, and who that is. Prints as one line for logs and reports; holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// For example `assumed role arn:… (connection)`.
    pub source: String,
    /// Who that is.
    pub caller: Caller,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, caller {}", self.source, self.caller.arn)
    }
}

/// Asks STS (`sts:GetCallerIdentity`, which needs no permission) who the configuration's
/// credentials belong to.
pub async fn caller(aws: &SdkConfig) -> Result<Caller, ConnectionError> {
    caller_by(aws, "the function's own configuration").await
}

pub(crate) async fn caller_by(aws: &SdkConfig, source: &str) -> Result<Caller, ConnectionError> {
    const ACTION: &str = "sts:GetCallerIdentity";
    let failed =
        |error| ConnectionError::Caller { source_of_rights: source.to_owned(), source: error };
    let sent = Client::new(aws).get_caller_identity().send().await;
    let answer = sent.map_err(|error| failed(AwsError::without_answer(ACTION, &error)))?;
    match (answer.account, answer.arn) {
        (Some(account), Some(arn)) => Ok(Caller { account, arn }),
        _ => Err(failed(AwsError::Unavailable {
            action: ACTION,
            source: "the answer names neither account nor caller".into(),
        })),
    }
}
