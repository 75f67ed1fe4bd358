//! Tells the catalog what became of an agreement, without taking anything from anybody.

use std::time::Duration;

use clients::catalog::{Catalog, Place, Report, Step};
use clients::http::CatalogError;
use clients::iam::RolePolicies;
use clients::objects::VersionedObjects;
use clients::tables::TableCatalog;
use domain::Failure;
use domain::event::Family;
use domain::plan::{Plan, Showing};
use domain::write_back::revised;

use tokio::time::timeout;

use crate::load::Seen;
use crate::{Access, AccessError, Mode, Source};

/// How long a change may be held up by telling of it, or by a catalog that is not needed.
pub(crate) const COURTESY: Duration = Duration::from_secs(3);

impl<C, R, O, T> Access<C, R, O, T>
where
    C: Catalog,
    R: RolePolicies,
    O: VersionedObjects,
    T: TableCatalog,
{
    /// A passing failure is an error: the message comes again and only this step is repeated. A
    /// final one is only logged: it must neither undo the grant nor block the agreement. Where
    /// everything is being revoked every failure is final: the catalog may be gone already.
    pub(crate) async fn show(&self, plan: &Plan, seen: &Seen) -> Result<(), AccessError> {
        if seen.mode != Mode::Revoke {
            return self.show_all(plan, seen).await;
        }
        let late = || CatalogError::Unreadable("no answer in time".to_owned());
        let shown = timeout(COURTESY, self.show_all(plan, seen)).await;
        shown.unwrap_or_else(|_| settle(late(), true, seen))
    }

    async fn show_all(&self, plan: &Plan, seen: &Seen) -> Result<(), AccessError> {
        let (Some(showing), Some(source)) = (&plan.showing, &seen.source) else { return Ok(()) };
        if self.write_back.tags
            && let Err(error) = self.show_on_agreement(showing, source, seen).await
        {
            let is_final = seen.mode == Mode::Revoke || is_final(&error);
            settle(error, is_final, seen)?;
        }
        // Reports echo into the feed, so only news is reported.
        if self.write_back.reports && seen.is_news(plan) && source.family == Family::Access {
            let report = report(showing, seen);
            if let Err(error) = self.assessor.catalog.report(&seen.hint.agreement, &report).await {
                let is_final = seen.mode == Mode::Revoke || is_final_for_report(&error);
                settle(error, is_final, seen)?;
            }
        }
        Ok(())
    }

    /// Tells the owners that something begins, or that it cannot be done. Nobody waits long for this:
    /// what the catalog does not take at once is written down and passed over.
    pub(crate) async fn tell(&self, report: &Report, seen: &Seen) -> Result<(), AccessError> {
        let known = seen.source.as_ref().is_some_and(|source| source.family == Family::Access);
        if !known || !self.write_back.reports {
            return Ok(());
        }
        match timeout(COURTESY, self.assessor.catalog.report(&seen.hint.agreement, report)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => settle(error, true, seen),
            Err(_) => settle(CatalogError::Unreadable("no answer in time".to_owned()), true, seen),
        }
    }

    /// The catalog has no conditional write, so the document is read again just before.
    async fn show_on_agreement(
        &self,
        showing: &Showing,
        source: &Source,
        seen: &Seen,
    ) -> Result<(), CatalogError> {
        if revise(&source.document, showing)?.is_none() {
            return Ok(());
        }
        let id = &seen.hint.agreement;
        let Some(fresh) = self.assessor.catalog.agreement(source.family, id).await? else {
            return Ok(());
        };
        match revise(&fresh, showing)? {
            Some(document) => {
                self.assessor.catalog.put_agreement(source.family, id, document).await
            }
            None => Ok(()),
        }
    }
}

fn revise(document: &str, showing: &Showing) -> Result<Option<String>, CatalogError> {
    let unreadable = |err: serde_json::Error| CatalogError::Unreadable(err.to_string());
    revised(document, showing).map_err(unreadable)
}

fn report(showing: &Showing, seen: &Seen) -> Report {
    match showing {
        Showing::Granted { role, policy, note } => {
            let place = Place { role: role.clone(), policy: policy.as_str().to_owned() };
            Report { note: note.clone(), ..Report::of(Step::Provisioned, Some(place)) }
        }
        Showing::Inactive => {
            let last = seen.recorded.entry.as_ref();
            let place = last.and_then(|entry| {
                let (role, policy) = (entry.role_arn.clone()?, entry.policy_name.clone());
                Some(Place { role, policy })
            });
            Report::of(Step::Deprovisioned, place)
        }
        Showing::Failed(rejection) => Report {
            diagnostics: Some(rejection.to_string()),
            ..Report::of(Step::ProvisioningFailed, None)
        },
    }
}

/// A final failure is written down and passed over; a passing one brings the message back.
fn settle(error: CatalogError, is_final: bool, seen: &Seen) -> Result<(), AccessError> {
    if !is_final {
        return Err(AccessError::Catalog(error));
    }
    metrics::counter!("WriteBackFailed").increment(1);
    tracing::warn!(
        event.id = %seen.hint.event, agreement.id = %seen.hint.agreement,
        error = %error, "the catalog does not take the result; the grant itself is not affected"
    );
    Ok(())
}

fn is_final(error: &CatalogError) -> bool {
    error.failure() == Failure::Reject || matches!(error, CatalogError::Unreadable(_))
}

/// A key may lack the right to report although it may write agreements.
fn is_final_for_report(error: &CatalogError) -> bool {
    is_final(error) || matches!(error, CatalogError::KeyRefused { .. })
}
