//! What a role may do, as IAM itself judges it. Nothing is done to find out.

use std::future::Future;

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};

use crate::aws::AwsError;
use crate::iam::{Iam, IamError};

/// What is asked about a right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The action, such as `sqs:SendMessage`.
    pub action: &'static str,
    /// What it is done to.
    pub resource: String,
    /// What else IAM is to know, by condition key.
    pub context: Vec<(String, String)>,
}

/// IAM's own judgement.
pub trait Rights: Send + Sync {
    /// Whether the role's policies allow it.
    fn allows(
        &self,
        role_arn: &str,
        right: &Right,
    ) -> impl Future<Output = Result<bool, IamError>> + Send;
}

impl Rights for Iam {
    async fn allows(&self, role_arn: &str, right: &Right) -> Result<bool, IamError> {
        let entry = |(key, value): &(String, String)| {
            let entry = ContextEntry::builder().context_key_name(key).context_key_values(value);
            entry.context_key_type(ContextKeyTypeEnum::String).build()
        };
        let simulate = self.client.simulate_principal_policy().policy_source_arn(role_arn);
        let simulate = simulate.action_names(right.action).resource_arns(&right.resource);
        let context: Vec<ContextEntry> = right.context.iter().map(entry).collect();
        let sent = simulate.set_context_entries(Some(context)).send().await;
        let wrong = |error| IamError::Aws(AwsError::of("iam:SimulatePrincipalPolicy", error));
        let results = sent.map_err(wrong)?.evaluation_results.unwrap_or_default();
        let allowed = PolicyEvaluationDecisionType::Allowed;
        Ok(!results.is_empty() && results.iter().all(|found| found.eval_decision == allowed))
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;
    use wiremock::matchers::body_string_contains;

    use super::*;
    use crate::local_server::{answering, aws, xml_error};

    fn judged(decision: &str) -> ResponseTemplate {
        let body = format!(
            "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>\
             <member><EvalActionName>iam:PutRolePolicy</EvalActionName>\
             <EvalDecision>{decision}</EvalDecision></member></EvaluationResults>\
             </SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
        );
        ResponseTemplate::new(200).set_body_raw(body, "text/xml")
    }

    fn right() -> Right {
        let (action, resource) = ("iam:PutRolePolicy", "arn:aws:iam::1:role/churn".to_owned());
        let context = vec![("iam:ResourceTag/data".to_owned(), "yes".to_owned())];
        Right { action, resource, context }
    }

    #[tokio::test]
    async fn only_allowed_is_allowed() {
        for (decision, expected) in
            [("allowed", true), ("implicitDeny", false), ("explicitDeny", false)]
        {
            let server = answering(judged(decision)).await;
            let allowed = Iam::new(&aws(&server)).allows("arn:aws:iam::1:role/f", &right()).await;
            assert_eq!(allowed.unwrap(), expected, "{decision}");
        }
    }

    #[tokio::test]
    async fn iam_is_told_what_its_conditions_ask_for() {
        let server = calls::mock_server().await;
        let key = body_string_contains("ContextKeyName=iam%3AResourceTag%2Fdata");
        let mock = wiremock::Mock::given(key).respond_with(judged("allowed"));
        mock.mount(&server).await;
        assert!(Iam::new(&aws(&server)).allows("arn:aws:iam::1:role/f", &right()).await.unwrap());
    }

    #[tokio::test]
    async fn a_judgement_that_is_not_given_is_an_error_and_no_denial() {
        let server = answering(xml_error(403, "AccessDenied")).await;
        let allowed = Iam::new(&aws(&server)).allows("arn:aws:iam::1:role/f", &right()).await;
        assert!(allowed.is_err());
    }
}
