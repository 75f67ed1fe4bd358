//! Triggers and crawlers.

use std::collections::BTreeMap;

use time::OffsetDateTime;

/// What starts jobs and crawlers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trigger {
    /// Its name, unique in the region.
    pub name: String,
    /// What people wrote about it.
    pub description: Option<String>,
    /// `SCHEDULED`, `CONDITIONAL`, `ON_DEMAND` or `EVENT`.
    pub kind: Option<String>,
    /// `ACTIVATED`, `DEACTIVATED`, ….
    pub state: Option<String>,
    /// Its cron expression.
    pub schedule: Option<String>,
    /// The workflow it belongs to.
    pub workflow: Option<String>,
    /// Jobs it starts.
    pub jobs: Vec<String>,
    /// Crawlers it starts.
    pub crawlers: Vec<String>,
    /// Its tags; empty unless the owner is asked for by tag.
    pub tags: BTreeMap<String, String>,
}

/// What fills the Data Catalog from data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crawler {
    /// Its name, unique in the region.
    pub name: String,
    /// What people wrote about it.
    pub description: Option<String>,
    /// `READY`, `RUNNING`, ….
    pub state: Option<String>,
    /// Its cron expression.
    pub schedule: Option<String>,
    /// The database it fills.
    pub database: Option<String>,
    /// The paths in S3 it looks at.
    pub paths: Vec<String>,
    /// Its last run.
    pub last_crawl: Option<Crawl>,
    /// Its tags; empty unless the owner is asked for by tag.
    pub tags: BTreeMap<String, String>,
}

/// One run of a crawler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crawl {
    /// `SUCCEEDED`, `FAILED` or `CANCELLED`.
    pub status: String,
    /// When it began.
    pub started: Option<OffsetDateTime>,
    /// Why it failed.
    pub error: Option<String>,
}
