//! Compares what the catalog asks for, what the ledger says and what IAM holds, for every agreement
//! and every role. Reads only: whoever has a [`Survey`] can change nothing.
//!
//! Only policies with our name are compared. Of other inline policies the length is taken, for it
//! counts against the same limit; what they say is not looked at.

mod accounts;
mod asking;
mod closeup;
mod comparison;
mod error;
mod history;
mod judged;
mod known_roles;
mod listing;
mod looks;
mod pace;
mod picture;
mod report_of;

use access::Assessor;
use clients::agreements::Agreements;
use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::ledger::Ledger;
use clients::objects::{ObjectNames, VersionedObjects};
use clients::role_inventory::RoleInventory;
use clients::tables::TableCatalog;
use domain::ledger::Entry;
use domain::role::RoleArn;
use time::OffsetDateTime;
use tokio::time::Instant;

pub use asking::{Asking, Refusal, RevokeLimit, send};
pub use closeup::Closeup;
pub use comparison::Comparison;
pub use error::SurveyError;
pub use history::Remembered;
pub use judged::{Judged, Subject};
pub use known_roles::KnownRoles;
pub use listing::Listing;
pub use looks::{Held, Listed, Looks, RoleLook, Walked};
pub use pace::Pace;
pub use picture::{Picture, Stray};
pub use report_of::{Circumstances, report_of};

/// Everything a survey needs. Made once, at cold start.
#[derive(Debug)]
pub struct Survey<C, I, O, T> {
    /// What agreements ask for.
    pub assessor: Assessor<C, KnownRoles<I>, T>,
    /// What was granted where.
    pub ledger: Ledger<O>,
    /// How fast IAM is asked.
    pub pace: Pace,
}

impl<C, I, O, T> Survey<C, I, O, T>
where
    C: Catalog + Agreements,
    I: Roles + RoleInventory,
    O: VersionedObjects + ObjectNames,
    T: TableCatalog,
{
    /// Every entry of the ledger that can be read.
    pub async fn entries(&self) -> Result<Vec<Entry>, SurveyError> {
        let readable = self.ledger.readable().await.map_err(SurveyError::Ledger)?;
        Ok(readable.entries)
    }

    /// Goes on looking at roles: those the operator allows, those the ledger names, and those that a
    /// difference found earlier is about: whether one of them is gone shows in no list.
    pub async fn walk(
        &self,
        looks: &mut Looks,
        entries: &[Entry],
        remembered: &Remembered,
        until: Instant,
    ) -> Result<Walked, SurveyError> {
        let mut listed = self.roles(entries).await?;
        let admitted = |role: &RoleArn| self.assessor.allowed.admit(role).is_ok();
        listed.roles.extend(remembered.open_roles().filter(admitted));
        looks.pass_over(&listed);
        looks.pass_over_replaced(&listed);
        let inventory = &self.assessor.roles;
        Ok(looks.walk(inventory, &listed.roles, &self.pace, until).await)
    }

    /// The roles to look at: those the operator allows, in every account that can be listed, and
    /// those the ledger names.
    pub async fn roles(&self, entries: &[Entry]) -> Result<Listed, SurveyError> {
        let roles = entries.iter().flat_map(Entry::may_hold).collect();
        let mut listed = Listed { roles, ..Listed::default() };
        let mut next = None;
        loop {
            self.pace.turn().await;
            let page = self.assessor.roles.roles(next.as_deref()).await;
            let page = page.map_err(SurveyError::Roles)?;
            listed.note(&page.roles);
            let admitted = |role: &RoleArn| self.assessor.allowed.admit(role).is_ok();
            listed.roles.extend(page.roles.into_iter().filter(admitted));
            listed.unseen.extend(page.unseen.map(|unseen| (unseen.account, unseen.why)));
            next = page.next;
            if next.is_none() {
                return Ok(listed);
            }
        }
    }

    /// Compares. `began` is when the first role was looked at: what was written since proves nothing.
    /// The ledger is read last, so that it knows of every change that roles and catalog show.
    pub async fn compare(
        &self,
        looks: Looks,
        began: OffsetDateTime,
    ) -> Result<Picture, SurveyError> {
        let listing = Listing::read(&self.assessor.catalog, began.date()).await;
        let listing = listing.map_err(SurveyError::Agreements)?;
        let ledger = self.ledger.readable().await.map_err(SurveyError::Ledger)?;
        let seen = looks.roles.iter().filter(|(_, look)| !look.is_gone);
        self.assessor.roles.exactly(seen.map(|(role, _)| role), &looks.unseen);
        Ok(picture::compare(&self.assessor, looks, listing, ledger, began).await)
    }
}
