//! The real Glue, read page by page.

mod calls;
mod deep;
mod error;
mod graph;
mod runs;
mod schedule;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_glue::Client;
use aws_sdk_glue::operation::{
    get_crawlers::GetCrawlersError, get_databases::GetDatabasesError,
    get_job_runs::GetJobRunsError, get_jobs::GetJobsError, get_tables::GetTablesError,
    get_tags::GetTagsError, get_triggers::GetTriggersError, get_workflow::GetWorkflowError,
    get_workflow_runs::GetWorkflowRunsError, list_workflows::ListWorkflowsError,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use clients::throttling::CountThrottles;
use time::OffsetDateTime;

pub use self::calls::Calls;
use self::deep::deeply;
use self::error::{empty, failed, is_gone, turned};
use crate::model::{Crawler, Database, Job, JobRun, Place, Table, Trigger, Workflow, WorkflowRun};
use crate::source::{GlueSource, Paged, SourceError};

// The most that Glue puts on a page, as its service model says.
const DATABASES_PER_PAGE: i32 = 100;
const TABLES_PER_PAGE: i32 = 100;
const WORKFLOWS_PER_PAGE: i32 = 25;
const JOB_RUNS_PER_PAGE: i32 = 200;
const TRIGGERS_PER_PAGE: i32 = 200;
// Here it is 1,000; but a page is held in memory as a whole, and a crawler carries all its paths, a
// workflow run its whole graph, a visual job its whole drawing (16 KiB for each node).
const JOBS_PER_PAGE: i32 = 25;
const CRAWLERS_PER_PAGE: i32 = 100;
const WORKFLOW_RUNS_PER_PAGE: i32 = 25;

/// The metric of throttled attempts.
const THROTTLED: &str = "GlueThrottled";
const ATTEMPTS: u32 = 8;
const FIRST_BACKOFF: Duration = Duration::from_millis(300);
const LONGEST_BACKOFF: Duration = Duration::from_secs(3);
/// Longest single attempt: a page of wide tables takes its time.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest call with all its attempts.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(30);

/// Glue of one account in one region.
#[derive(Clone, Debug)]
pub struct Glue {
    client: Client,
    place: Place,
    calls: Calls,
}

impl Glue {
    /// Reached by `aws`: its credentials, region and endpoint. `place` is what they lead to.
    pub fn new(aws: &SdkConfig, place: Place) -> Self {
        let patience = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(FIRST_BACKOFF)
            .with_max_backoff(LONGEST_BACKOFF);
        let inherited = aws.timeout_config().map(TimeoutConfig::to_builder).unwrap_or_default();
        let timeouts = inherited
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let config = aws_sdk_glue::config::Builder::from(aws)
            .retry_config(patience)
            .timeout_config(timeouts)
            .interceptor(CountThrottles::<GetDatabasesError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetTablesError>::new(THROTTLED))
            .interceptor(CountThrottles::<ListWorkflowsError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetWorkflowError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetWorkflowRunsError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetJobsError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetJobRunsError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetTriggersError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetCrawlersError>::new(THROTTLED))
            .interceptor(CountThrottles::<GetTagsError>::new(THROTTLED))
            .build();
        Self { client: Client::from_conf(config), place, calls: Calls::default() }
    }

    /// Where it lies.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// How often it was asked so far.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    async fn counted<T>(&self, action: &'static str, sent: impl Future<Output = T>) -> T {
        self.calls.count(action);
        sent.await
    }
}

impl GlueSource for Glue {
    /// Databases of the account's own catalog. Others that are shared with it are there as links.
    async fn databases(&self, page: Option<&str>) -> Paged<Database> {
        const ACTION: &str = "glue:GetDatabases";
        let get = self.client.get_databases().max_results(DATABASES_PER_PAGE);
        let get = get.set_next_token(page.map(str::to_owned));
        let output = self.counted(ACTION, get.send()).await;
        let output = output.map_err(|error| failed(ACTION, page, error))?;
        let own = &self.place.account;
        let found = output.database_list.into_iter();
        let databases = found.map(|database| table::database(own, database)).collect();
        turned(ACTION, page, databases, output.next_token)
    }

    async fn tables(&self, database: &str, page: Option<&str>) -> Paged<Table> {
        const ACTION: &str = "glue:GetTables";
        let get = self.client.get_tables().database_name(database).max_results(TABLES_PER_PAGE);
        let get = get.set_next_token(page.map(str::to_owned));
        let output = match self.counted(ACTION, get.send()).await {
            Ok(output) => output,
            Err(error) if is_gone(&error) => return Ok(empty()),
            Err(error) => return Err(failed(ACTION, page, error)),
        };
        let own = &self.place.account;
        let found = output.table_list.into_iter().flatten();
        let tables = found.map(|table| table::table(own, database, table)).collect();
        turned(ACTION, page, tables, output.next_token)
    }

    async fn workflow_names(&self, page: Option<&str>) -> Paged<String> {
        const ACTION: &str = "glue:ListWorkflows";
        let list = self.client.list_workflows().max_results(WORKFLOWS_PER_PAGE);
        let list = list.set_next_token(page.map(str::to_owned));
        let output = self.counted(ACTION, list.send()).await;
        let output = output.map_err(|error| failed(ACTION, page, error))?;
        turned(ACTION, page, output.workflows.unwrap_or_default(), output.next_token)
    }

    async fn workflow(&self, name: &str) -> Result<Option<Workflow>, SourceError> {
        const ACTION: &str = "glue:GetWorkflow";
        let get = self.client.get_workflow().name(name).include_graph(true);
        let output = match self.counted(ACTION, get.send()).await {
            Ok(output) => output,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(failed(ACTION, None, error)),
        };
        Ok(output.workflow.map(|workflow| Workflow {
            name: said(workflow.name).unwrap_or_else(|| name.to_owned()),
            description: said(workflow.description),
            tasks: graph::tasks(workflow.graph),
            tags: BTreeMap::new(),
        }))
    }

    async fn workflow_runs(&self, workflow: &str, page: Option<&str>) -> Paged<WorkflowRun> {
        const ACTION: &str = "glue:GetWorkflowRuns";
        let get = self.client.get_workflow_runs().name(workflow).include_graph(true);
        let get = get.max_results(WORKFLOW_RUNS_PER_PAGE).set_next_token(page.map(str::to_owned));
        let output = match self.counted(ACTION, get.send()).await {
            Ok(output) => output,
            Err(error) if is_gone(&error) => return Ok(empty()),
            Err(error) => return Err(failed(ACTION, page, error)),
        };
        let found = output.runs.into_iter().flatten();
        let runs = found.filter_map(|run| runs::workflow_run(workflow, run)).collect();
        turned(ACTION, page, runs, output.next_token)
    }

    async fn jobs(&self, page: Option<&str>) -> Paged<Job> {
        const ACTION: &str = "glue:GetJobs";
        let get = self.client.get_jobs().max_results(JOBS_PER_PAGE);
        let get = get.set_next_token(page.map(str::to_owned));
        let output = deeply(Box::pin(self.counted(ACTION, get.send()))).await;
        let output = output
            .map_err(|source| SourceError::Unavailable { action: ACTION, source: source.into() })?
            .map_err(|error| failed(ACTION, page, error))?;
        let jobs = output.jobs.into_iter().flatten().filter_map(schedule::job).collect();
        turned(ACTION, page, jobs, output.next_token)
    }

    async fn job_runs(&self, job: &str, page: Option<&str>) -> Paged<JobRun> {
        const ACTION: &str = "glue:GetJobRuns";
        let get = self.client.get_job_runs().job_name(job).max_results(JOB_RUNS_PER_PAGE);
        let get = get.set_next_token(page.map(str::to_owned));
        let output = match self.counted(ACTION, get.send()).await {
            Ok(output) => output,
            Err(error) if is_gone(&error) => return Ok(empty()),
            Err(error) => return Err(failed(ACTION, page, error)),
        };
        let found = output.job_runs.into_iter().flatten();
        let runs = found.filter_map(|run| runs::job_run(job, None, run)).collect();
        turned(ACTION, page, runs, output.next_token)
    }

    async fn triggers(&self, page: Option<&str>) -> Paged<Trigger> {
        const ACTION: &str = "glue:GetTriggers";
        let get = self.client.get_triggers().max_results(TRIGGERS_PER_PAGE);
        let get = get.set_next_token(page.map(str::to_owned));
        let output = self.counted(ACTION, get.send()).await;
        let output = output.map_err(|error| failed(ACTION, page, error))?;
        let found = output.triggers.into_iter().flatten();
        turned(ACTION, page, found.filter_map(schedule::trigger).collect(), output.next_token)
    }

    async fn crawlers(&self, page: Option<&str>) -> Paged<Crawler> {
        const ACTION: &str = "glue:GetCrawlers";
        let get = self.client.get_crawlers().max_results(CRAWLERS_PER_PAGE);
        let get = get.set_next_token(page.map(str::to_owned));
        let output = self.counted(ACTION, get.send()).await;
        let output = output.map_err(|error| failed(ACTION, page, error))?;
        let found = output.crawlers.into_iter().flatten();
        turned(ACTION, page, found.filter_map(schedule::crawler).collect(), output.next_token)
    }

    async fn tags(&self, arn: &str) -> Result<BTreeMap<String, String>, SourceError> {
        const ACTION: &str = "glue:GetTags";
        let get = self.client.get_tags().resource_arn(arn);
        match self.counted(ACTION, get.send()).await {
            Ok(output) => Ok(output.tags.into_iter().flatten().collect()),
            Err(error) if is_gone(&error) => Ok(BTreeMap::new()),
            Err(error) => Err(failed(ACTION, None, error)),
        }
    }
}

/// What says nothing is not there.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// To the nearest millisecond: JSON carries seconds with a binary fraction, and what was meant as
/// .123 arrives as .122999….
fn moment(at: DateTime) -> Option<OffsetDateTime> {
    let milliseconds = at.as_nanos().checked_add(500_000)?.div_euclid(1_000_000);
    OffsetDateTime::from_unix_timestamp_nanos(milliseconds.checked_mul(1_000_000)?).ok()
}
