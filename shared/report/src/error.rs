//! What can go wrong with a report.

use crate::SCHEMA_VERSION;

/// Why a report could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The value could not be written as JSON.
    #[error("the report could not be written as JSON")]
    Write(#[source] serde_json::Error),
    /// The text is not a report.
    #[error("this is not the JSON of a report")]
    Read(#[source] serde_json::Error),
    /// The text is a report of another version of the schema.
    #[error("the report has schema version {found}, this program reads {SCHEMA_VERSION}")]
    SchemaVersion {
        /// The version that the text names.
        found: u32,
    },
    /// The page could not be written.
    #[error("the report could not be written as a page")]
    Page(#[source] askama::Error),
}
