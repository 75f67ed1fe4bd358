//! The schema of `report.json`, generated from the values, for `docs/report.schema.json`.

use schemars::generate::SchemaSettings;

use crate::{Report, ReportError};

/// The JSON schema of a report, indented and with a line break at its end.
pub fn schema() -> Result<String, ReportError> {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Report>();
    serde_json::to_string_pretty(&schema).map(|text| text + "\n").map_err(ReportError::Write)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_that_of_the_values() {
        let published = include_str!("../../../docs/report.schema.json");
        assert!(
            published == schema().unwrap(),
            "docs/report.schema.json is behind: \
             cargo run -p report --features schema --example schema -- docs/report.schema.json"
        );
    }
}
