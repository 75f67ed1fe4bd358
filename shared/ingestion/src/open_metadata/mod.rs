//! OpenMetadata: databases, schemas and tables; pipelines with tasks, runs and lineage.
mod options;

pub use options::{OpenMetadataOptions, OptionError};
