//! What of a Glue is read.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::filter::Filter;

/// What is read, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Scope {
    /// Which databases.
    pub database_filter_pattern: Filter,
    /// Which tables of these.
    pub table_filter_pattern: Filter,
    /// Which workflows. `OpenMetadata` calls them pipelines.
    pub pipeline_filter_pattern: Filter,
    /// Which jobs.
    pub job_filter_pattern: Filter,
    /// Which triggers.
    pub trigger_filter_pattern: Filter,
    /// Which crawlers.
    pub crawler_filter_pattern: Filter,
    /// Whether to tell which tables a job reads and writes.
    pub include_lineage: bool,
    /// Whether what is gone from Glue is taken away.
    pub mark_deleted: bool,
    /// Whether an empty list is believed, and one that is much shorter than the last one.
    pub allow_empty: bool,
    /// Days of run history that the first round reads. Later rounds read what is new.
    pub run_days: u16,
    /// Most databases, tables, workflows, jobs, triggers and crawlers together in one round.
    pub max_entities: u64,
    /// How the owning team is found.
    pub owner: Ownership,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            database_filter_pattern: Filter::default(),
            table_filter_pattern: Filter::default(),
            pipeline_filter_pattern: Filter::default(),
            job_filter_pattern: Filter::default(),
            trigger_filter_pattern: Filter::default(),
            crawler_filter_pattern: Filter::default(),
            include_lineage: true,
            mark_deleted: true,
            allow_empty: false,
            run_days: 7,
            max_entities: 200_000,
            owner: Ownership::default(),
        }
    }
}

/// How the owning team is found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Ownership {
    /// The tag of workflows, jobs, triggers and crawlers that holds its id. One more call for each.
    pub tag: Option<String>,
    /// The parameter of databases and tables that holds its id. A table has its database's otherwise.
    pub parameter: Option<String>,
    /// The team of everything that names none.
    pub default: Option<String>,
}

impl Ownership {
    /// The owner of a database, or of a table in a database with an owner.
    pub(crate) fn by_parameter<'a>(
        &'a self,
        parameters: &'a BTreeMap<String, String>,
        database: Option<&'a str>,
    ) -> Option<&'a str> {
        let own = self.parameter.as_ref().and_then(|name| parameters.get(name));
        own.map(String::as_str).or(database).or(self.default.as_deref())
    }

    /// The owner of something with tags.
    pub(crate) fn by_tag<'a>(&'a self, tags: &'a BTreeMap<String, String>) -> Option<&'a str> {
        let own = self.tag.as_ref().and_then(|name| tags.get(name));
        own.or(self.default.as_ref()).map(String::as_str)
    }
}
