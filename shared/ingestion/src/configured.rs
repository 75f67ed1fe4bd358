//! Loads the configuration document, with its variables and secrets as they are now.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use clients::objects::S3Objects;
use clients::secrets::SecretsManager;
use connections::document::{DocumentError, Reference, load};
use connections::resolve::{ResolveError, resolved};
use domain::Failure;

use crate::config::{Configuration, ConfigurationError};

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The document could not be read.
    #[error("INGEST_CONFIG")]
    Document(#[source] DocumentError),
    /// Its variables or secrets are not there.
    #[error("INGEST_CONFIG")]
    Resolve(#[source] ResolveError),
    /// It says something that cannot be.
    #[error("INGEST_CONFIG")]
    Configuration(#[source] ConfigurationError),
}

impl LoadError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Document(source) => source.failure(),
            Self::Resolve(source) => source.failure(),
            Self::Configuration(source) => source.failure(),
        }
    }
}

/// Loads the document that `reference` names. Everything by the function's `own` role; `objects` opens
/// a bucket, `variables` is what `${NAME}` may stand for.
pub async fn configuration(
    own: &SdkConfig,
    reference: &Reference,
    objects: impl FnOnce(&str) -> S3Objects,
    variables: &BTreeMap<String, String>,
) -> Result<Configuration, LoadError> {
    let document = load(reference, objects).await.map_err(LoadError::Document)?;
    let secrets = SecretsManager::new(aws_sdk_secretsmanager::Client::new(own));
    let lookup = |name: &str| variables.get(name).cloned();
    let document = resolved(document, lookup, &secrets).await.map_err(LoadError::Resolve)?;
    Configuration::read(document).map_err(LoadError::Configuration)
}
