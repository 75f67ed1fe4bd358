//! One of the targets there are.

use clients::secrets::Secrets;

use crate::assets::Assets;
use crate::model::Published;
use crate::open_metadata::OpenMetadata;
use crate::target::{Key, Put, Removed, Rendering, Target, TargetError, Write};

/// A target of either kind.
#[derive(Debug)]
pub enum AnyTarget<S> {
    /// Data Mesh Manager.
    Assets(Assets<S>),
    /// `OpenMetadata`.
    OpenMetadata(Box<OpenMetadata>),
}

impl<S: Secrets> AnyTarget<S> {
    /// Whether it can be reached and would take anything. Unlike [`Target::prepare`] it makes nothing
    /// that is not there.
    pub async fn reach(&self) -> Result<(), TargetError> {
        match self {
            Self::Assets(assets) => assets.prepare().await,
            Self::OpenMetadata(metadata) => metadata.stored_connection().await.map(|_| ()),
        }
    }
}

impl<S: Secrets> Target for AnyTarget<S> {
    fn name(&self) -> &str {
        match self {
            Self::Assets(assets) => assets.name(),
            Self::OpenMetadata(metadata) => metadata.name(),
        }
    }

    async fn prepare(&self) -> Result<(), TargetError> {
        match self {
            Self::Assets(assets) => assets.prepare().await,
            Self::OpenMetadata(metadata) => metadata.prepare().await,
        }
    }

    fn render(&self, published: &Published<'_>) -> Rendering {
        match self {
            Self::Assets(assets) => assets.render(published),
            Self::OpenMetadata(metadata) => metadata.render(published),
        }
    }

    async fn put(&self, write: &Write) -> Result<Put, TargetError> {
        match self {
            Self::Assets(assets) => assets.put(write).await,
            Self::OpenMetadata(metadata) => metadata.put(write).await,
        }
    }

    async fn remove(&self, key: &Key) -> Result<Removed, TargetError> {
        match self {
            Self::Assets(assets) => assets.remove(key).await,
            Self::OpenMetadata(metadata) => metadata.remove(key).await,
        }
    }
}
