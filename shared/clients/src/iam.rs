//! Inline policies on the consumers' roles.

use std::error::Error as StdError;
use std::future::Future;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_iam::Client;
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::operation::RequestId as _;
use aws_sdk_iam::operation::delete_role_policy::DeleteRolePolicyError;
use aws_sdk_iam::operation::get_role::GetRoleError;
use aws_sdk_iam::operation::get_role_policy::GetRolePolicyError;
use aws_sdk_iam::operation::list_role_policies::ListRolePoliciesError;
use aws_sdk_iam::operation::list_roles::ListRolesError;
use aws_sdk_iam::operation::put_role_policy::PutRolePolicyError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::retry::RetryConfig;
use domain::consent::Role;
use domain::ids::PolicyName;
use domain::policy::Document;
use domain::role::{RoleArn, RoleName, RoleReference};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::attempts::Attempts;
use crate::aws::{AwsError, code, message};
use crate::role_calls::{Earlier, Refusal, Removal, RoleCalls, ToldRole};
use crate::role_inventory::RolePage;
use crate::throttling::CountThrottles;

pub use crate::iam_error::IamError;

/// Two agreements of one role may be written at once; IAM asks the slower one to come again.
const CONCURRENT: &[&str] = &["ConcurrentModification", "EntityTemporarilyUnmodifiable"];
/// The metric of throttled attempts.
const THROTTLED: &str = "IamThrottled";
const ATTEMPTS: u32 = 8;
const LONGEST_BACKOFF: Duration = Duration::from_secs(3);
/// Most roles of a page. IAM's own default is 100.
const PAGE: i32 = 1000;

/// IAM's receipt for a change: the id under which `CloudTrail` knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The request id; `None` where IAM gave none, and where its answer was lost.
    pub request_id: Option<String>,
}

/// Which roles there are.
pub trait Roles: Send + Sync {
    /// The role of this name, in its own account or, where only the name is given, in ours; `None`
    /// when there is none. A role of AWS itself has no representation and is refused. What comes back
    /// is what IAM has under that name, whatever path the reference names.
    fn role(
        &self,
        reference: &RoleReference,
    ) -> impl Future<Output = Result<Option<Role>, IamError>> + Send;
}

/// What a role's inline policies are and may be.
pub trait RolePolicies: Roles {
    /// The document of one of our policies, or `None` when the role or the policy does not exist.
    fn policy(
        &self,
        role: &RoleArn,
        name: &PolicyName,
    ) -> impl Future<Output = Result<Option<Value>, IamError>> + Send;

    /// Creates or replaces one of our policies.
    fn put(
        &self,
        role: &RoleArn,
        name: &PolicyName,
        document: &Document,
    ) -> impl Future<Output = Result<Receipt, IamError>> + Send;

    /// Removes one of our policies. Removing one that is already gone is a success: `None`, unless an
    /// attempt of this very call, whose answer was lost, may have removed it.
    fn delete(
        &self,
        role: &RoleArn,
        name: &PolicyName,
    ) -> impl Future<Output = Result<Option<Receipt>, IamError>> + Send;

    /// Characters used by all inline policies of the role, `except` the one named. Reads every
    /// policy: only for the words of a refusal.
    fn used(
        &self,
        role: &RoleArn,
        except: &PolicyName,
    ) -> impl Future<Output = Result<usize, IamError>> + Send;
}

/// The real IAM, of the one account that its credentials belong to.
#[derive(Clone, Debug)]
pub struct Iam {
    pub(crate) client: Client,
}

impl Iam {
    /// A client that waits for concurrent writers of the same role.
    pub fn new(aws: &SdkConfig) -> Self {
        Self::with_retries(aws, RetryConfig::standard())
    }

    /// A client that slows down as soon as IAM throttles it: others need IAM too.
    pub fn patient(aws: &SdkConfig) -> Self {
        Self::with_retries(aws, RetryConfig::adaptive())
    }

    fn with_retries(aws: &SdkConfig, kind: RetryConfig) -> Self {
        let patience = kind
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(300))
            .with_max_backoff(LONGEST_BACKOFF);
        let puts = AwsErrorCodeClassifier::<PutRolePolicyError>::builder();
        let deletes = AwsErrorCodeClassifier::<DeleteRolePolicyError>::builder();
        let config = aws_sdk_iam::config::Builder::from(aws)
            .retry_config(patience)
            .retry_classifier(puts.transient_errors(CONCURRENT).build())
            .retry_classifier(deletes.transient_errors(CONCURRENT).build())
            .interceptor(CountThrottles::<PutRolePolicyError>::new(THROTTLED))
            .interceptor(CountThrottles::<DeleteRolePolicyError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetRoleError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetRolePolicyError>::new(THROTTLED))
            .interceptor(CountThrottles::<ListRolePoliciesError>::new(THROTTLED))
            .interceptor(CountThrottles::<ListRolesError>::new(THROTTLED))
            .build();
        Self::with_client(Client::from_conf(config))
    }

    /// For a client made elsewhere.
    pub fn with_client(client: Client) -> Self {
        Self { client }
    }
}

impl RoleCalls for Iam {
    async fn get_role(&self, name: &RoleName) -> Result<ToldRole, Refusal> {
        const ACTION: &str = "iam:GetRole";
        let output = self.client.get_role().role_name(name.as_str()).send().await;
        let output = output.map_err(|error| refusal(ACTION, error))?;
        let nothing = || IamError::Unreadable { action: ACTION, problem: "no role".to_owned() };
        let role = output.role.ok_or_else(|| Refusal::Failed(nothing()))?;
        let tags = role.tags.unwrap_or_default().into_iter();
        let boundary = role.permissions_boundary.and_then(|found| found.permissions_boundary_arn);
        let tags = tags.map(|tag| (tag.key, tag.value)).collect();
        Ok(ToldRole { arn: role.arn, tags, boundary })
    }

    async fn get_role_policy(&self, role: &RoleName, policy: &str) -> Result<String, Refusal> {
        const ACTION: &str = "iam:GetRolePolicy";
        let get = self.client.get_role_policy().role_name(role.as_str()).policy_name(policy);
        let output = get.send().await.map_err(|error| refusal(ACTION, error))?;
        let decoded = percent_decode_str(&output.policy_document).decode_utf8();
        let unreadable = |problem: String| IamError::Unreadable { action: ACTION, problem };
        let decoded = decoded.map_err(|err| Refusal::Failed(unreadable(err.to_string())))?;
        Ok(decoded.into_owned())
    }

    async fn list_role_policies(&self, role: &RoleName) -> Result<Vec<String>, Refusal> {
        let pages = self.client.list_role_policies().role_name(role.as_str()).into_paginator();
        let names: Result<Vec<String>, _> = pages.items().send().collect().await;
        names.map_err(|error| refusal("iam:ListRolePolicies", error))
    }

    async fn put_role_policy(
        &self,
        role: &RoleName,
        policy: &PolicyName,
        document: &Document,
    ) -> Result<Receipt, Refusal> {
        let put = self.client.put_role_policy().role_name(role.as_str());
        let put = put.policy_name(policy.as_str()).policy_document(document.text());
        let output = put.send().await.map_err(|error| refusal("iam:PutRolePolicy", error))?;
        Ok(Receipt { request_id: output.request_id().map(str::to_owned) })
    }

    async fn delete_role_policy(&self, role: &RoleName, policy: &PolicyName) -> Removal {
        let attempts = Attempts::default();
        let delete = self.client.delete_role_policy().role_name(role.as_str());
        let delete = delete.policy_name(policy.as_str()).customize();
        let output = delete.interceptor(attempts.clone()).send().await;
        let answer = output.map_err(|error| refusal("iam:DeleteRolePolicy", error));
        let receipt = |id: Option<&str>| Receipt { request_id: id.map(str::to_owned) };
        let earlier = if attempts.all_answered() { Earlier::NoEffect } else { Earlier::Unknown };
        Removal { answer: answer.map(|output| receipt(output.request_id())), earlier }
    }

    async fn list_roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        let list = self.client.list_roles().max_items(PAGE).set_marker(page.map(str::to_owned));
        let output = list.send().await;
        let output = output.map_err(|err| IamError::Aws(AwsError::of("iam:ListRoles", err)))?;
        let roles = output.roles.iter().filter_map(|role| role.arn.parse().ok()).collect();
        let next = output.marker.filter(|_| output.is_truncated);
        Ok(RolePage { roles, next, unseen: None })
    }
}

/// IAM's codes (`quality.md`, section 3; one test each).
fn refusal<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> Refusal
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    match code(&error) {
        Some("NoSuchEntity") => Refusal::NoSuchEntity,
        Some("AccessDenied") => Refusal::AccessDenied(AwsError::of(action, error)),
        Some("LimitExceeded") => Refusal::LimitExceeded,
        Some(
            refused @ ("MalformedPolicyDocument"
            | "UnmodifiableEntity"
            | "ValidationError"
            | "InvalidInput"),
        ) => Refusal::Invalid { code: refused.to_owned(), message: message(&error) },
        _ => Refusal::Failed(IamError::Aws(AwsError::of(action, error))),
    }
}

#[cfg(test)]
mod tests {
    use domain::Failure;
    use domain::s3::S3Location;
    use metrics_util::debugging::{DebugValue, DebuggingRecorder};
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::local_server::{answering, aws, xml_error};

    fn role() -> RoleArn {
        "arn:aws:iam::123456789012:role/data-products/churn".parse().unwrap()
    }

    fn named(name: &str) -> RoleReference {
        RoleReference::Name(name.parse().unwrap())
    }

    fn policy() -> PolicyName {
        PolicyName::of(&"acc-42".parse().unwrap())
    }

    fn document() -> Document {
        Document::of(&"arn:aws:s3:::data".parse::<S3Location>().unwrap().into(), None)
    }

    fn once(server: &MockServer) -> Iam {
        Iam::with_client(Client::new(&aws(server)))
    }

    async fn put_meets(status: u16, code: &str) -> Failure {
        let server = answering(xml_error(status, code)).await;
        once(&server).put(&role(), &policy(), &document()).await.unwrap_err().failure()
    }

    async fn delete_meets(status: u16, code: &str) -> Result<Option<Receipt>, Failure> {
        let server = answering(xml_error(status, code)).await;
        once(&server).delete(&role(), &policy()).await.map_err(|error| error.failure())
    }

    #[tokio::test]
    async fn a_refusal_for_good_is_a_rejection() {
        for (status, code) in [
            (404, "NoSuchEntity"),
            (409, "LimitExceeded"),
            (400, "MalformedPolicyDocument"),
            (400, "UnmodifiableEntity"),
            (400, "ValidationError"),
            (400, "InvalidInput"),
        ] {
            assert_eq!(put_meets(status, code).await, Failure::Reject, "{code}");
        }
    }

    #[tokio::test]
    async fn a_missing_right_halts_instead_of_losing_the_message() {
        for (status, code) in [
            (403, "AccessDenied"),
            (403, "InvalidClientTokenId"),
            (403, "SignatureDoesNotMatch"),
            (400, "ExpiredToken"),
        ] {
            assert_eq!(put_meets(status, code).await, Failure::Halt, "{code}");
            assert_eq!(delete_meets(status, code).await, Err(Failure::Halt), "{code}");
        }
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again_and_so_is_what_was_never_met() {
        for (status, code) in [
            (400, "Throttling"),
            (400, "RequestLimitExceeded"),
            (409, "ConcurrentModification"),
            (409, "EntityTemporarilyUnmodifiable"),
            (500, "ServiceFailure"),
            (503, "ServiceUnavailable"),
            (504, "GatewayTimeout"),
            (418, "NeverMet"),
        ] {
            assert_eq!(put_meets(status, code).await, Failure::Retry, "{code}");
            assert_eq!(delete_meets(status, code).await, Err(Failure::Retry), "{code}");
        }
    }

    #[tokio::test]
    async fn removing_what_is_already_gone_is_a_success() {
        assert_eq!(delete_meets(404, "NoSuchEntity").await, Ok(None));
    }

    /// IAM is busy with the role twice, then takes the change.
    async fn busy_twice(code: &str, element: &str) -> MockServer {
        let server = calls::mock_server().await;
        let busy = Mock::given(any()).respond_with(xml_error(409, code));
        busy.up_to_n_times(2).with_priority(1).mount(&server).await;
        let taken = ResponseTemplate::new(200)
            .insert_header("x-amzn-requestid", "r-2")
            .set_body_raw(format!("<{element}/>"), "text/xml");
        Mock::given(any()).respond_with(taken).mount(&server).await;
        server
    }

    #[tokio::test]
    async fn writers_of_one_role_wait_for_each_other_within_the_call() {
        let taken = Some("r-2".to_owned());
        for code in CONCURRENT {
            let server = busy_twice(code, "PutRolePolicyResponse").await;
            let put = Iam::new(&aws(&server)).put(&role(), &policy(), &document()).await;
            assert_eq!(put.unwrap().request_id, taken, "{code}");
            let server = busy_twice(code, "DeleteRolePolicyResponse").await;
            let delete = Iam::new(&aws(&server)).delete(&role(), &policy()).await;
            assert_eq!(delete.unwrap().unwrap().request_id, taken, "{code}");
        }
    }

    #[tokio::test]
    async fn throttled_attempts_are_counted_although_the_call_succeeds() {
        let counted = DebuggingRecorder::new();
        let _guard = metrics::set_default_local_recorder(&counted);
        let server = busy_twice("Throttling", "PutRolePolicyResponse").await;
        Iam::new(&aws(&server)).put(&role(), &policy(), &document()).await.unwrap();
        let snapshot = counted.snapshotter().snapshot().into_vec();
        let found: Vec<_> =
            snapshot.iter().map(|(key, .., value)| (key.key().name(), value)).collect();
        assert_eq!(found, [("IamThrottled", &DebugValue::Counter(2))]);
    }

    #[tokio::test]
    async fn a_stored_document_is_percent_decoded_before_it_is_compared() {
        let body = "<GetRolePolicyResponse><GetRolePolicyResult><RoleName>churn</RoleName>\
                    <PolicyName>p</PolicyName><PolicyDocument>%7B%22Version%22%3A%20%222012-10-17%22%7D\
                    </PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>";
        let server = answering(ResponseTemplate::new(200).set_body_raw(body, "text/xml")).await;
        let found = once(&server).policy(&role(), &policy()).await.unwrap();
        assert_eq!(found, Some(serde_json::json!({"Version": "2012-10-17"})));
    }

    #[tokio::test]
    async fn the_role_comes_back_with_its_true_path_its_tags_and_its_boundary() {
        let body = "<GetRoleResponse><GetRoleResult><Role><Path>/data-products/</Path>\
                    <RoleName>churn</RoleName><RoleId>AROAEXAMPLE</RoleId>\
                    <Arn>arn:aws:iam::123456789012:role/data-products/churn</Arn>\
                    <CreateDate>2026-08-01T00:00:00Z</CreateDate>\
                    <PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
                    <PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/cap</PermissionsBoundaryArn>\
                    </PermissionsBoundary><Tags><member><Key>data-mesh</Key><Value>yes</Value></member></Tags>\
                    </Role></GetRoleResult></GetRoleResponse>";
        let server = answering(ResponseTemplate::new(200).set_body_raw(body, "text/xml")).await;
        let found = once(&server).role(&named("churn")).await.unwrap();
        let expected = Role {
            arn: role(),
            tags: [("data-mesh".to_owned(), "yes".to_owned())].into(),
            boundary: Some("arn:aws:iam::123456789012:policy/cap".to_owned()),
        };
        assert_eq!(found, Some(expected));
    }

    #[tokio::test]
    async fn a_missing_role_and_one_that_may_not_be_seen_are_no_fault_of_ours() {
        let name = named("churn");
        let server = answering(xml_error(404, "NoSuchEntity")).await;
        assert_eq!(once(&server).role(&name).await.unwrap(), None);
        let server = answering(xml_error(403, "AccessDenied")).await;
        let hidden = once(&server).role(&name).await.unwrap_err();
        assert_eq!(hidden.failure(), Failure::Reject);
        let server = answering(xml_error(403, "InvalidClientTokenId")).await;
        assert_eq!(once(&server).role(&name).await.unwrap_err().failure(), Failure::Halt);
    }
}
