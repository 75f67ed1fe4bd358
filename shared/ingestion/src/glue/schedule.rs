//! From Glue's jobs, triggers and crawlers to ours.

use std::collections::BTreeMap;

use aws_sdk_glue::types;

use super::{moment, said};
use crate::definition;
use crate::model::{Crawl, Crawler, Job, Trigger};

/// A job; one without a name cannot be asked for and is passed over.
pub(super) fn job(job: types::Job) -> Option<Job> {
    let definition::Lineage { reads, writes } = definition::lineage(&job);
    let (command, script) =
        job.command.map(|command| (command.name, command.script_location)).unwrap_or_default();
    Some(Job {
        name: said(job.name)?,
        description: said(job.description),
        command: said(command),
        script: said(script),
        glue_version: said(job.glue_version),
        role: said(job.role),
        changed: job.last_modified_on.and_then(moment),
        reads,
        writes,
        tags: BTreeMap::new(),
    })
}

/// A trigger.
pub(super) fn trigger(trigger: types::Trigger) -> Option<Trigger> {
    let mut found = Trigger {
        name: said(trigger.name)?,
        description: said(trigger.description),
        kind: trigger.r#type.map(|kind| kind.as_str().to_owned()),
        state: trigger.state.map(|state| state.as_str().to_owned()),
        schedule: said(trigger.schedule),
        workflow: said(trigger.workflow_name),
        ..Trigger::default()
    };
    for action in trigger.actions.into_iter().flatten() {
        found.jobs.extend(said(action.job_name));
        found.crawlers.extend(said(action.crawler_name));
    }
    Some(found)
}

/// A crawler.
pub(super) fn crawler(crawler: types::Crawler) -> Option<Crawler> {
    let s3 = crawler.targets.and_then(|targets| targets.s3_targets).into_iter().flatten();
    Some(Crawler {
        name: said(crawler.name)?,
        description: said(crawler.description),
        state: crawler.state.map(|state| state.as_str().to_owned()),
        schedule: said(crawler.schedule.and_then(|schedule| schedule.schedule_expression)),
        database: said(crawler.database_name),
        paths: s3.filter_map(|target| said(target.path)).collect(),
        last_crawl: crawler.last_crawl.and_then(crawl),
        tags: BTreeMap::new(),
    })
}

fn crawl(crawl: types::LastCrawlInfo) -> Option<Crawl> {
    Some(Crawl {
        status: crawl.status?.as_str().to_owned(),
        started: crawl.start_time.and_then(moment),
        error: said(crawl.error_message),
    })
}
