//! Works out what an agreement asks for. Reads only: whoever has one of these cannot grant.

use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::tables::TableCatalog;
use domain::agreement::Agreement;
use domain::consent::Consent;
use domain::event::Family;
use domain::ids::AgreementId;
use domain::plan::Wanted;
use domain::resource_scope::ResourceScope;
use domain::role::RoleScope;
use domain::role_field::RoleField;
use domain::server::Home;
use serde::de::IgnoredAny;

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
}

impl<C: Catalog, R: Roles, T: TableCatalog> Assessor<C, R, T> {
    /// What an active agreement asks for now. An error means that it cannot be said now.
    pub async fn wanted(
        &self,
        id: &AgreementId,
        agreement: &Agreement,
        documents: &Documents<'_, C>,
    ) -> Result<Wanted, AccessError> {
        match self.grant(id, agreement, documents).await {
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
        let other = family.other();
        let asked = self.catalog.agreement(family, id).await;
        if let Some(document) = asked.map_err(AccessError::Catalog)? {
            return Ok(Some(Source { family, document }));
        }
        let asked = self.catalog.agreement(other, id).await;
        match (asked, other) {
            (Ok(document), Family::Access) => {
                Ok(document.map(|document| Source { family: other, document }))
            }
            (Ok(document), Family::DataUsageAgreement) => {
                let json = document.filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
                Ok(json.map(|document| Source { family: other, document }))
            }
            (Err(error), Family::DataUsageAgreement) if error.may_mean_absence() => {
                self.find_again(family, id).await
            }
            (Err(error), _) => Err(AccessError::Catalog(error)),
        }
    }

    /// A refusal is the word of a server that does not have the old family only while the same server
    /// answers for the new one: the key may have ended between the two calls.
    async fn find_again(
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
