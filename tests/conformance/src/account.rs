//! Clients of one caller, as the SDK makes them: what AWS answers is not hidden by what this project makes of it.

use aws_config::SdkConfig;
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::fact::{Call, Expecting, Seen, Size};
use crate::names::Names;
use crate::subject::{Answer, Reason};

/// Characters of a policy that leaves no room for another of its size.
const MORE_THAN_HALF: usize = 5_200;

/// One caller.
#[derive(Clone, Debug)]
pub struct Account {
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// STS.
    pub sts: aws_sdk_sts::Client,
}

impl Account {
    /// `endpoint_is_custom`: a bucket's own host name exists only on AWS itself.
    pub fn new(aws: &SdkConfig, endpoint_is_custom: bool) -> Self {
        let s3 = aws_sdk_s3::config::Builder::from(aws).force_path_style(endpoint_is_custom);
        Self {
            iam: aws_sdk_iam::Client::new(aws),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            sqs: aws_sdk_sqs::Client::new(aws),
            secrets: aws_sdk_secretsmanager::Client::new(aws),
            sts: aws_sdk_sts::Client::new(aws),
        }
    }

    /// Makes a call. `first` is what the first write of the story left, and is set by it.
    pub async fn ask(
        &self,
        call: Call,
        names: &Names,
        first: &mut Option<String>,
    ) -> Result<Answer, Reason> {
        match call {
            Call::GetRole(role) => {
                let get = self.iam.get_role().role_name(names.role(role)).send().await;
                Ok(outcome(get, Seen::Found)?.0)
            }
            Call::GetRolePolicy(role) => {
                let get = self.iam.get_role_policy().role_name(names.role(role));
                Ok(outcome(get.policy_name(names.policy()).send().await, Seen::Found)?.0)
            }
            Call::PutRolePolicy(role, size) => {
                let put = self.iam.put_role_policy().role_name(names.role(role));
                let put = put.policy_name(names.policy()).policy_document(document(size));
                Ok(outcome(put.send().await, Seen::Done)?.0)
            }
            Call::DeleteRolePolicy(role) => {
                let delete = self.iam.delete_role_policy().role_name(names.role(role));
                Ok(outcome(delete.policy_name(names.policy()).send().await, Seen::Done)?.0)
            }
            Call::GetQueueUrl => {
                let get = self.sqs.get_queue_url().queue_name(names.queue()).send().await;
                Ok(outcome(get, Seen::Found)?.0)
            }
            Call::GetSecretValue => {
                let get = self.secrets.get_secret_value().secret_id(names.secret()).send().await;
                Ok(outcome(get, Seen::Found)?.0)
            }
            Call::GetObject(_)
            | Call::HeadObject(_)
            | Call::ListObjects(_)
            | Call::PutObject(..)
            | Call::DeleteObject(..) => self.ask_the_bucket(call, names, first).await,
        }
    }

    async fn ask_the_bucket(
        &self,
        call: Call,
        names: &Names,
        first: &mut Option<String>,
    ) -> Result<Answer, Reason> {
        match call {
            Call::GetObject(key) => {
                let get = self.s3.get_object().bucket(&names.bucket).key(names.key(key));
                Ok(outcome(get.send().await, Seen::Found)?.0)
            }
            Call::HeadObject(key) => {
                let head = self.s3.head_object().bucket(&names.bucket).key(names.key(key));
                Ok(outcome(head.send().await, Seen::Found)?.0)
            }
            Call::ListObjects(prefix) => {
                let list = self.s3.list_objects_v2().bucket(&names.bucket).max_keys(1);
                let list = list.set_prefix(names.prefix(prefix).map(str::to_owned));
                Ok(outcome(list.send().await, Seen::Found)?.0)
            }
            Call::PutObject(key, expecting) => {
                let put = self.s3.put_object().bucket(&names.bucket).key(names.key(key));
                let put = match expecting {
                    Expecting::Nothing => put.if_none_match("*"),
                    Expecting::TheFirst => put.if_match(known(first.as_ref())?),
                };
                let (answer, output) = outcome(put.send().await, Seen::Done)?;
                let etag = output.and_then(|output| output.e_tag().map(str::to_owned));
                *first = first.take().or(etag);
                Ok(answer)
            }
            Call::DeleteObject(key, expecting) => {
                let delete = self.s3.delete_object().bucket(&names.bucket).key(names.key(key));
                let delete = match expecting {
                    Expecting::Nothing => delete,
                    Expecting::TheFirst => delete.if_match(known(first.as_ref())?),
                };
                Ok(outcome(delete.send().await, Seen::Done)?.0)
            }
            Call::GetRole(_)
            | Call::GetRolePolicy(_)
            | Call::PutRolePolicy(..)
            | Call::DeleteRolePolicy(_)
            | Call::GetQueueUrl
            | Call::GetSecretValue => Err(Reason::new("that is no call of S3")),
        }
    }
}

fn known(first: Option<&String>) -> Result<String, Reason> {
    first.cloned().ok_or_else(|| Reason::new("the story expects what nobody wrote"))
}

/// A policy that allows nothing worth having, of about that size.
pub fn document(size: Size) -> String {
    let key = match size {
        Size::Small => "a".to_owned(),
        Size::MoreThanHalf => "a".repeat(MORE_THAN_HALF),
    };
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::conformance/{key}"}}]}}"#
    )
}

/// What an answer means; an output, where there is one. What says nothing about the fact is a reason.
pub fn outcome<T, E>(
    sent: Result<T, SdkError<E, HttpResponse>>,
    done: Seen,
) -> Result<(Answer, Option<T>), Reason>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let error = match sent {
        Ok(output) => return Ok((Answer::of(done), Some(output))),
        Err(error) => error,
    };
    let Some(status) = error.raw_response().map(|response| response.status().as_u16()) else {
        return Err(Reason::new(format!("nobody answers: {}", chain(&error))));
    };
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let words = format!("{status} {code}").trim_end().to_owned();
    if NO_ANSWERS.contains(&code) {
        return Err(Reason::new(format!("the answer is {words}, which is about something else")));
    }
    Ok((Answer { seen: meaning(status, code), words }, None))
}

/// Codes of a call that did not come to what the fact is about: another bucket, other credentials.
const NO_ANSWERS: [&str; 10] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "NoSuchBucket",
    "PermanentRedirect",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

fn meaning(status: u16, code: &str) -> Option<Seen> {
    Some(match (status, code) {
        // A HEAD has no body, so there is no code, or what the SDK makes of the status.
        (404, "NoSuchEntity" | "NoSuchKey" | "NotFound" | "") => Seen::Missing,
        (403, "AccessDenied" | "Forbidden" | "") | (_, "AccessDeniedException") => Seen::Forbidden,
        (412, _) => Seen::PreconditionFailed,
        (409, "LimitExceeded") => Seen::Limit,
        (409, "EntityAlreadyExists") => Seen::AlreadyExists,
        (409, "ConcurrentModification" | "ConditionalRequestConflict") => Seen::Conflict,
        (_, "Throttling" | "ThrottlingException" | "SlowDown") => Seen::Throttled,
        (_, "AWS.SimpleQueueService.NonExistentQueue") => Seen::NonExistentQueue,
        (_, "InvalidRequestException") => Seen::InvalidRequest,
        _ => return None,
    })
}

/// An error with its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        words = format!("{words}: {next}");
        cause = next.source();
    }
    words
}
