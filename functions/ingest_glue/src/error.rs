//! Why a tick ended without what it came for.

use clients::snapshot::SnapshotError;
use domain::Failure;
use ingestion::configured::LoadError;
use ingestion::opened::OpenError;
use ingestion::round::RoundError;

/// Why a tick failed. What was sent is kept; the next tick goes on.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// There is no configuration.
    #[error(transparent)]
    Load(LoadError),
    /// A target is Data Mesh Manager, and nothing says where that is.
    #[error("a target is dataMeshManager, but DMM_BASE_URL is not set")]
    NoCatalog,
    /// The state could not be read.
    #[error(transparent)]
    Snapshot(SnapshotError),
    /// The connection cannot be used.
    #[error(transparent)]
    Open(OpenError),
    /// The round is not finished.
    #[error(transparent)]
    Round(RoundError),
    /// Some of several connections failed; each was told by itself.
    #[error("{failed} of {all} connections failed: {names}")]
    Connections {
        /// How many failed.
        failed: usize,
        /// How many there are.
        all: usize,
        /// Their names.
        names: String,
    },
}

impl IngestError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Load(source) => source.failure(),
            Self::Snapshot(source) => source.failure(),
            Self::Open(source) => source.failure(),
            Self::Round(source) => source.failure(),
            Self::NoCatalog => Failure::Halt,
            Self::Connections { .. } => Failure::Retry,
        }
    }
}
