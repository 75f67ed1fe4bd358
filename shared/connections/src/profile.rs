//! Credentials of a profile: for people at their own machine, not for functions.

use aws_config::Region;
use aws_config::SdkConfig;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_runtime::env_config::file::EnvConfigFiles;
use domain::chain::Chain;

use crate::error::ConnectionError;

/// The profile's credentials, asked for once: an unknown profile is known where it is named.
pub(crate) async fn credentials(
    own: &SdkConfig,
    profile: &str,
    region: &str,
    files: &EnvConfigFiles,
) -> Result<SharedCredentialsProvider, ConnectionError> {
    let provider = ProfileFileCredentialsProvider::builder()
        .configure(&like(own, region))
        .profile_files(files.clone())
        .profile_name(profile)
        .build();
    provider.provide_credentials().await.map_err(|error| {
        let (profile, problem) = (profile.to_owned(), Chain(&error).to_string());
        let passing = matches!(
            error,
            CredentialsError::ProviderError(_) | CredentialsError::ProviderTimedOut(_)
        );
        if passing {
            ConnectionError::ProfileUnavailable { profile, problem }
        } else {
            ConnectionError::Profile { profile, problem }
        }
    })?;
    Ok(SharedCredentialsProvider::new(provider))
}

/// Timeouts, retries and the TLS stack are the function's own, also where a profile names a role.
fn like(own: &SdkConfig, region: &str) -> ProviderConfig {
    let mut config =
        ProviderConfig::without_region().with_region(Some(Region::new(region.to_owned())));
    if let Some(client) = own.http_client() {
        config = config.with_http_client(client);
    }
    if let Some(time) = own.time_source() {
        config = config.with_time_source(time);
    }
    if let Some(sleep) = own.sleep_impl() {
        config = config.with_sleep_impl(sleep);
    }
    if let Some(retries) = own.retry_config() {
        config = config.with_retry_config(retries.clone());
    }
    match own.timeout_config() {
        Some(timeouts) => config.with_timeout_config(timeouts.clone()),
        None => config,
    }
}
