//! Credentials of an assumed role, asked for again when they expire.
//!
//! The SDK's own provider cannot send a source identity, and takes the services' endpoint for STS.

use std::sync::{Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_sdk_sts::Client;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use clients::aws::{AwsError, code};

use crate::block::AssumedRole;
use crate::error::ConnectionError;

const ACTION: &str = "sts:AssumeRole";

/// Assumes a role. Callers share one through an identity cache, which asks once for all of them.
#[derive(Debug)]
pub(crate) struct RoleCredentials {
    sts: Client,
    role: AssumedRole,
    /// By whose right, in words.
    base: String,
    time: SharedTimeSource,
    /// Those the session was opened with: the cache's first question needs no second call.
    first: Mutex<Option<Credentials>>,
}

impl RoleCredentials {
    /// Assumes the role at once, so that a role that cannot be assumed is known where it is named.
    pub(crate) async fn open(
        sts: Client,
        role: AssumedRole,
        base: String,
        time: SharedTimeSource,
    ) -> Result<Self, ConnectionError> {
        let opened = Self { sts, role, base, time, first: Mutex::default() };
        let first = opened.assume().await?;
        *opened.first.lock().unwrap_or_else(PoisonError::into_inner) = Some(first);
        Ok(opened)
    }

    async fn assume(&self) -> Result<Credentials, ConnectionError> {
        let AssumedRole { arn, session_name, source_identity, external_id } = &self.role;
        let call = self.sts.assume_role().role_arn(arn.to_string()).role_session_name(session_name);
        let call = call.set_source_identity(source_identity.clone());
        let sent = call.set_external_id(external_id.clone()).send().await;
        let answer = sent.map_err(|error| self.refused(&error))?;
        let absent = |absent| ConnectionError::Incomplete { role: arn.clone(), absent };
        let given = answer.credentials.ok_or_else(|| absent("credentials"))?;
        // An answer that was cut off reads as one with empty texts.
        let texts = [&given.access_key_id, &given.secret_access_key, &given.session_token];
        if texts.into_iter().any(String::is_empty) {
            return Err(absent("whole credentials"));
        }
        let expiry = given.expiration.try_into().map_err(|_| absent("a time of expiry"))?;
        tracing::debug!(role.arn = %arn, "role assumed");
        let builder = Credentials::builder()
            .access_key_id(given.access_key_id)
            .secret_access_key(given.secret_access_key)
            .session_token(given.session_token)
            .expiry(expiry)
            .provider_name("connection");
        Ok(builder.build())
    }

    fn refused(&self, error: &SdkError<AssumeRoleError, HttpResponse>) -> ConnectionError {
        ConnectionError::Assume {
            role: self.role.arn.clone(),
            base: self.base.clone(),
            advice: self.advice(code(error)),
            source: AwsError::without_answer(ACTION, error),
        }
    }

    fn advice(&self, code: Option<&str>) -> &'static str {
        match code {
            Some("ExpiredToken" | "ExpiredTokenException") => {
                "the keys it is assumed with have expired; use keys that last, or none at all"
            }
            Some("RegionDisabledException" | "InvalidClientTokenId") => {
                "are the keys right, and is the region switched on in their account? \
                 stsRegion names another region for STS"
            }
            Some("AccessDenied" | "AccessDeniedException")
                if self.role.source_identity.is_some() =>
            {
                "does its trust policy name this caller with sts:AssumeRole and \
                 sts:SetSourceIdentity, does the external id agree, and may this caller do both?"
            }
            Some("AccessDenied" | "AccessDeniedException") => {
                "does the role exist, does its trust policy name this caller, does the external id \
                 agree (assumeRoleExternalId), and is this caller allowed sts:AssumeRole on it?"
            }
            _ => "STS did not answer as it should",
        }
    }

    /// The first credentials, once, while they last.
    fn first(&self) -> Option<Credentials> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let now = self.time.now();
        first.expiry().is_none_or(|expiry| expiry > now).then_some(first)
    }

    async fn provide(&self) -> provider::Result {
        match self.first() {
            Some(first) => Ok(first),
            None => self.assume().await.map_err(CredentialsError::provider_error),
        }
    }
}

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.provide())
    }
}
