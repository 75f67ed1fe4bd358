//! Workflows and their runs.

use std::collections::BTreeMap;

use clients::objects::VersionedObjects;
use time::{Duration, OffsetDateTime};

use super::Rounds;
use super::work::Work;
use crate::delivery::Consignment;
use crate::marks::{LATEST, Mark, Run, worth_sending};
use crate::model::{Entity, Workflow, WorkflowRun};
use crate::progress::Stage;
use crate::source::{GlueSource, Page, Paged, SourceError};
use crate::target::Target;

impl<S, T, B> Rounds<'_, S, T, B>
where
    S: GlueSource,
    T: Target,
    B: VersionedObjects,
{
    /// One page of workflow names. Filtered before any of them is looked at.
    pub(super) async fn workflow_names(
        &self,
        work: &mut Work<'_, T>,
        page: Option<&str>,
    ) -> Result<Stage, SourceError> {
        // A list that begins anew finds them again.
        work.progress.workflows.clear();
        let Page { items, next } = self.source.workflow_names(page).await?;
        let filter = &self.scope.pipeline_filter_pattern;
        work.progress.left.extend(items.into_iter().filter(|name| filter.admits(name)));
        Ok(match next {
            Some(page) => Stage::WorkflowNames { page: Some(page) },
            None => Stage::Workflows,
        })
    }

    /// The last workflow that is left.
    pub(super) async fn workflow(&self, work: &mut Work<'_, T>) -> Result<Stage, SourceError> {
        let Some(name) = work.progress.left.last().cloned() else {
            return Ok(Stage::Jobs { page: None });
        };
        let Some(mut workflow) = self.source.workflow(&name).await? else {
            work.progress.left.pop();
            return Ok(Stage::Workflows);
        };
        workflow.tags = self.tags(work, "workflow", &workflow.name).await?;
        let mark_name = format!("workflow:{}", workflow.name);
        let mark = work.mark(&mark_name);
        let floor = self.floor(&mark, work.progress.began);
        let runs = newest(floor, async |page: Option<String>| {
            self.source.workflow_runs(&workflow.name, page.as_deref()).await
        });
        let (runs, all_known) = work.unless_denied(runs.await)?;
        self.publish_workflow(work, &workflow, &runs, (mark_name, mark, all_known)).await;
        work.progress.workflows.push(workflow);
        work.progress.left.pop();
        Ok(Stage::Workflows)
    }

    async fn publish_workflow(
        &self,
        work: &mut Work<'_, T>,
        workflow: &Workflow,
        runs: &[WorkflowRun],
        (mark_name, mark, all_known): (String, Mark, bool),
    ) {
        for run in runs {
            let jobs = run.jobs.iter().map(|job| (job.id.clone(), run.id.clone()));
            work.progress.covered.extend(jobs);
        }
        let owner = self.scope.owner.by_tag(&workflow.tags);
        let published = self.published(Entity::Workflow { workflow, runs }, owner);
        let sent = work.send(&[Consignment { published, mark: Some(&mark) }]).await;
        if all_known {
            for delivered in sent {
                work.move_mark(mark_name.clone(), mark.clone(), runs, delivered);
            }
        }
    }

    /// The oldest run that still matters.
    pub(super) fn floor(&self, mark: &Mark, began: OffsetDateTime) -> OffsetDateTime {
        mark.floor(began - Duration::days(self.scope.run_days.into()))
    }

    /// The tags of something, if the owner is asked for by tag.
    pub(super) async fn tags(
        &self,
        work: &mut Work<'_, T>,
        kind: &str,
        name: &str,
    ) -> Result<BTreeMap<String, String>, SourceError> {
        if self.scope.owner.tag.is_none() {
            return Ok(BTreeMap::new());
        }
        let tags = self.source.tags(&self.place.arn(&format!("{kind}/{name}"))).await;
        Ok(work.unless_denied(tags)?.0)
    }
}

/// Runs, newest first, until all that matter are there.
pub(super) async fn newest<R: Run>(
    floor: OffsetDateTime,
    read: impl AsyncFn(Option<String>) -> Paged<R>,
) -> Result<Vec<R>, SourceError> {
    let mut runs: Vec<R> = Vec::new();
    let mut page = None;
    loop {
        let Page { items, next } = read(page).await?;
        let oldest = items.iter().map(Run::started).min();
        runs.extend(items);
        let is_enough = runs.len() >= LATEST && oldest.is_some_and(|oldest| oldest < floor);
        if next.is_none() || is_enough {
            return Ok(worth_sending(runs, floor));
        }
        page = next;
    }
}
