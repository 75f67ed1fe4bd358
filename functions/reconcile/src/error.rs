//! Why a tick ended without what it came for.

use clients::objects::ObjectError;
use clients::snapshot::SnapshotError;
use domain::Failure;
use report::ReportError;
use survey::{Refusal, SurveyError};

/// Why a tick failed. What was done is kept; the next tick goes on.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// Nothing can be compared.
    #[error("survey")]
    Survey(#[source] SurveyError),
    /// IAM answers too slowly or not at all.
    #[error("roles cannot be looked at: {0}")]
    Roles(String),
    /// The checkpoint could not be read or written.
    #[error(transparent)]
    Checkpoint(SnapshotError),
    /// Not every hint was taken. The report is written all the same.
    #[error("hints")]
    Hints(#[source] Refusal),
    /// The report could not be made.
    #[error("report")]
    Report(#[source] ReportError),
    /// The report could not be stored.
    #[error("report")]
    Publish(#[source] ObjectError),
    /// The comparison did not end in time.
    #[error("out of time while comparing")]
    OutOfTime,
}

impl ReconcileError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Survey(source) => source.failure(),
            Self::Checkpoint(source) => source.failure(),
            Self::Publish(source) => source.failure(),
            Self::Hints(source) => source.failure(),
            Self::Roles(_) | Self::OutOfTime => Failure::Retry,
            Self::Report(_) => Failure::Halt,
        }
    }
}
