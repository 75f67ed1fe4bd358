//! The access report of a round: who can read what under which agreement, what differed, what was
//! refused, how full the roles are.
//!
//! A [`Report`] is a plain value. Whoever made the round fills it in; here it becomes `report.json`
//! ([`Report::to_json`], described by `docs/report.schema.json`) and `report.html`
//! ([`Report::to_html`]), one page that loads nothing else. Nothing here does I/O or looks at the
//! clock, and no text in a report is trusted.

mod arn;
mod dates;
mod error;
mod escape;
#[cfg(test)]
mod example;
mod headline;
mod page;
mod picture;
mod rows;
#[cfg(any(test, feature = "schema"))]
mod schema;
mod tables;
mod words;

pub use error::ReportError;
pub use rows::{
    AccountRow, Action, ConsumerKind, DifferenceRow, GrantRow, Kind, Mode, RejectionRow, Report,
    RoleRow, Round, Standing, Tie, Totals,
};

#[cfg(any(test, feature = "schema"))]
pub use schema::schema;

/// Version of the schema of `report.json`. It grows when a reader of the old one would misread the
/// new one; a field that is only added does not count.
pub const SCHEMA_VERSION: u32 = 1;

impl Report {
    /// The report as indented JSON, as `docs/report.schema.json` describes it.
    pub fn to_json(&self) -> Result<String, ReportError> {
        serde_json::to_string_pretty(self).map_err(ReportError::Write)
    }

    /// Reads a report that [`Self::to_json`] wrote. Fields it does not know are passed over; another
    /// version of the schema is refused.
    pub fn from_json(text: &str) -> Result<Self, ReportError> {
        let report: Self = serde_json::from_str(text).map_err(ReportError::Read)?;
        if report.schema_version != SCHEMA_VERSION {
            return Err(ReportError::SchemaVersion { found: report.schema_version });
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_read_back_is_the_report_that_was_written() {
        let report = example::as_agreed();
        assert_eq!(Report::from_json(&report.to_json().unwrap()).unwrap(), report);
    }

    #[test]
    fn what_is_not_known_is_left_out_of_the_json() {
        let text = example::as_agreed().to_json().unwrap();
        assert!(!text.contains("until") && !text.contains("null"), "{text}");
    }

    #[test]
    fn a_report_of_another_schema_is_refused_with_both_versions() {
        let other = Report { schema_version: 2, ..example::as_agreed() };
        let refused = Report::from_json(&other.to_json().unwrap()).unwrap_err();
        assert_eq!(refused.to_string(), "the report has schema version 2, this program reads 1");
    }

    #[test]
    fn a_field_that_a_later_version_adds_is_passed_over() {
        let later =
            example::as_agreed().to_json().unwrap().replacen('{', "{\"weather\": \"fine\",", 1);
        assert_eq!(Report::from_json(&later).unwrap(), example::as_agreed());
    }
}
