//! What clients of a connection are made from.

#[cfg(test)]
mod tests;

use std::fmt;

use aws_config::identity::IdentityCache;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sdk_sts::Client;
use aws_types::origin::Origin;
use aws_types::sdk_config::Builder;

use crate::block::{Block, Keys};
use crate::error::ConnectionError;
use crate::identity::{self, Identity};
use crate::profile;
use crate::role_credentials::RoleCredentials;
use crate::source::{self, Base, Effective, Source};

/// AWS, reached through a connection. Credentials of a role are asked for again when they expire,
/// once for all clients made from [`Session::aws`].
#[derive(Clone)]
pub struct Session {
    aws: SdkConfig,
    sts: SdkConfig,
    effective: Effective,
}

impl fmt::Debug for Session {
    /// The SDK's own takes pages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.aws.region().map(Region::as_ref);
        f.debug_struct("Session")
            .field("source", &self.effective.to_string())
            .field("region", &region)
            .field("endpoint", &self.aws.endpoint_url())
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Opens the connection. `own` is the function's configuration and stays as it is; its TLS stack,
    /// timeouts and retries are used. `default` is the block around all connections.
    ///
    /// A role is assumed and a profile is read at once; explicit keys are not tried
    /// ([`Session::identity`] does).
    pub async fn open(
        own: &SdkConfig,
        connection: &Block,
        default: Option<&Block>,
    ) -> Result<Self, ConnectionError> {
        Self::open_with(own, connection, default, &EnvConfigFiles::default()).await
    }

    /// The same with profiles of other files than the machine's.
    pub async fn open_with(
        own: &SdkConfig,
        connection: &Block,
        default: Option<&Block>,
        files: &EnvConfigFiles,
    ) -> Result<Self, ConnectionError> {
        let effective = source::effective(connection, default);
        let opening = Opening { own, region: &effective.sts_region, files };
        let found = opening.credentials(&effective.source).await?;
        let own = found.map_or_else(|| own.clone(), |credentials| with(own, credentials));
        let sts = in_region(&own, &effective.sts_region).build();
        Ok(Self { aws: services(&own, connection), sts, effective })
    }

    /// For clients of services.
    pub fn aws(&self) -> &SdkConfig {
        &self.aws
    }

    /// Whose right it is, and where that was decided.
    pub fn effective(&self) -> &Effective {
        &self.effective
    }

    /// Asks STS who this is. For the log: source and caller, no secret.
    pub async fn identity(&self) -> Result<Identity, ConnectionError> {
        let source = self.effective.to_string();
        let caller = identity::caller_by(&self.sts, &source).await?;
        Ok(Identity { source, caller })
    }
}

/// What credentials are made from.
struct Opening<'a> {
    own: &'a SdkConfig,
    /// Where STS is asked.
    region: &'a str,
    files: &'a EnvConfigFiles,
}

impl Opening<'_> {
    /// `None`: the function's own.
    async fn credentials(
        &self,
        source: &Source,
    ) -> Result<Option<SharedCredentialsProvider>, ConnectionError> {
        match source {
            Source::Keys(keys) => Ok(Some(fixed(keys))),
            Source::Profile(name) => self.profile(name).await.map(Some),
            Source::Own => Ok(None),
            Source::AssumedRole { role, base } => {
                let own = match base {
                    Base::Keys(keys) => with(self.own, fixed(keys)),
                    Base::Profile(name) => with(self.own, self.profile(name).await?),
                    Base::Own => self.own.clone(),
                };
                let sts = Client::new(&in_region(&own, self.region).build());
                let time = self.own.time_source().unwrap_or_default();
                let opened =
                    RoleCredentials::open(sts, role.clone(), base.to_string(), time).await?;
                Ok(Some(SharedCredentialsProvider::new(opened)))
            }
        }
    }

    async fn profile(&self, name: &str) -> Result<SharedCredentialsProvider, ConnectionError> {
        profile::credentials(self.own, name, self.region, self.files).await
    }
}

/// The function's own configuration with other credentials. The cache is a new one, and the same for
/// all that is made from it: credentials are asked for once, and do not push out the function's own.
fn with(own: &SdkConfig, credentials: SharedCredentialsProvider) -> SdkConfig {
    let builder = own.to_builder().credentials_provider(credentials);
    builder.identity_cache(IdentityCache::lazy().build()).build()
}

/// In another region; for STS, which stays at the function's own endpoint whatever a connection says.
fn in_region(own: &SdkConfig, region: &str) -> Builder {
    own.to_builder().region(Region::new(region.to_owned()))
}

/// For a connection's services: its endpoint beats `AWS_ENDPOINT_URL` and
/// `AWS_ENDPOINT_URL_<SERVICE>`.
fn services(own: &SdkConfig, connection: &Block) -> SdkConfig {
    let mut builder = in_region(own, connection.region());
    if let Some(endpoint) = connection.endpoint() {
        builder.set_endpoint_url(Some(endpoint.to_owned()));
        // Without it a client takes the variables for the later word.
        builder.insert_origin("endpoint_url", Origin::shared_config());
    }
    builder.build()
}

fn fixed(keys: &Keys) -> SharedCredentialsProvider {
    let token = keys.token.as_ref().map(|token| token.reveal().to_owned());
    let secret = keys.secret.reveal();
    let credentials = Credentials::new(&keys.id, secret, token, None, "connection");
    SharedCredentialsProvider::new(credentials)
}
