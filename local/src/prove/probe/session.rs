//! The functions' own roles, lent to this program for the time of the probes.

use aws_credential_types::Credentials;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::calls::assume_role;
use crate::{
    aws::{ACCOUNT, Aws},
    failure::{Explain, Failure},
};

/// What a role's session is called.
const NAME: &str = "probe";

/// A role's permissions, without any change to them.
pub(crate) struct Session {
    /// Whom AWS sees.
    pub(crate) principal: String,
    pub(crate) credentials: Credentials,
}

impl Session {
    /// The account's administrator may not assume a role that trusts Lambda alone. So the trust is
    /// widened for one moment and put back as it was; what the role may do stays untouched.
    pub(crate) async fn of(aws: &Aws, role: &str) -> Result<Self, Failure> {
        let what = format!("the trust of {role} is not readable");
        let found = aws.iam.get_role().role_name(role).send().await.explain(&what, "")?;
        let role_info = found.role.ok_or_else(|| Failure::new(&what, ""))?;
        let encoded = role_info.assume_role_policy_document.unwrap_or_default();
        let trust = percent_decode_str(&encoded).decode_utf8_lossy().into_owned();
        let root = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") },
        }] });
        set_trust(aws, role, &root.to_string()).await?;
        let assumed = Self::assume(aws, &role_info.arn).await;
        set_trust(aws, role, &trust).await?;
        assumed
    }

    async fn assume(aws: &Aws, arn: &str) -> Result<Self, Failure> {
        let what = format!("{arn} cannot be assumed");
        let answer = aws.must(&what, &assume_role(arn)).await?;
        let part = |name: &str| answer.element(name).unwrap_or_default().to_owned();
        let token = Some(part("SessionToken"));
        let (key, secret) = (part("AccessKeyId"), part("SecretAccessKey"));
        let role = arn.rsplit('/').next().unwrap_or_default();
        Ok(Self {
            principal: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{NAME}"),
            credentials: Credentials::new(key, secret, token, None, NAME),
        })
    }
}

async fn set_trust(aws: &Aws, role: &str, document: &str) -> Result<(), Failure> {
    let update = aws.iam.update_assume_role_policy().role_name(role).policy_document(document);
    let updated = update.send().await;
    updated.map(drop).explain(format!("the trust of {role} cannot be changed"), "")
}
