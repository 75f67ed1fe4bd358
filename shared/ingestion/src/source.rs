//! What is read: one method per call of Glue, so that the caller counts and paces them.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::future::Future;

use domain::Failure;

use crate::model::{Crawler, Database, Job, JobRun, Table, Trigger, Workflow, WorkflowRun};

/// Why Glue did not answer as asked.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The right is missing; other kinds can still be read.
    #[error("not allowed to {action}")]
    Denied {
        /// The IAM action.
        action: &'static str,
        /// What AWS said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The credentials are not taken any more. The next tick opens the connection anew, with its secrets
    /// as they are then.
    #[error("the credentials are refused ({action})")]
    CredentialsRefused {
        /// The IAM action.
        action: &'static str,
        /// What AWS said.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A place in a list is not valid any more: the list has to be read from its beginning.
    #[error("{action}: the place in the list is not valid any more")]
    Expired {
        /// The IAM action.
        action: &'static str,
    },
    /// Throttled, unreachable, too slow, or an answer never met before.
    #[error("{action} did not succeed")]
    Unavailable {
        /// The IAM action.
        action: &'static str,
        /// What AWS said, or what happened on the way.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl SourceError {
    /// The IAM action that did not succeed.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Denied { action, .. }
            | Self::CredentialsRefused { action, .. }
            | Self::Expired { action }
            | Self::Unavailable { action, .. } => action,
        }
    }

    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Denied { .. } | Self::CredentialsRefused { .. } => Failure::Halt,
            Self::Expired { .. } | Self::Unavailable { .. } => Failure::Retry,
        }
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to ask the next page with; `None` after the last one.
    pub next: Option<String>,
}

/// A page, or why there is none.
pub type Paged<T> = Result<Page<T>, SourceError>;

/// AWS Glue in one account and region.
pub trait GlueSource: Send + Sync {
    /// `glue:GetDatabases`.
    fn databases(&self, page: Option<&str>) -> impl Future<Output = Paged<Database>> + Send;

    /// `glue:GetTables`; no table when the database is gone.
    fn tables(
        &self,
        database: &str,
        page: Option<&str>,
    ) -> impl Future<Output = Paged<Table>> + Send;

    /// `glue:ListWorkflows`: names only.
    fn workflow_names(&self, page: Option<&str>) -> impl Future<Output = Paged<String>> + Send;

    /// `glue:GetWorkflow` with its graph; `None` when it is gone.
    fn workflow(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<Workflow>, SourceError>> + Send;

    /// `glue:GetWorkflowRuns`, newest first.
    fn workflow_runs(
        &self,
        workflow: &str,
        page: Option<&str>,
    ) -> impl Future<Output = Paged<WorkflowRun>> + Send;

    /// `glue:GetJobs`.
    fn jobs(&self, page: Option<&str>) -> impl Future<Output = Paged<Job>> + Send;

    /// `glue:GetJobRuns`, newest first.
    fn job_runs(&self, job: &str, page: Option<&str>)
    -> impl Future<Output = Paged<JobRun>> + Send;

    /// `glue:GetTriggers`.
    fn triggers(&self, page: Option<&str>) -> impl Future<Output = Paged<Trigger>> + Send;

    /// `glue:GetCrawlers`.
    fn crawlers(&self, page: Option<&str>) -> impl Future<Output = Paged<Crawler>> + Send;

    /// `glue:GetTags` of a job, workflow, trigger or crawler.
    fn tags(
        &self,
        arn: &str,
    ) -> impl Future<Output = Result<BTreeMap<String, String>, SourceError>> + Send;
}
