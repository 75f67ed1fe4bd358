//! Computes the grant an active agreement asks for, or why there is none.

use clients::catalog::Catalog;
use clients::iam::{IamError, RolePolicies};
use clients::objects::VersionedObjects;
use clients::tables::{TableCatalog, TableError};
use domain::Rejection;
use domain::agreement::Agreement;
use domain::consent::Role;
use domain::event::Hint;
use domain::ids::PolicyName;
use domain::output_port::{DataAccess, Offer};
use domain::plan::Wanted;
use domain::policy::{Document, Grant, admit_results};
use domain::product::Product;
use domain::role::{RoleArn, RoleReference};
use domain::s3::S3Location;
use futures_util::future::join;

use crate::products::Unusable;
use crate::{Access, AccessError, Products};

/// Why there is no grant to compute.
pub(crate) enum NoGrant {
    Refused(Rejection),
    Failed(AccessError),
}

impl From<Rejection> for NoGrant {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl From<Unusable> for NoGrant {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Refused(rejection) => Self::Refused(rejection),
            Unusable::Failed(error) => Self::Failed(AccessError::Catalog(error)),
        }
    }
}

impl<C, R, O, T> Access<C, R, O, T>
where
    C: Catalog,
    R: RolePolicies,
    O: VersionedObjects,
    T: TableCatalog,
{
    pub(crate) async fn wanted(
        &self,
        hint: &Hint,
        agreement: &Agreement,
        products: &Products<'_, C>,
    ) -> Result<Wanted, AccessError> {
        match self.grant(hint, agreement, products).await {
            Ok(grant) => Ok(Wanted::Grant(grant)),
            Err(NoGrant::Refused(rejection)) => Ok(Wanted::Refused(rejection)),
            Err(NoGrant::Failed(error)) => Err(error),
        }
    }

    async fn grant(
        &self,
        hint: &Hint,
        agreement: &Agreement,
        products: &Products<'_, C>,
    ) -> Result<Grant, NoGrant> {
        let consumer = agreement.consumer.as_ref().ok_or(Rejection::ConsumerNotADataProduct)?;
        let provider = agreement.provider.as_ref().ok_or_else(|| Rejection::ProductMissing {
            product: "the data product this agreement is for".to_owned(),
        })?;
        let consumer_holder = format!("consumer data product {consumer}");
        let provider_holder = format!("provider data product {provider}");
        let (consumer, provider) = join(
            products.get(consumer, &consumer_holder),
            products.get(provider, &provider_holder),
        )
        .await;
        let (consumer, provider) = (consumer?, provider?);
        let reference = consumer.role(&consumer_holder)?;
        let offer = offer(agreement, &provider, &provider_holder)?;
        let results = match offer {
            Offer::Glue { .. } => consumer.athena_results(&consumer_holder)?,
            Offer::S3(_) => None,
        };
        let role = self.role(&reference).await?;
        self.consent.check(&role)?;
        let role = role.arn;
        let access = self.data_access(offer).await?;
        access.admit(&self.resources, &role)?;
        self.admit_results(results.as_ref(), &role)?;
        Ok(Grant {
            role,
            policy: PolicyName::of(&hint.agreement),
            document: Document::of(&access, results.as_ref()),
        })
    }

    fn admit_results(&self, results: Option<&S3Location>, role: &RoleArn) -> Result<(), Rejection> {
        results.map_or(Ok(()), |results| admit_results(results, &self.resources, role))
    }

    /// The role a consumer means, once it is certain that it exists and may be touched.
    pub(crate) async fn role(&self, reference: &RoleReference) -> Result<Role, NoGrant> {
        self.roles.admit_reference(reference)?;
        let found = match self.policies.role(reference.name()).await {
            Ok(found) => found,
            Err(IamError::NotVisible { .. }) => {
                return Err(Rejection::RoleNotVisible { role: reference.to_string() }.into());
            }
            Err(error) => return Err(NoGrant::Failed(AccessError::Look(error))),
        };
        let missing = || Rejection::RoleMissing { role: reference.to_string() };
        let role = found.ok_or_else(missing)?;
        reference.confirm(&role.arn)?;
        self.roles.admit(&role.arn)?;
        Ok(role)
    }

    async fn data_access(&self, offer: Offer) -> Result<DataAccess, NoGrant> {
        let (table, workgroup) = match offer {
            Offer::S3(location) => return Ok(DataAccess::S3(location)),
            Offer::Glue { table, workgroup, location: Some(location) } => {
                return Ok(DataAccess::Glue { table, workgroup, location });
            }
            Offer::Glue { table, workgroup, location: None } => (table, workgroup),
        };
        match self.tables.location(&table).await {
            Ok(stored) => Ok(DataAccess::of_table(table, workgroup, stored.as_deref())?),
            Err(error @ (TableError::Missing | TableError::Denied)) => {
                let (table, reason) = (table.to_string(), error.to_string());
                Err(Rejection::TableLocation { table, reason }.into())
            }
            Err(error @ TableError::Aws(_)) => Err(NoGrant::Failed(AccessError::Table(error))),
        }
    }
}

fn offer(agreement: &Agreement, provider: &Product, holder: &str) -> Result<Offer, Rejection> {
    let wanted = agreement.output_port.as_deref().unwrap_or_default();
    let port = provider.output_port(wanted).ok_or_else(|| Rejection::PortMissing {
        product: holder.to_owned(),
        port: domain::rejection::quote(wanted),
    })?;
    Offer::read(port.custom(), &format!("output port {wanted} of {holder}"))
}
