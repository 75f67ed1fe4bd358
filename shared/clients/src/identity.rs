//! Whose credentials these are.

use std::error::Error as StdError;

use aws_config::SdkConfig;
use aws_sdk_sts::Client;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;

use crate::aws::{AwsError, causes, code};

const ACTION: &str = "sts:GetCallerIdentity";

/// Whom AWS takes somebody for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account: twelve digits.
    pub account: String,
    /// The user, role session or function.
    pub arn: String,
}

/// Whom AWS takes the owner of these credentials for. Everybody may ask that; what can be missing are
/// the credentials themselves, or the right to assume a role for them.
pub async fn caller(aws: &SdkConfig) -> Result<Caller, AwsError> {
    let output = match Client::new(aws).get_caller_identity().send().await {
        Ok(output) => output,
        Err(error) if code(&error).is_none() && is_refused(&error) => {
            return Err(AwsError::Denied { action: "sts:AssumeRole", source: Box::new(error) });
        }
        Err(error) => return Err(AwsError::of(ACTION, error)),
    };
    let (account, arn) = (output.account.unwrap_or_default(), output.arn.unwrap_or_default());
    Ok(Caller { account, arn })
}

/// Whether STS gave no credentials for a role, for good. The SDK shows that as a call that could not
/// be sent, with STS's own words deep below.
fn is_refused(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| {
        let refusal = cause.downcast_ref::<AssumeRoleError>();
        refusal.and_then(AssumeRoleError::code).is_some_and(|code| code == "AccessDenied")
    })
}

#[cfg(test)]
mod tests {
    use aws_config::sts::AssumeRoleProvider;
    use aws_credential_types::provider::SharedCredentialsProvider;
    use domain::Failure;
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::local_server::{answering, aws, xml_error};

    #[tokio::test]
    async fn aws_says_in_which_account_credentials_lie() {
        let body = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                    <Arn>arn:aws:sts::222222222222:assumed-role/dmm/x</Arn><UserId>AROA:x</UserId>\
                    <Account>222222222222</Account></GetCallerIdentityResult>\
                    </GetCallerIdentityResponse>";
        let server = answering(ResponseTemplate::new(200).set_body_raw(body, "text/xml")).await;
        let caller = caller(&aws(&server)).await.unwrap();
        assert_eq!(caller.account, "222222222222");
        assert_eq!(caller.arn, "arn:aws:sts::222222222222:assumed-role/dmm/x");
    }

    async fn assuming_meets(status: u16, code: &str) -> Failure {
        let server = answering(xml_error(status, code)).await;
        let own = aws(&server);
        let role = AssumeRoleProvider::builder("arn:aws:iam::222222222222:role/dmm")
            .configure(&own)
            .session_name("dmm")
            .build()
            .await;
        let role = SharedCredentialsProvider::new(role);
        let assumed = own.into_builder().credentials_provider(role).build();
        caller(&assumed).await.unwrap_err().failure()
    }

    #[tokio::test]
    async fn a_role_that_may_not_be_assumed_needs_a_person_and_a_busy_sts_does_not() {
        assert_eq!(assuming_meets(403, "AccessDenied").await, Failure::Halt);
        assert_eq!(assuming_meets(400, "Throttling").await, Failure::Retry);
    }
}
