//! From configuration to clients: whose credentials read Glue, and what the targets are.

use aws_config::SdkConfig;
use clients::base_url::BaseUrl;
use clients::http::CatalogError;
use clients::json_api::JsonApi;
use clients::secrets::Secrets;
use connections::document::{TypeError, typed};
use connections::{Block, ConnectionError, Identity, Session};
use domain::Failure;
use serde_json::json;
use url::Url;

use crate::any_target::AnyTarget;
use crate::assets::Assets;
use crate::config::{Connection, Destination};
use crate::glue::Glue;
use crate::model::Place;
use crate::open_metadata::OpenMetadata;
use crate::target::TargetError;

/// Why a connection cannot be used now.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A target cannot be asked what it has stored.
    #[error(transparent)]
    Target(TargetError),
    /// Data Mesh Manager's client cannot be made.
    #[error("Data Mesh Manager")]
    Catalog(#[source] CatalogError),
    /// What `OpenMetadata` has stored is no connection.
    #[error("the connection stored in {target} cannot be used")]
    Stored {
        /// The target.
        target: String,
        /// What is wrong with it.
        #[source]
        source: TypeError,
    },
    /// Two targets have different connections stored.
    #[error("{one} and {other} have different connections stored; make them the same")]
    Ambiguous {
        /// A target.
        one: String,
        /// Another one.
        other: String,
    },
    /// A stored connection leads to something that is not AWS: whoever may edit a service there would
    /// decide what is published everywhere.
    #[error(
        "the connection stored in {target} has endPointURL {host}, which is not AWS; set the same in \
         the configuration if it is meant"
    )]
    StoredEndpoint {
        /// The target.
        target: String,
        /// Where it leads.
        host: String,
    },
    /// AWS is not reached.
    #[error("connection")]
    Connection(#[source] ConnectionError),
    /// Neither a connection nor the function says where Glue is.
    #[error("awsConfig.awsRegion is missing, and the function has no region of its own")]
    NoRegion,
}

impl OpenError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Target(source) => source.failure(),
            Self::Catalog(source) => source.failure(),
            Self::Connection(source) => source.failure(),
            Self::Stored { .. }
            | Self::StoredEndpoint { .. }
            | Self::Ambiguous { .. }
            | Self::NoRegion => Failure::Halt,
        }
    }
}

/// A connection, ready.
#[derive(Debug)]
pub struct Opened<S> {
    /// Glue, read with the credentials that count.
    pub glue: Glue,
    /// Whose they are. Holds no secret.
    pub identity: Identity,
    /// Where everything goes.
    pub targets: Vec<AnyTarget<S>>,
}

/// What connections are opened with.
#[derive(Debug)]
pub struct Opener<'a, F> {
    /// The function's own AWS.
    pub own: &'a SdkConfig,
    /// By whose right AWS is reached where a connection names nobody.
    pub default: Option<&'a Block>,
    /// Makes the client of Data Mesh Manager.
    pub catalog: F,
}

impl<F> Opener<'_, F> {
    /// Opens a connection: asks the services that `OpenMetadata` has stored, assumes roles.
    pub async fn open<S>(&self, connection: &Connection) -> Result<Opened<S>, OpenError>
    where
        S: Secrets,
        F: Fn() -> Result<JsonApi<S>, CatalogError>,
    {
        let targets = self.targets(connection)?;
        let block = self.block(connection, &targets).await?;
        let session = Session::open(self.own, &block, self.default).await;
        let session = session.map_err(OpenError::Connection)?;
        let identity = session.identity().await.map_err(OpenError::Connection)?;
        let place = Place::of(block.region(), &identity.caller.account);
        let glue = Glue::new(session.aws(), place);
        Ok(Opened { glue, identity, targets })
    }

    /// Only the targets: what can be tried when Glue cannot be reached.
    pub fn targets<S>(&self, connection: &Connection) -> Result<Vec<AnyTarget<S>>, OpenError>
    where
        S: Secrets,
        F: Fn() -> Result<JsonApi<S>, CatalogError>,
    {
        let to_store = self.configured(connection).map(Block::open_metadata_json_with_secrets);
        let open = |destination: &Destination| match destination {
            Destination::DataMeshManager {} => {
                let api = (self.catalog)().map_err(OpenError::Catalog)?;
                Ok(AnyTarget::Assets(Assets::new(destination.name(), api)))
            }
            Destination::OpenMetadata(options) => {
                let options = (**options).clone();
                let opened = OpenMetadata::new(destination.name(), options, to_store.clone());
                let opened = opened.map_err(OpenError::Target)?;
                Ok(AnyTarget::OpenMetadata(Box::new(opened)))
            }
        };
        connection.targets.iter().map(open).collect()
    }

    /// A connection that `OpenMetadata` has stored counts more than the configured one: who changes it
    /// does so there. Where both lead to the same place, the configured one is taken, because
    /// `OpenMetadata` cannot store an external id.
    async fn block<S: Secrets>(
        &self,
        connection: &Connection,
        targets: &[AnyTarget<S>],
    ) -> Result<Block, OpenError> {
        let configured = self.configured(connection);
        match (stored_block(connection, targets, configured).await?, configured) {
            (Some((_, stored)), Some(known)) if stored.destination() == known.destination() => {
                Ok(known.clone())
            }
            (Some((target, stored)), configured) => {
                let configured = configured.map(|block| block.destination().to_string());
                tracing::info!(
                    target,
                    stored = %stored.destination(),
                    configured = configured.as_deref().unwrap_or("none"),
                    "the stored connection counts, not the configured one"
                );
                Ok(stored)
            }
            (None, Some(known)) => Ok(known.clone()),
            (None, None) => self.own_block(),
        }
    }

    /// What the configuration says, for this connection or for all.
    fn configured<'c>(&'c self, connection: &'c Connection) -> Option<&'c Block> {
        connection.aws_config.as_ref().or(self.default)
    }

    /// The function's own role in its own region.
    fn own_block(&self) -> Result<Block, OpenError> {
        let region = self.own.region().ok_or(OpenError::NoRegion)?;
        typed(json!({ "awsRegion": region.as_ref() })).map_err(|_| OpenError::NoRegion)
    }
}

async fn stored_block<S: Secrets>(
    connection: &Connection,
    targets: &[AnyTarget<S>],
    configured: Option<&Block>,
) -> Result<Option<(String, Block)>, OpenError> {
    let mut found: Option<(String, Block)> = None;
    for (destination, target) in connection.targets.iter().zip(targets) {
        let (Destination::OpenMetadata(options), AnyTarget::OpenMetadata(metadata)) =
            (destination, target)
        else {
            continue;
        };
        if options.force_overwrite && configured.is_some() {
            continue;
        }
        let Some(stored) = metadata.stored_connection().await.map_err(OpenError::Target)? else {
            continue;
        };
        let target = destination.name();
        let wrong = |source| OpenError::Stored { target: target.clone(), source };
        let block: Block = typed(stored).map_err(wrong)?;
        admit_endpoint(&target, &block, configured)?;
        match &found {
            Some((one, before)) if before.destination() != block.destination() => {
                return Err(OpenError::Ambiguous { one: one.clone(), other: target });
            }
            Some(_) => {}
            None => found = Some((target, block)),
        }
    }
    Ok(found)
}

/// Only AWS's own addresses, those of this machine, and what the configuration says too.
fn admit_endpoint(
    target: &str,
    stored: &Block,
    configured: Option<&Block>,
) -> Result<(), OpenError> {
    let Some(endpoint) = stored.endpoint() else { return Ok(()) };
    if configured.and_then(Block::endpoint) == Some(endpoint) {
        return Ok(());
    }
    let host = Url::parse(endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    let of_aws = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"];
    let is_here = endpoint.parse::<BaseUrl>().is_ok_and(|base| base.is_loopback());
    if is_here || of_aws.iter().any(|suffix| host.ends_with(suffix)) {
        return Ok(());
    }
    Err(OpenError::StoredEndpoint { target: target.to_owned(), host })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(endpoint: &str) -> Block {
        typed(json!({ "awsRegion": "eu-central-1", "endPointURL": endpoint })).unwrap()
    }

    #[test]
    fn a_stored_connection_leads_to_aws_or_to_where_the_configuration_leads() {
        for (stored, configured, is_admitted) in [
            ("https://glue.eu-central-1.amazonaws.com", None, true),
            ("https://vpce-1.glue.eu-central-1.vpce.amazonaws.com", None, true),
            ("https://glue.example.com", None, false),
            ("https://amazonaws.com.example.com", None, false),
            ("https://notamazonaws.com", None, false),
            ("https://glue.example.com", Some("https://glue.example.com"), true),
            ("https://glue.example.com", Some("https://other.example.com"), false),
        ] {
            let configured = configured.map(block);
            let admitted = admit_endpoint("om", &block(stored), configured.as_ref());
            assert_eq!(admitted.is_ok(), is_admitted, "{stored}: {admitted:?}");
        }
    }
}
