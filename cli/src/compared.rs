//! Compares everything, or one agreement, while somebody watches.

use clients::agreements::Agreements;
use clients::catalog::Catalog;
use clients::iam::{IamError, Roles};
use clients::objects::{ObjectNames, VersionedObjects};
use clients::role_inventory::{RoleInventory, RolePage};
use clients::tables::TableCatalog;
use domain::ids::AgreementId;
use domain::role::RoleArn;
use indicatif::ProgressBar;
use survey::{Looks, Picture, Survey, SurveyError, Walked};
use time::OffsetDateTime;
use tokio::time::{Duration, Instant};

/// How often roles that IAM did not show are asked for again.
const ATTEMPTS: usize = 3;
/// Longest walk; a thousand roles take minutes.
const PATIENCE: Duration = Duration::from_hours(6);

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum ComparedError {
    /// Something could not be read.
    #[error("nothing can be compared")]
    Survey(#[source] SurveyError),
    /// IAM answers too slowly or not at all.
    #[error("roles cannot be looked at: {0}")]
    Roles(String),
}

/// Compares one agreement, or everything. Reads only.
pub async fn picture<C, I, O, T>(
    survey: &Survey<C, I, O, T>,
    agreement: Option<&AgreementId>,
    began: OffsetDateTime,
    progress: &ProgressBar,
) -> Result<Picture, ComparedError>
where
    C: Catalog + Agreements,
    I: Roles + RoleInventory,
    O: VersionedObjects + ObjectNames,
    T: TableCatalog,
{
    let Some(id) = agreement else { return everything(survey, began, progress).await };
    let closeup = survey.look_closely(id, began).await;
    Ok(closeup.map_err(ComparedError::Survey)?.picture)
}

async fn everything<C, I, O, T>(
    survey: &Survey<C, I, O, T>,
    began: OffsetDateTime,
    progress: &ProgressBar,
) -> Result<Picture, ComparedError>
where
    C: Catalog + Agreements,
    I: Roles + RoleInventory,
    O: VersionedObjects + ObjectNames,
    T: TableCatalog,
{
    let entries = survey.entries().await.map_err(ComparedError::Survey)?;
    let listed = survey.roles(&entries).await.map_err(ComparedError::Survey)?;
    progress.set_length(u64::try_from(listed.roles.len()).unwrap_or(u64::MAX));
    let watched = Watched { inventory: &survey.assessor.roles, progress };
    let mut looks = Looks::default();
    looks.pass_over(&listed);
    looks.pass_over_replaced(&listed);
    for attempt in 1.. {
        let until = Instant::now() + PATIENCE;
        match looks.walk(&watched, &listed.roles, &survey.pace, until).await {
            Walked::Everywhere => break,
            Walked::SoFar(why) if attempt == ATTEMPTS => {
                return Err(ComparedError::Roles(why.unwrap_or_else(|| "too slow".to_owned())));
            }
            Walked::SoFar(_) => {}
        }
    }
    progress.set_message("agreements are compared; roles looked at:");
    let picture = survey.compare(looks, began).await;
    progress.finish_and_clear();
    picture.map_err(ComparedError::Survey)
}

/// Moves the bar with each role that is looked at.
struct Watched<'a, I> {
    inventory: &'a I,
    progress: &'a ProgressBar,
}

impl<I: RoleInventory> RoleInventory for Watched<'_, I> {
    async fn roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        self.inventory.roles(page).await
    }

    async fn policy_names(&self, role: &RoleArn) -> Result<Option<Vec<String>>, IamError> {
        self.progress.inc(1);
        self.inventory.policy_names(role).await
    }

    async fn policy_text(&self, role: &RoleArn, name: &str) -> Result<Option<String>, IamError> {
        self.inventory.policy_text(role, name).await
    }
}
