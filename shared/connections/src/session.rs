//! What clients of a connection are made from.

use aws_config::identity::IdentityCache;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_sdk_sts::Client;
use aws_types::origin::Origin;

use crate::block::{Block, Keys};
use crate::error::ConnectionError;
use crate::identity::{self, Identity};
use crate::profile;
use crate::role_credentials::RoleCredentials;
use crate::source::{self, Base, Effective, Source};

/// AWS, reached through a connection. Credentials of a role are asked for again when they expire,
/// once for all clients made from [`Session::aws`].
#[derive(Clone, Debug)]
pub struct Session {
    aws: SdkConfig,
    sts: SdkConfig,
    effective: Effective,
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
        let credentials = opening.credentials(&effective.source).await?;
        let sts = opening.sts(credentials.clone());
        let aws = services(own, connection, credentials);
        Ok(Self { aws, sts, effective })
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
                let credentials = match base {
                    Base::Keys(keys) => Some(fixed(keys)),
                    Base::Profile(name) => Some(self.profile(name).await?),
                    Base::Own => None,
                };
                let sts = Client::new(&self.sts(credentials));
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

    /// STS at the function's own endpoint, whatever the connection says about services.
    fn sts(&self, credentials: Option<SharedCredentialsProvider>) -> SdkConfig {
        let region = Region::new(self.region.to_owned());
        with_credentials(self.own.to_builder().region(region), credentials).build()
    }
}

/// A connection's services: its region, and its endpoint, which beats `AWS_ENDPOINT_URL` and
/// `AWS_ENDPOINT_URL_<SERVICE>`.
fn services(
    own: &SdkConfig,
    connection: &Block,
    credentials: Option<SharedCredentialsProvider>,
) -> SdkConfig {
    let region = Region::new(connection.region().to_owned());
    let mut builder = with_credentials(own.to_builder().region(region), credentials);
    if let Some(endpoint) = connection.endpoint() {
        builder.set_endpoint_url(Some(endpoint.to_owned()));
        // Without it a client takes the variables for the later word.
        builder.insert_origin("endpoint_url", Origin::shared_config());
    }
    builder.build()
}

/// A cache of its own: the function's own credentials are not pushed out by those of connections.
fn with_credentials(
    builder: aws_types::sdk_config::Builder,
    credentials: Option<SharedCredentialsProvider>,
) -> aws_types::sdk_config::Builder {
    match credentials {
        Some(credentials) => {
            builder.credentials_provider(credentials).identity_cache(IdentityCache::lazy().build())
        }
        None => builder,
    }
}

fn fixed(keys: &Keys) -> SharedCredentialsProvider {
    let token = keys.token.as_ref().map(|token| token.reveal().to_owned());
    let secret = keys.secret.reveal();
    let credentials = Credentials::new(&keys.id, secret, token, None, "connection");
    SharedCredentialsProvider::new(credentials)
}
