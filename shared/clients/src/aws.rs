//! What all AWS clients share: timeouts, one TLS stack, and the meaning of a failed call.

use std::error::Error as StdError;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use domain::Failure;
use domain::chain::Chain;

use crate::http::IDLE_TIMEOUT;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest single attempt. The SDK's own default is to wait for ever.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(4);
/// Longest call with all its attempts; well below the timeout of any function.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 4;

/// The configuration every AWS client of a function is built from.
pub async fn configuration() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .load()
        .await
}

/// The HTTP client below all AWS clients: one TLS stack, and no connection that was idle for long. The
/// SDK's own keeps one for 90 s, longer than a schedule's minute and across a freeze of the process.
fn http_client() -> SharedHttpClient {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let builder = aws_smithy_http_client::Builder::new().pool_idle_timeout(IDLE_TIMEOUT);
    builder.tls_provider(tls).build_https()
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
    /// The credentials themselves are not taken: they have expired, were deleted, or are nobody's.
    #[error("the credentials are refused ({action})")]
    CredentialsRefused {
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
            Self::Denied { .. } | Self::CredentialsRefused { .. } => Failure::Halt,
            Self::Unavailable { .. } => Failure::Retry,
        }
    }

    /// Classifies a failed call. Unknown errors are worth retrying: churning beats losing.
    pub fn of<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        Self::new(Meaning::of(&error), action, Box::new(error))
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
        Self::new(Meaning::of(error), action, what.into())
    }

    fn new(
        meaning: Meaning,
        action: &'static str,
        source: Box<dyn StdError + Send + Sync>,
    ) -> Self {
        match meaning {
            Meaning::Denied => Self::Denied { action, source },
            Meaning::CredentialsRefused => Self::CredentialsRefused { action, source },
            Meaning::Unavailable => Self::Unavailable { action, source },
        }
    }
}

/// What a failed call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Denied,
    CredentialsRefused,
    Unavailable,
}

impl Meaning {
    fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        match code(error) {
            // A clock that is wrong mends itself, and the SDK corrects for skew on the next attempt.
            Some("RequestTimeTooSkewed") => Self::Unavailable,
            Some(code) if CREDENTIALS_REFUSED.contains(&code) => Self::CredentialsRefused,
            Some(code) if is_denied(code) => Self::Denied,
            _ if status == Some(403) => Self::Denied,
            _ if status.is_none() && has_no_credentials(error) => Self::CredentialsRefused,
            _ => Self::Unavailable,
        }
    }
}

/// Whether the call was never made because the credentials for it could not be had, for a reason that
/// stays. Whoever provides them said so with an error of this module, somewhere behind the SDK's own.
fn has_no_credentials(error: &(dyn StdError + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    let told = causes.filter_map(|cause| cause.downcast_ref::<AwsError>()).last();
    told.is_some_and(|told| told.failure() == Failure::Halt)
}

/// Whether no repetition of a call that met this code can help: a right, a key or a resource of the
/// deployment is missing. Takes every spelling.
pub fn is_denied(code: &str) -> bool {
    DENIED.contains(&one_spelling(code))
}

/// Codes of [`is_denied`], each in its one spelling.
const DENIED: [&str; 11] = [
    "AccessDenied",
    "AccessDeniedException",
    // Of Glue: the catalog is encrypted, and its key cannot be used.
    "GlueEncryptionException",
    // The key of a bucket, a queue or an object. Throttled by KMS (`KmsThrottled`) is not among them.
    "KmsAccessDenied",
    "KmsDisabled",
    "KmsInvalidKeyUsage",
    "KmsInvalidState",
    "KmsNotFound",
    "KmsOptInRequired",
    "NoSuchBucket",
    "QueueDoesNotExist",
];

/// Codes that say something about the credentials and nothing about the right.
const CREDENTIALS_REFUSED: [&str; 7] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// What the codes of SQS begin with that come in the header `x-amzn-query-error`.
const SQS: &str = "AWS.SimpleQueueService.";

/// Codes by the name that they have in the service's model, and how they arrive else: SQS still uses
/// the names of its older protocol (header `x-amzn-query-error`), and S3 has none for a key's troubles
/// in its model.
const SPELLINGS: [(&str, &str); 9] = [
    // Of SQS, behind its prefix; the other codes are as in the model once it is off.
    ("NonExistentQueue", "QueueDoesNotExist"),
    // Of SQS and of S3.
    ("KMS.AccessDeniedException", "KmsAccessDenied"),
    ("KMS.DisabledException", "KmsDisabled"),
    ("KMS.InvalidKeyUsageException", "KmsInvalidKeyUsage"),
    ("KMS.InvalidStateException", "KmsInvalidState"),
    // Of S3 alone.
    ("KMS.KMSInvalidStateException", "KmsInvalidState"),
    ("KMS.NotFoundException", "KmsNotFound"),
    ("KMS.OptInRequired", "KmsOptInRequired"),
    ("KMS.ThrottlingException", "KmsThrottled"),
];

/// One code, however it arrived: as the service's model spells it.
pub fn one_spelling(code: &str) -> &str {
    let code = code.strip_prefix(SQS).unwrap_or(code);
    let known = SPELLINGS.iter().find(|(other, _)| *other == code);
    known.map_or(code, |(_, spelling)| spelling)
}

/// The code AWS gave a failed call, in its one spelling: nothing else is to be compared with.
pub fn code<E>(error: &SdkError<E, HttpResponse>) -> Option<&str>
where
    E: ProvideErrorMetadata,
{
    error.as_service_error().and_then(ProvideErrorMetadata::code).map(one_spelling)
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
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use aws_smithy_runtime_api::http::Response;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    fn failed(status: u16, code: &str) -> AwsError {
        let response = Response::new(status.try_into().unwrap(), SdkBody::empty());
        let error = ErrorMetadata::builder().code(code).build();
        AwsError::of("sqs:SendMessage", SdkError::service_error(error, response))
    }

    #[test]
    fn a_code_has_one_meaning_whichever_spelling_it_arrives_in() {
        for (spelling, code) in SPELLINGS {
            let meaning = |code: &str| std::mem::discriminant(&failed(400, code));
            assert_eq!(meaning(spelling), meaning(code), "{spelling}");
            let behind_prefix = format!("{SQS}{spelling}");
            assert_eq!(one_spelling(&behind_prefix), code);
        }
        assert_eq!(
            one_spelling("AWS.SimpleQueueService.PurgeQueueInProgress"),
            "PurgeQueueInProgress"
        );
        assert_eq!(one_spelling("AccessDenied"), "AccessDenied");
    }

    #[test]
    fn each_listed_code_is_the_one_spelling_of_itself() {
        for code in DENIED.into_iter().chain(CREDENTIALS_REFUSED) {
            assert_eq!(one_spelling(code), code);
        }
    }

    #[test]
    fn refused_credentials_are_told_from_a_missing_right() {
        for code in CREDENTIALS_REFUSED {
            let error = failed(403, code);
            assert!(matches!(error, AwsError::CredentialsRefused { .. }), "{code}");
            assert_eq!(error.failure(), Failure::Halt);
        }
        assert!(matches!(failed(403, "AccessDenied"), AwsError::Denied { .. }));
        assert!(matches!(failed(403, "NeverMet"), AwsError::Denied { .. }));
        assert_eq!(failed(403, "RequestTimeTooSkewed").failure(), Failure::Retry);
        assert_eq!(failed(400, "NeverMet").failure(), Failure::Retry);
    }

    /// A server that answers every request, and tells of each connection when it is opened and when it
    /// is closed.
    async fn watched() -> (String, UnboundedReceiver<&'static str>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, told) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let tell = tell.clone();
                tokio::spawn(async move {
                    let _ = tell.send("opened");
                    let mut request = [0; 8192];
                    // Each request of this test fits into one segment.
                    while stream.read(&mut request).await.is_ok_and(|length| length > 0) {
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                        let _ = stream.write_all(answer).await;
                    }
                    let _ = tell.send("closed");
                });
            }
        });
        (url, told)
    }

    async fn ask(client: &aws_sdk_sqs::Client) {
        client.get_queue_url().queue_name("q").send().await.unwrap();
    }

    #[tokio::test]
    async fn a_connection_that_was_idle_for_twenty_seconds_is_closed_and_not_used_again() {
        let (url, mut told) = watched().await;
        let credentials = Credentials::new("AKIDEXAMPLE", "not-a-secret", None, None, "test");
        let aws = configuration().await.into_builder().endpoint_url(url);
        let aws = aws.region(aws_config::Region::new("eu-west-1"));
        let aws = aws.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
        let client = aws_sdk_sqs::Client::new(&aws);
        ask(&client).await;
        ask(&client).await;
        assert_eq!(told.recv().await, Some("opened"));
        assert!(told.try_recv().is_err(), "the second call uses the connection of the first");
        tokio::time::pause();
        tokio::time::advance(IDLE_TIMEOUT + Duration::from_secs(1)).await;
        tokio::time::resume();
        ask(&client).await;
        let mut news = [told.recv().await, told.recv().await];
        news.sort_unstable();
        assert_eq!(news, [Some("closed"), Some("opened")]);
    }

    #[tokio::test]
    async fn every_call_ends_by_its_own_timeout() {
        let configuration = configuration().await;
        let timeouts = configuration.timeout_config().unwrap();
        assert_eq!(timeouts.connect_timeout(), Some(CONNECT_TIMEOUT));
        assert_eq!(timeouts.operation_attempt_timeout(), Some(ATTEMPT_TIMEOUT));
        assert_eq!(timeouts.operation_timeout(), Some(OPERATION_TIMEOUT));
    }
}
