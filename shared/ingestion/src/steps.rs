//! Tests a connection step by step: each call that a round makes, once, and what is missing where it
//! fails. Changes nothing.

use std::error::Error;

use lambda::chain::Chain;
use serde::Serialize;

use crate::model::Place;
use crate::source::{GlueSource, Page, SourceError};

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum Outcome {
    /// It worked.
    Passed {
        /// What was found.
        found: String,
    },
    /// It did not.
    Failed {
        /// Why.
        reason: String,
        /// The IAM action that is not allowed, where that is the reason.
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<&'static str>,
    },
    /// There was nothing to try it on.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What was tried: the call's name.
    pub step: String,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

impl Step {
    /// A step that worked.
    pub fn passed(step: &str, found: impl Into<String>) -> Self {
        Self { step: step.to_owned(), outcome: Outcome::Passed { found: found.into() } }
    }

    /// A step that did not.
    pub fn failed(step: &str, error: &dyn Error) -> Self {
        let reason = Chain(error).to_string();
        Self { step: step.to_owned(), outcome: Outcome::Failed { reason, missing: None } }
    }

    /// A step that could not be tried.
    pub fn skipped(step: &str, reason: &str) -> Self {
        Self { step: step.to_owned(), outcome: Outcome::Skipped { reason: reason.to_owned() } }
    }

    /// Whether it did not work.
    pub fn has_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }

    fn of<T>(step: &str, read: &Result<T, SourceError>, found: impl FnOnce(&T) -> String) -> Self {
        match read {
            Ok(value) => Self::passed(step, found(value)),
            Err(error) => {
                let missing = match error {
                    SourceError::Denied { action, .. } => Some(*action),
                    SourceError::CredentialsRefused { .. }
                    | SourceError::Expired { .. }
                    | SourceError::Unavailable { .. } => None,
                };
                let reason = Chain(error).to_string();
                Self { step: step.to_owned(), outcome: Outcome::Failed { reason, missing } }
            }
        }
    }
}

/// Every call that a round makes of Glue, on the first thing there is. What hangs on a step that
/// failed is not tried. `has_tags`: whether owners come from tags.
pub async fn of_glue<S: GlueSource>(glue: &S, place: &Place, has_tags: bool) -> Vec<Step> {
    let mut steps = workflows(glue).await;
    steps.extend(jobs(glue, place, has_tags).await);
    steps.extend(tables(glue).await);
    let triggers = glue.triggers(None).await;
    steps.push(Step::of("GetTriggers", &triggers, |page| count(page, "triggers")));
    let crawlers = glue.crawlers(None).await;
    steps.push(Step::of("GetCrawlers", &crawlers, |page| count(page, "crawlers")));
    steps
}

async fn workflows<S: GlueSource>(glue: &S) -> Vec<Step> {
    let names = glue.workflow_names(None).await;
    let mut steps = vec![Step::of("ListWorkflows", &names, |page| count(page, "workflows"))];
    let Some(first) = first(names) else {
        let why = unless(&steps, "there is no workflow to try it on");
        steps.extend(["GetWorkflow", "GetWorkflowRuns"].map(|step| Step::skipped(step, why)));
        return steps;
    };
    let workflow = glue.workflow(&first).await;
    let tasks = |found: &Option<crate::model::Workflow>| {
        let tasks = found.as_ref().map_or(0, |workflow| workflow.tasks.len());
        format!("{first} with {tasks} tasks")
    };
    steps.push(Step::of("GetWorkflow", &workflow, tasks));
    let runs = glue.workflow_runs(&first, None).await;
    steps.push(Step::of("GetWorkflowRuns", &runs, |page| count(page, "runs")));
    steps
}

async fn jobs<S: GlueSource>(glue: &S, place: &Place, has_tags: bool) -> Vec<Step> {
    let jobs = glue.jobs(None).await;
    let mut steps = vec![Step::of("GetJobs", &jobs, |page| count(page, "jobs"))];
    let Some(first) = first(jobs) else {
        let why = unless(&steps, "there is no job to try it on");
        let hang_on_it = ["GetJobRuns"].into_iter().chain(has_tags.then_some("GetTags"));
        steps.extend(hang_on_it.map(|step| Step::skipped(step, why)));
        return steps;
    };
    let runs = glue.job_runs(&first.name, None).await;
    steps.push(Step::of("GetJobRuns", &runs, |page| count(page, "runs")));
    if has_tags {
        let tags = glue.tags(&place.arn(&format!("job/{}", first.name))).await;
        steps.push(Step::of("GetTags", &tags, |tags| format!("{} tags", tags.len())));
    }
    steps
}

async fn tables<S: GlueSource>(glue: &S) -> Vec<Step> {
    let databases = glue.databases(None).await;
    let mut steps = vec![Step::of("GetDatabases", &databases, |page| count(page, "databases"))];
    let Some(first) = first(databases) else {
        // Lake Formation leaves out what may not be seen instead of refusing.
        let empty = "there is no database to try it on; if there should be one, Lake Formation may \
                     hide it: grant DESCRIBE";
        let why = unless(&steps, empty);
        steps.push(Step::skipped("GetTables", why));
        return steps;
    };
    let tables = glue.tables(&first.name, None).await;
    let told = |page: &Page<_>| format!("{} in {}", count(page, "tables"), first.name);
    steps.push(Step::of("GetTables", &tables, told));
    steps
}

fn first<T>(page: Result<Page<T>, SourceError>) -> Option<T> {
    page.ok()?.items.into_iter().next()
}

fn unless<'a>(steps: &[Step], empty: &'a str) -> &'a str {
    if steps.iter().any(Step::has_failed) { "the step before failed" } else { empty }
}

fn count<T>(page: &Page<T>, what: &str) -> String {
    let (count, more) = (page.items.len(), if page.next.is_some() { " and more" } else { "" });
    format!("{count} {what}{more}")
}
