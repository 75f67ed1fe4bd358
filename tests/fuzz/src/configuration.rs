//! What operators write, and what Glue and `OpenMetadata` keep.

use connections::document::{parse, typed};
use connections::{Accounts, Block};
use ingestion::config::Configuration;
use ingestion::model::HiveType;
use ingestion::script::tables;
use serde_json::Value;

use crate::text;

/// YAML or JSON: one block, a map of accounts, or a whole configuration.
pub(crate) fn connection_document(bytes: &[u8]) {
    let Ok(document) = parse(text(bytes)) else { return };
    let _ = typed::<Block>(document.clone());
    let _ = Accounts::read(document.clone());
    let _ = Configuration::read(document);
}

/// A connection as `OpenMetadata` gives it back: what it prints means the same.
pub(crate) fn stored_connection(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Ok(document) = connections::mask::refused(document) {
        let _ = typed::<Block>(document);
    }
}

pub(crate) fn column_type(bytes: &[u8]) {
    let printed = HiveType::parse(text(bytes)).to_string();
    assert_eq!(HiveType::parse(&printed).to_string(), printed, "a type means itself");
}

pub(crate) fn job_script(bytes: &[u8]) {
    let _ = tables(text(bytes));
}
