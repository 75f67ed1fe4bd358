//! Jobs and their runs.

use clients::objects::VersionedObjects;
use futures_util::{StreamExt, stream};

use super::Rounds;
use super::work::Work;
use super::workflows::newest;
use crate::delivery::Consignment;
use crate::marks::Mark;
use crate::model::{Entity, Job, JobRun, Workflow};
use crate::progress::Stage;
use crate::source::{GlueSource, Page, SourceError};
use crate::target::Target;

/// How many jobs are asked for their runs at once. Glue's limits are the account's: others need it too.
const LANES: usize = 4;

/// A job with its runs.
struct Found {
    job: Job,
    mark: Mark,
    runs: Vec<JobRun>,
    all_known: bool,
    workflows: Vec<Workflow>,
    owner: Option<String>,
}

impl<S, T, B> Rounds<'_, S, T, B>
where
    S: GlueSource,
    T: Target,
    B: VersionedObjects,
{
    /// One page of jobs.
    pub(super) async fn jobs(
        &self,
        work: &mut Work<'_, T>,
        page: Option<&str>,
    ) -> Result<Stage, SourceError> {
        let Page { items, next } = self.source.jobs(page).await?;
        let filter = &self.scope.job_filter_pattern;
        let jobs: Vec<Job> = items.into_iter().filter(|job| filter.admits(&job.name)).collect();
        let found = self.with_runs(work, jobs).await?;
        let consignments: Vec<Consignment<'_>> = found.iter().map(|f| self.consigned(f)).collect();
        let sent = work.send(&consignments).await;
        drop(consignments);
        for (found, delivered) in found.into_iter().zip(sent) {
            if found.all_known {
                let name = mark_name(&found.job);
                work.move_mark(name, found.mark, &found.runs, delivered);
            }
        }
        Ok(match next {
            Some(page) => Stage::Jobs { page: Some(page) },
            None => Stage::Triggers { page: None },
        })
    }

    fn consigned<'f>(&'f self, found: &'f Found) -> Consignment<'f> {
        let Found { job, runs, workflows, owner, mark, .. } = found;
        let entity = Entity::Job { job, workflows, runs };
        Consignment { published: self.published(entity, owner.as_deref()), mark: Some(mark) }
    }

    async fn with_runs(
        &self,
        work: &mut Work<'_, T>,
        jobs: Vec<Job>,
    ) -> Result<Vec<Found>, SourceError> {
        let began = work.progress.began;
        let marked: Vec<(Job, Mark)> = jobs
            .into_iter()
            .map(|job| {
                let mark = work.mark(&mark_name(&job));
                (job, mark)
            })
            .collect();
        let asked = stream::iter(marked.into_iter().map(async |(job, mark)| {
            let read = newest(self.floor(&mark, began), async |page: Option<String>| {
                self.source.job_runs(&job.name, page.as_deref()).await
            });
            let read = read.await;
            (job, mark, read)
        }));
        let answered: Vec<_> = asked.buffered(LANES).collect().await;
        let mut found = Vec::with_capacity(answered.len());
        for (job, mark, read) in answered {
            let (runs, all_known) = work.unless_denied(read)?;
            found.push(self.found(work, job, (mark, runs, all_known)).await?);
        }
        Ok(found)
    }

    async fn found(
        &self,
        work: &mut Work<'_, T>,
        mut job: Job,
        (mark, mut runs, all_known): (Mark, Vec<JobRun>, bool),
    ) -> Result<Found, SourceError> {
        job.tags = self.tags(work, "job", &job.name).await?;
        if !self.scope.include_lineage {
            job.reads.clear();
            job.writes.clear();
        }
        for run in runs.iter_mut().filter(|run| run.workflow_run.is_none()) {
            run.workflow_run = work.progress.covered.get(&run.id).cloned();
        }
        let has_it = |workflow: &&Workflow| {
            workflow.tasks.iter().any(|task| task.node == job.name && task.is_job())
        };
        let workflows = work.progress.workflows.iter().filter(has_it).cloned().collect();
        let owner = self.scope.owner.by_tag(&job.tags).map(str::to_owned);
        Ok(Found { job, mark, runs, all_known, workflows, owner })
    }
}

fn mark_name(job: &Job) -> String {
    format!("job:{}", job.name)
}
