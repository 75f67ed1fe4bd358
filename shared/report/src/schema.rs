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
    use serde_json::Value;

    use super::*;

    /// Names of fields, and of the choices they have.
    fn names(schema: &Value, found: &mut Vec<String>) {
        let children = || schema.as_object().into_iter().flatten();
        found.extend(
            schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()),
        );
        found.extend(schema["const"].as_str().map(ToOwned::to_owned));
        children().for_each(|(_, child)| names(child, found));
        schema.as_array().into_iter().flatten().for_each(|child| names(child, found));
    }

    #[test]
    fn the_published_schema_is_that_of_the_values() {
        let published = include_str!("../../../docs/report.schema.json");
        assert!(
            published == schema().unwrap(),
            "docs/report.schema.json is behind: \
             cargo run -p report --features schema --example schema -- docs/report.schema.json"
        );
    }

    #[test]
    fn the_document_names_every_field_and_every_choice() {
        let document = include_str!("../../../docs/report.md");
        let mut all = Vec::new();
        names(&serde_json::from_str(&schema().unwrap()).unwrap(), &mut all);
        all.retain(|name| !document.contains(&format!("`{name}`")));
        assert_eq!(all, Vec::<String>::new(), "docs/report.md does not name them");
    }
}
