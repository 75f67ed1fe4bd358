//! Works out what an agreement asks for. Reads only: whoever has one of these cannot grant.

use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::tables::TableCatalog;
use domain::absence::Before;
use domain::agreement::Agreement;
use domain::consent::Consent;
use domain::event::Family;
use domain::ids::AgreementId;
use domain::ledger::Entry;
use domain::plan::Wanted;
use domain::resource_scope::ResourceScope;
use domain::role::RoleScope;
use domain::role_field::RoleField;
use domain::server::Home;
use serde::de::IgnoredAny;
use time::{Duration, OffsetDateTime};

use crate::grant::NoGrant;
use crate::{AccessError, Documents};

/// Everything needed to say what an agreement asks for.
#[derive(Debug)]
pub struct Assessor<C, R, T> {
    /// Agreements, and what they refer to.
    pub catalog: C,
    /// Roles, and for whoever may change them their policies.
    pub roles: R,
    /// Descriptions of Glue tables.
    pub tables: T,
    /// Roles that may be touched.
    pub allowed: RoleScope,
    /// What a role must have beyond that to be granted to.
    pub consent: Consent,
    /// Which fields of a consumer name its role.
    pub role_field: RoleField,
    /// What a description means where it does not say.
    pub home: Home,
    /// Resources that may be granted.
    pub resources: ResourceScope,
    /// Whether Glue is asked for what is only told to the owners.
    pub notes: bool,
    /// How long a look at IAM after a write proves nothing, and a missing table costs nothing.
    pub settles_in: Duration,
}

impl<C: Catalog, R: Roles, T: TableCatalog> Assessor<C, R, T> {
    /// What an active agreement asks for now. An error means that it cannot be said now. `recorded` is
    /// what the ledger said at the time `now`: a table that Glue does not show for a while costs
    /// nothing that was granted before.
    pub async fn wanted(
        &self,
        id: &AgreementId,
        agreement: &Agreement,
        (recorded, now): (Option<&Entry>, OffsetDateTime),
        documents: &Documents<'_, C>,
    ) -> Result<Wanted, AccessError> {
        let before = Before { recorded, now, settles_in: self.settles_in };
        match self.grant(id, agreement, &before, documents).await {
            Ok(grant) => Ok(Wanted::Grant(grant)),
            Err(NoGrant::Refused(rejection)) => Ok(Wanted::Refused(rejection)),
            Err(NoGrant::NotOurs) => Ok(Wanted::NotOurs),
            Err(NoGrant::Failed(error)) => Err(error),
        }
    }

    /// The agreement, wherever the catalog keeps it: both families have to say "not found". Only the
    /// old family, which newer servers do not have at all, may say so with any answer for good that
    /// is no agreement.
    pub async fn find(
        &self,
        family: Family,
        id: &AgreementId,
    ) -> Result<Option<Source>, AccessError> {
        if let Some(found) = self.find_in(family, id).await? {
            return Ok(Some(found));
        }
        let other = family.other();
        match (self.find_in(other, id).await, other) {
            (found, Family::Access) => found,
            (Ok(found), Family::DataUsageAgreement) => Ok(found.filter(Source::is_json)),
            // A refusal is the word of a server that does not have the old family only while the same
            // server answers for the new one: the key may have ended between the two calls.
            (Err(AccessError::Catalog(error)), Family::DataUsageAgreement)
                if error.may_mean_absence() =>
            {
                self.find_in(family, id).await
            }
            (Err(error), Family::DataUsageAgreement) => Err(error),
        }
    }

    async fn find_in(
        &self,
        family: Family,
        id: &AgreementId,
    ) -> Result<Option<Source>, AccessError> {
        let asked = self.catalog.agreement(family, id).await.map_err(AccessError::Catalog)?;
        Ok(asked.map(|document| Source { family, document }))
    }
}

/// The agreement as the catalog has it.
#[derive(Debug)]
pub struct Source {
    /// Where it was found.
    pub family: Family,
    /// As the catalog shows it.
    pub document: String,
}

impl Source {
    fn is_json(&self) -> bool {
        serde_json::from_str::<IgnoredAny>(&self.document).is_ok()
    }
}
