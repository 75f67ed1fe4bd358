//! What all AWS clients share: timeouts, one TLS stack, and the meaning of a failed call.

use std::error::Error as StdError;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use domain::Failure;
use domain::chain::Chain;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest single attempt. The SDK's own default is to wait for ever.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(4);
/// Longest call with all its attempts; well below the timeout of any function.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 4;

/// The configuration every AWS client of a function is built from.
pub async fn configuration() -> SdkConfig {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().tls_provider(tls).build_https())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .load()
        .await
}

/// A call to AWS that did not succeed, for a reason that has nothing to do with the input.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// A permission, a key or a whole resource is missing.
    #[error("not allowed to {action}")]
    Denied {
        /// The IAM action.
        action: &'static str,
        /// What AWS said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Throttled, unreachable, too slow, or an answer never met before.
    #[error("{action} did not succeed")]
    Unavailable {
        /// The IAM action.
        action: &'static str,
        /// What AWS said, or what happened on the way.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl AwsError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Denied { .. } => Failure::Halt,
            Self::Unavailable { .. } => Failure::Retry,
        }
    }

    /// Classifies a failed call. Unknown errors are worth retrying: churning beats losing.
    pub fn of<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        Self::new(Self::is_denied(&error), action, Box::new(error))
    }

    /// The same without the answer itself, which may hold a secret that could not be parsed. An
    /// answer that is an error is told by its code and AWS's own words.
    pub fn without_answer<E>(action: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let what = match (code(error), status) {
            (Some(code), status) => {
                format!("{code}, status {}: {}", status.unwrap_or_default(), message(error))
            }
            (None, Some(status)) => format!("an answer without an error code, status {status}"),
            // What kept the call from being answered at all.
            (None, None) => Chain(error).to_string(),
        };
        Self::new(Self::is_denied(error), action, what.into())
    }

    fn new(denied: bool, action: &'static str, source: Box<dyn StdError + Send + Sync>) -> Self {
        if denied { Self::Denied { action, source } } else { Self::Unavailable { action, source } }
    }

    fn is_denied<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
        let status = error.raw_response().map(|response| response.status().as_u16());
        let denied = status == Some(403) || code.is_some_and(|code| DENIED.contains(&code));
        // A clock that is wrong mends itself, and the SDK corrects for skew on the next attempt.
        let skewed = code.is_some_and(|code| code.starts_with("RequestTimeTooSkewed"));
        denied && !skewed
    }
}

/// Codes that no repetition mends: a right, a key or a resource of the deployment is missing.
const DENIED: [&str; 12] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "KmsAccessDenied",
    "NoSuchBucket",
    "QueueDoesNotExist",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// The code AWS gave a failed call.
pub fn code<E>(error: &SdkError<E, HttpResponse>) -> Option<&str>
where
    E: ProvideErrorMetadata,
{
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// AWS's own words about a failed call, for people.
pub(crate) fn message<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata,
{
    let service = error.as_service_error();
    service.and_then(ProvideErrorMetadata::message).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_call_ends_by_its_own_timeout() {
        let configuration = configuration().await;
        let timeouts = configuration.timeout_config().unwrap();
        assert_eq!(timeouts.connect_timeout(), Some(CONNECT_TIMEOUT));
        assert_eq!(timeouts.operation_attempt_timeout(), Some(ATTEMPT_TIMEOUT));
        assert_eq!(timeouts.operation_timeout(), Some(OPERATION_TIMEOUT));
    }
}
