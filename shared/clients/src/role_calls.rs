//! IAM's calls about a role as IAM answers them, and what those answers mean: written once, over
//! the real IAM and over its double.
//!
//! Two things about the answers surprise. A call goes by the role's bare name, so what is meant for
//! `role/a/x` reaches `role/b/x`. And a role that IAM does not know is authorised against its bare
//! name, which no pattern with a path matches: the answer is `AccessDenied`, never `NoSuchEntity`
//! (keikoproj/iam-manager #31, hashicorp/terraform-provider-aws #10532). `GetRole`, which the
//! integration may ask about every role of the account, tells the two apart.

use std::collections::BTreeMap;
use std::future::Future;

use domain::arn::ArnError;
use domain::consent::Role;
use domain::ids::PolicyName;
use domain::policy::{Document, counted_characters};
use domain::role::{RoleArn, RoleName, RoleReference};
use serde_json::Value;

use crate::aws::AwsError;
use crate::iam::{IamError, Receipt, RolePolicies, Roles};
use crate::role_inventory::{RoleInventory, RolePage};

/// What IAM answers instead of doing what was asked.
#[derive(Debug)]
pub enum Refusal {
    /// `NoSuchEntity`: there is no such role, or no such policy on it.
    NoSuchEntity,
    /// `AccessDenied`: the right is missing, or it is for a path and there is no such role.
    AccessDenied(AwsError),
    /// `LimitExceeded`: the role's inline policies are at their limit.
    LimitExceeded,
    /// IAM will never take this policy on this role.
    Invalid {
        /// IAM's code.
        code: String,
        /// IAM's own words.
        message: String,
    },
    /// Anything else.
    Failed(IamError),
}

impl From<AwsError> for Refusal {
    fn from(error: AwsError) -> Self {
        match error {
            AwsError::Denied { .. } => Self::AccessDenied(error),
            AwsError::CredentialsRefused { .. } | AwsError::Unavailable { .. } => {
                Self::Failed(IamError::Aws(error))
            }
        }
    }
}

/// A role in IAM's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldRole {
    /// Its true ARN.
    pub arn: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// ARN of its permissions boundary.
    pub boundary: Option<String>,
}

/// Whether an attempt before the one that was answered may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// There was none, or IAM said that it did nothing.
    NoEffect,
    /// Its answer never came: the SDK tried again by itself.
    Unknown,
}

/// What became of a removal.
#[derive(Debug)]
pub struct Removal {
    /// IAM's answer to the last attempt.
    pub answer: Result<Receipt, Refusal>,
    /// What the attempts before it may have done.
    pub earlier: Earlier,
}

/// The calls themselves, one method each. They know a role by its name only, as IAM does.
pub trait RoleCalls: Send + Sync {
    /// `iam:GetRole`.
    fn get_role(&self, name: &RoleName) -> impl Future<Output = Result<ToldRole, Refusal>> + Send;

    /// `iam:GetRolePolicy`: the text of the document.
    fn get_role_policy(
        &self,
        role: &RoleName,
        policy: &str,
    ) -> impl Future<Output = Result<String, Refusal>> + Send;

    /// `iam:ListRolePolicies`, all pages.
    fn list_role_policies(
        &self,
        role: &RoleName,
    ) -> impl Future<Output = Result<Vec<String>, Refusal>> + Send;

    /// `iam:PutRolePolicy`. Repeating it is harmless.
    fn put_role_policy(
        &self,
        role: &RoleName,
        policy: &PolicyName,
        document: &Document,
    ) -> impl Future<Output = Result<Receipt, Refusal>> + Send;

    /// `iam:DeleteRolePolicy`.
    fn delete_role_policy(
        &self,
        role: &RoleName,
        policy: &PolicyName,
    ) -> impl Future<Output = Removal> + Send;

    /// `iam:ListRoles`, one page.
    fn list_roles(
        &self,
        page: Option<&str>,
    ) -> impl Future<Output = Result<RolePage, IamError>> + Send;
}

/// What a refusal means, apart from "not there". `role` is whom the call was meant for.
fn meaning(role: &RoleArn, refusal: Refusal) -> Option<IamError> {
    match refusal {
        Refusal::NoSuchEntity => None,
        Refusal::AccessDenied(error) => Some(IamError::Aws(error)),
        Refusal::LimitExceeded => Some(IamError::LimitExceeded { role: role.clone() }),
        Refusal::Invalid { code, message } => {
            Some(IamError::Refused { role: role.clone(), code, message })
        }
        Refusal::Failed(error) => Some(error),
    }
}

/// `None` where what was asked about is gone, and else what went wrong.
async fn gone_or<I: RoleCalls>(iam: &I, role: &RoleArn, refusal: Refusal) -> Option<IamError> {
    if !matches!(refusal, Refusal::AccessDenied(_)) {
        return meaning(role, refusal);
    }
    match iam.get_role(role.name()).await {
        // Whatever lies on a role of that name under another path is not ours to touch.
        Ok(told) if !told.arn.parse().is_ok_and(|found: RoleArn| found.is_spelt_like(role)) => None,
        Err(Refusal::NoSuchEntity) => None,
        // The role is there, or cannot be seen either: then the right is what is missing.
        Ok(_) | Err(Refusal::AccessDenied(_)) => meaning(role, refusal),
        Err(unclear) => meaning(role, unclear),
    }
}

/// The policy's text, or `None` when the policy or its role is gone.
async fn text_of<I: RoleCalls>(
    iam: &I,
    role: &RoleArn,
    policy: &str,
) -> Result<Option<String>, IamError> {
    match iam.get_role_policy(role.name(), policy).await {
        Ok(text) => Ok(Some(text)),
        Err(refusal) => gone_or(iam, role, refusal).await.map_or(Ok(None), Err),
    }
}

impl<I: RoleCalls> Roles for I {
    async fn role(&self, reference: &RoleReference) -> Result<Option<Role>, IamError> {
        let name = reference.name();
        let not_visible = || IamError::NotVisible { role: name.clone() };
        let ToldRole { arn, tags, boundary } = match self.get_role(name).await {
            Ok(told) => told,
            Err(Refusal::NoSuchEntity) => return Ok(None),
            // Any catalog user can name any role: that is no fault of ours.
            Err(Refusal::AccessDenied(_)) => return Err(not_visible()),
            Err(Refusal::Failed(error)) => return Err(error),
            Err(unheard_of @ (Refusal::LimitExceeded | Refusal::Invalid { .. })) => {
                let problem = format!("{unheard_of:?}");
                return Err(IamError::Unreadable { action: "iam:GetRole", problem });
            }
        };
        // What has no representation is a role of AWS itself.
        let arn = arn.parse().map_err(|_: ArnError| not_visible())?;
        Ok(Some(Role { arn, tags, boundary }))
    }
}

impl<I: RoleCalls> RolePolicies for I {
    async fn policy(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Value>, IamError> {
        let text = text_of(self, role, name.as_str()).await?;
        // A document that is not JSON was not written by us and is replaced or removed.
        Ok(text.map(|text| serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    async fn put(
        &self,
        role: &RoleArn,
        name: &PolicyName,
        document: &Document,
    ) -> Result<Receipt, IamError> {
        let refusal = match self.put_role_policy(role.name(), name, document).await {
            Ok(receipt) => return Ok(receipt),
            Err(refusal) => refusal,
        };
        let gone = || IamError::NoSuchRole { role: role.to_string() };
        Err(gone_or(self, role, refusal).await.unwrap_or_else(gone))
    }

    async fn delete(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Receipt>, IamError> {
        let Removal { answer, earlier } = self.delete_role_policy(role.name(), name).await;
        let refusal = match answer {
            Ok(receipt) => return Ok(Some(receipt)),
            Err(refusal) => refusal,
        };
        match (gone_or(self, role, refusal).await, earlier) {
            (Some(error), _) => Err(error),
            (None, Earlier::NoEffect) => Ok(None),
            // Gone by an attempt of ours whose answer, and the id in it, never came.
            (None, Earlier::Unknown) => Ok(Some(Receipt::default())),
        }
    }

    async fn used(&self, role: &RoleArn, except: &PolicyName) -> Result<usize, IamError> {
        let names = self.policy_names(role).await?.unwrap_or_default();
        let mut used = 0;
        for name in names.iter().filter(|name| *name != except.as_str()) {
            let text = text_of(self, role, name).await?.unwrap_or_default();
            used += counted_characters(&text);
        }
        Ok(used)
    }
}

impl<I: RoleCalls> RoleInventory for I {
    async fn roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        self.list_roles(page).await
    }

    async fn policy_names(&self, role: &RoleArn) -> Result<Option<Vec<String>>, IamError> {
        match self.list_role_policies(role.name()).await {
            Ok(names) => Ok(Some(names)),
            Err(refusal) => gone_or(self, role, refusal).await.map_or(Ok(None), Err),
        }
    }

    async fn policy_text(&self, role: &RoleArn, name: &str) -> Result<Option<String>, IamError> {
        text_of(self, role, name).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_smithy_types::timeout::TimeoutConfig;
    use domain::Failure;
    use domain::s3::S3Location;
    use wiremock::matchers::body_string_contains;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::iam::Iam;
    use crate::local_server::{aws, xml_error};

    fn role() -> RoleArn {
        "arn:aws:iam::123456789012:role/data-products/churn".parse().unwrap()
    }

    fn policy() -> PolicyName {
        PolicyName::of(&"acc-42".parse().unwrap())
    }

    fn told(path_and_name: &str) -> ResponseTemplate {
        let body = format!(
            "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><RoleName>churn</RoleName>\
             <RoleId>AROAEXAMPLE</RoleId>\
             <Arn>arn:aws:iam::123456789012:role/{path_and_name}</Arn>\
             <CreateDate>2026-08-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>"
        );
        ResponseTemplate::new(200).set_body_raw(body, "text/xml")
    }

    /// Every call about the role is denied but the question after the role itself.
    async fn denying(answer_about_the_role: ResponseTemplate) -> (MockServer, Iam) {
        let server = MockServer::start().await;
        let about_the_role = Mock::given(body_string_contains("Action=GetRole&"));
        about_the_role.respond_with(answer_about_the_role).with_priority(1).mount(&server).await;
        let denied = Mock::given(wiremock::matchers::any());
        denied.respond_with(xml_error(403, "AccessDenied")).mount(&server).await;
        let iam = Iam::new(&aws(&server));
        (server, iam)
    }

    /// What each call comes to where the role is gone; the first one that fails says how.
    async fn every_call(iam: &Iam) -> Result<(), IamError> {
        let document =
            Document::of(&"arn:aws:s3:::data".parse::<S3Location>().unwrap().into(), None);
        assert_eq!(iam.policy(&role(), &policy()).await?, None);
        assert_eq!(iam.policy_text(&role(), "somebody-elses").await?, None);
        assert_eq!(iam.policy_names(&role()).await?, None);
        assert_eq!(iam.used(&role(), &policy()).await?, 0);
        assert_eq!(iam.delete(&role(), &policy()).await?, None);
        let put = iam.put(&role(), &policy(), &document).await;
        assert!(matches!(put, Err(IamError::NoSuchRole { .. })), "{put:?}");
        Ok(())
    }

    #[tokio::test]
    async fn a_role_that_iam_does_not_know_is_gone_although_every_call_about_it_is_denied() {
        let (_server, iam) = denying(xml_error(404, "NoSuchEntity")).await;
        every_call(&iam).await.unwrap();
    }

    #[tokio::test]
    async fn another_role_of_that_name_is_not_the_one_that_was_meant() {
        for elsewhere in ["churn", "platform/churn", "aws-service-role/x/AWSServiceRoleForX"] {
            let (_server, iam) = denying(told(elsewhere)).await;
            every_call(&iam).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_right_that_is_missing_on_a_role_that_is_there_or_hidden_halts() {
        for answer in [
            told("data-products/churn"),
            told("data-products/CHURN"),
            xml_error(403, "AccessDenied"),
        ] {
            let (_server, iam) = denying(answer).await;
            assert_eq!(every_call(&iam).await.unwrap_err().failure(), Failure::Halt);
            let deleted = iam.delete(&role(), &policy()).await;
            assert_eq!(deleted.unwrap_err().failure(), Failure::Halt);
        }
    }

    #[tokio::test]
    async fn whether_a_role_is_gone_is_asked_again_where_the_answer_is_unclear() {
        let (server, _) = denying(xml_error(418, "NeverMet")).await;
        let iam = Iam::new(&aws(&server));
        assert_eq!(every_call(&iam).await.unwrap_err().failure(), Failure::Retry);
    }

    /// A removal of which the first attempt meets `first`, and the next one finds nothing.
    async fn removal_after(first: ResponseTemplate) -> Option<Receipt> {
        let server = MockServer::start().await;
        let first = Mock::given(wiremock::matchers::any()).respond_with(first);
        first.up_to_n_times(1).with_priority(1).mount(&server).await;
        let gone = Mock::given(wiremock::matchers::any());
        gone.respond_with(xml_error(404, "NoSuchEntity")).mount(&server).await;
        let patience = Duration::from_millis(200);
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(patience).build();
        let aws = aws(&server).into_builder().timeout_config(timeouts).build();
        Iam::new(&aws).delete(&role(), &policy()).await.unwrap()
    }

    #[tokio::test]
    async fn what_an_attempt_of_ours_removed_without_an_answer_is_ours() {
        let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
        for lost in [late, xml_error(500, "ServiceFailure")] {
            assert_eq!(removal_after(lost).await, Some(Receipt::default()));
        }
    }

    #[tokio::test]
    async fn what_was_gone_before_any_attempt_of_ours_took_effect_is_not_ours() {
        for refused in [(400, "Throttling"), (409, "ConcurrentModification")] {
            assert_eq!(removal_after(xml_error(refused.0, refused.1)).await, None, "{refused:?}");
        }
    }
}
