//! Databases and tables.

use clients::objects::VersionedObjects;

use super::Rounds;
use super::work::Work;
use crate::delivery::Consignment;
use crate::model::{Database, Entity, Published, Table};
use crate::progress::Stage;
use crate::source::{GlueSource, Page, SourceError};
use crate::target::Target;

impl<S, T, B> Rounds<'_, S, T, B>
where
    S: GlueSource,
    T: Target,
    B: VersionedObjects,
{
    /// One page of databases.
    pub(super) async fn databases(
        &self,
        work: &mut Work<'_, T>,
        page: Option<&str>,
    ) -> Result<Stage, SourceError> {
        let Page { items, next } = self.source.databases(page).await?;
        let filter = &self.scope.database_filter_pattern;
        let databases: Vec<Database> =
            items.into_iter().filter(|database| filter.admits(&database.name)).collect();
        let owner = |database: &Database| {
            let owner = self.scope.owner.by_parameter(&database.parameters, None);
            owner.map(str::to_owned)
        };
        let owners: Vec<Option<String>> = databases.iter().map(owner).collect();
        let published = databases.iter().zip(&owners).map(|(database, owner)| Consignment {
            published: self.published(Entity::Database(database), owner.as_deref()),
            mark: None,
        });
        // Databases of one catalog share what stands for the catalog itself.
        work.send_in_order(&published.collect::<Vec<_>>()).await;
        for (database, owner) in databases.into_iter().zip(owners) {
            if let Some(owner) = owner {
                work.progress.owners.insert(database.name.clone(), owner);
            }
            work.progress.left.push(database.name);
        }
        Ok(match next {
            Some(page) => Stage::Databases { page: Some(page) },
            None => Stage::Tables { page: None },
        })
    }

    /// One page of the tables of the last database that is left.
    pub(super) async fn tables(
        &self,
        work: &mut Work<'_, T>,
        page: Option<&str>,
    ) -> Result<Stage, SourceError> {
        let Some(database) = work.progress.left.last().cloned() else {
            return Ok(Stage::WorkflowNames { page: None });
        };
        let Page { items, next } = self.source.tables(&database, page).await?;
        let filter = &self.scope.table_filter_pattern;
        let tables: Vec<Table> =
            items.into_iter().filter(|table| filter.admits(&table.name.table)).collect();
        let of_database = work.progress.owners.get(&database).cloned();
        let published = tables.iter().map(|table| {
            let owner = self.scope.owner.by_parameter(&table.parameters, of_database.as_deref());
            Consignment { published: self.published(Entity::Table(table), owner), mark: None }
        });
        work.send(&published.collect::<Vec<_>>()).await;
        if next.is_none() {
            work.progress.left.pop();
        }
        Ok(Stage::Tables { page: next })
    }

    pub(super) fn published<'e>(
        &'e self,
        entity: Entity<'e>,
        owner: Option<&'e str>,
    ) -> Published<'e> {
        Published { place: &self.place, owner, entity }
    }
}
