//! Triggers and crawlers.

use clients::objects::VersionedObjects;

use super::Rounds;
use super::work::Work;
use crate::delivery::Consignment;
use crate::model::Entity;
use crate::progress::Stage;
use crate::source::{GlueSource, Page, SourceError};
use crate::target::Target;

impl<S, T, B> Rounds<'_, S, T, B>
where
    S: GlueSource,
    T: Target,
    B: VersionedObjects,
{
    /// One page of triggers.
    pub(super) async fn triggers(
        &self,
        work: &mut Work<'_, T>,
        page: Option<&str>,
    ) -> Result<Stage, SourceError> {
        let Page { mut items, next } = self.source.triggers(page).await?;
        items.retain(|trigger| self.scope.trigger_filter_pattern.admits(&trigger.name));
        for trigger in &mut items {
            trigger.tags = self.tags(work, "trigger", &trigger.name).await?;
        }
        let published = items.iter().map(|trigger| {
            let owner = self.scope.owner.by_tag(&trigger.tags);
            Consignment { published: self.published(Entity::Trigger(trigger), owner), mark: None }
        });
        work.send(&published.collect::<Vec<_>>()).await;
        Ok(match next {
            Some(page) => Stage::Triggers { page: Some(page) },
            None => Stage::Crawlers { page: None },
        })
    }

    /// One page of crawlers.
    pub(super) async fn crawlers(
        &self,
        work: &mut Work<'_, T>,
        page: Option<&str>,
    ) -> Result<Stage, SourceError> {
        let Page { mut items, next } = self.source.crawlers(page).await?;
        items.retain(|crawler| self.scope.crawler_filter_pattern.admits(&crawler.name));
        for crawler in &mut items {
            crawler.tags = self.tags(work, "crawler", &crawler.name).await?;
        }
        let published = items.iter().map(|crawler| {
            let owner = self.scope.owner.by_tag(&crawler.tags);
            Consignment { published: self.published(Entity::Crawler(crawler), owner), mark: None }
        });
        work.send(&published.collect::<Vec<_>>()).await;
        Ok(match next {
            Some(page) => Stage::Crawlers { page: Some(page) },
            None => Stage::Removal,
        })
    }
}
