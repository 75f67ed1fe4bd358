//! Carries a plan out. No choices are left here.

use std::time::Instant;

use clients::catalog::{Catalog, Place, Report, Step};
use clients::iam::RolePolicies;
use clients::objects::VersionedObjects;
use clients::tables::TableCatalog;
use domain::Failure;
use domain::Rejection;
use domain::ledger::Entry;
use domain::plan::{Change, Plan};
use domain::role::{RoleArn, RoleReference};

use crate::load::Seen;
use crate::{Access, AccessError, audit};

impl<C, R, O, T> Access<C, R, O, T>
where
    C: Catalog,
    R: RolePolicies,
    O: VersionedObjects,
    T: TableCatalog,
{
    /// Intent, changes, write-back, fact: a crash anywhere leaves an intent that the next run
    /// finishes, and a failed write-back is tried again without touching IAM.
    pub(crate) async fn apply(&self, plan: &Plan, seen: &mut Seen) -> Result<(), AccessError> {
        if let Some(intent) = plan.intent() {
            self.record(intent, seen).await?;
        }
        if let Some(last) = plan.changes.last().filter(|_| !seen.was_tried()) {
            self.tell(&beginning(last), seen).await?;
            seen.announced = true;
        }
        for change in &plan.changes {
            let changed = self.change(change, seen).await;
            if let Err(error) = changed {
                self.tell_of_a_right_that_stays(change, &error, seen).await?;
                return Err(error);
            }
        }
        audit::refused(plan, seen);
        self.show(plan, seen).await?;
        if let Some(fact) = plan.record.clone() {
            self.record(fact, seen).await?;
        }
        Ok(())
    }

    /// Only what no repetition mends, and once: the catalog mails it to the owners.
    async fn tell_of_a_right_that_stays(
        &self,
        change: &Change,
        error: &AccessError,
        seen: &Seen,
    ) -> Result<(), AccessError> {
        if !error.leaves_a_right() || error.failure() == Failure::Retry || seen.was_tried() {
            return Ok(());
        }
        let words = format!("the right could not be taken away yet: {error}; the operator is told");
        let report = Report::of(Step::DeprovisioningFailed, Some(place(change)));
        self.tell(&Report { diagnostics: Some(words), ..report }, seen).await
    }

    async fn record(&self, entry: Entry, seen: &mut Seen) -> Result<(), AccessError> {
        if seen.recorded.entry.as_ref().is_some_and(|known| known.says_the_same(&entry)) {
            return Ok(());
        }
        let saved = self.ledger.save(&seen.recorded, entry).await;
        seen.recorded = saved.map_err(AccessError::Ledger)?;
        seen.situation.recorded.clone_from(&seen.recorded.entry);
        Ok(())
    }

    async fn change(&self, change: &Change, seen: &Seen) -> Result<(), AccessError> {
        let _turn = self.turns.take(change.role()).await;
        let begun = Instant::now();
        let receipt = match change {
            Change::Revoke { role, policy } => {
                let role = role.clone();
                match self.assessor.allowed.admit(&role) {
                    Ok(()) => {
                        let deleted = self.assessor.roles.delete(&role, policy).await;
                        deleted.map_err(|source| AccessError::not_revoked(role, source))?
                    }
                    // Nothing is touched there. But a role that is gone took its policies along.
                    Err(Rejection::RoleNotAllowed { .. }) if self.is_gone(&role).await => None,
                    Err(why) => return Err(AccessError::not_revocable(role, why)),
                }
            }
            Change::Grant(grant) => {
                let put =
                    self.assessor.roles.put(&grant.role, &grant.policy, &grant.document).await;
                Some(put.map_err(AccessError::Grant)?)
            }
        };
        // What was already gone is no change, and no line in the audit.
        if let Some(receipt) = receipt {
            audit::changed(change, seen, &receipt, begun.elapsed());
        }
        Ok(())
    }

    /// Whether IAM says that there is no such role, or another one of that name.
    async fn is_gone(&self, role: &RoleArn) -> bool {
        let found = self.assessor.roles.role(&RoleReference::Arn(role.clone())).await;
        found.is_ok_and(|found| found.is_none_or(|found| !found.arn.is_spelt_like(role)))
    }
}

/// A grant stands last in a plan: a right that moves to another role is given, not taken.
fn beginning(last: &Change) -> Report {
    let step = match last {
        Change::Revoke { .. } => Step::DeprovisioningStarted,
        Change::Grant(_) => Step::ProvisioningStarted,
    };
    Report::of(step, Some(place(last)))
}

fn place(change: &Change) -> Place {
    let policy = match change {
        Change::Revoke { policy, .. } => policy,
        Change::Grant(grant) => &grant.policy,
    };
    Place { role: change.role().clone(), policy: policy.as_str().to_owned() }
}
