//! Computes the grant an active agreement asks for, or why there is none.

use clients::catalog::Catalog;
use clients::http::CatalogError;
use clients::iam::{IamError, Roles};
use clients::tables::{Description, TableCatalog};
use domain::Rejection;
use domain::absence::{Before, Completed, Missed, MissedTables, Sighting, completed};
use domain::account::AccountId;
use domain::agreement::Agreement;
use domain::consent::Role;
use domain::glue::TableArn;
use domain::ids::{AgreementId, PolicyName};
use domain::output_port::{DataAccess, Offer, OfferedTable, Table};
use domain::policy::{Document, Grant, admit_results};
use domain::product::{Product, athena_results};
use domain::role::{RoleArn, RoleReference};
use domain::s3::S3Location;
use domain::second_permission::second_permissions;
use futures_util::future::{join, try_join, try_join_all};
use tokio::time::timeout;
use vec1::Vec1;

use crate::offer::{Port, with_workgroup};
use crate::show::COURTESY;
use crate::trail::Side;
use crate::{AccessError, Assessor, Documents};

/// What a port gives access to.
struct Found {
    access: DataAccess,
    /// The account that owns data in S3, where it is written down.
    owner: Option<String>,
    /// Tables that Lake Formation guards.
    governed: Vec<TableArn>,
    /// Tables that Glue does not show, and which the ledger has as granted.
    missed: MissedTables,
}

impl Found {
    fn in_s3(places: Vec1<S3Location>, owner: Option<String>) -> Self {
        let (governed, missed) = (Vec::new(), MissedTables::new());
        Self { access: DataAccess::S3(places), owner, governed, missed }
    }
}

/// A table as it was seen, and whether Lake Formation guards it.
struct Looked {
    sighting: Sighting,
    is_governed: bool,
}

/// Why there is no grant to compute.
pub(crate) enum NoGrant {
    /// Tell the owners.
    Refused(Rejection),
    /// Somebody else's business.
    NotOurs,
    /// Try again.
    Failed(AccessError),
}

impl NoGrant {
    pub(crate) fn from_catalog(error: CatalogError) -> Self {
        Self::Failed(AccessError::Catalog(error))
    }
}

impl From<Rejection> for NoGrant {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection)
    }
}

impl<C: Catalog, R: Roles, T: TableCatalog> Assessor<C, R, T> {
    pub(crate) async fn grant(
        &self,
        id: &AgreementId,
        agreement: &Agreement,
        before: &Before<'_>,
        documents: &Documents<'_, C>,
    ) -> Result<Grant, NoGrant> {
        let reader = self.reader(&agreement.consumer, documents);
        let (reader, provider) = join(reader, provider(agreement, documents)).await;
        let (provider, holder) = provider?;
        let port = port(agreement, &provider, &holder)?;
        let offer = self.offer(&port, documents).await?;
        let reader = reader?;
        let offer = with_workgroup(offer, &port, &reader)?;
        let results = match offer {
            Offer::Glue { .. } => athena_results(&reader.fields, &reader.holder)?,
            Offer::S3 { .. } => None,
        };
        let role = self.role(&reader.role, documents).await?;
        let named = format!("role {}", reader.role);
        documents.note(Side::Consumer, &named, || format!("IAM has it: {}", role.arn));
        self.consent.check(&role)?;
        let role = role.arn;
        let found = self.data_access(offer, &role, before).await?;
        let Found { access, owner, governed, missed } = found;
        note_tables(&access, &missed, documents);
        access.admit(&self.resources, &role)?;
        self.admit_results(results.as_ref(), &role)?;
        let also_needed = second_permissions(&role, &access, owner.as_deref(), &governed);
        Ok(Grant {
            role,
            policy: PolicyName::of(id),
            document: Document::of(&access, results.as_ref()),
            also_needed,
            missed,
        })
    }

    fn admit_results(&self, results: Option<&S3Location>, role: &RoleArn) -> Result<(), Rejection> {
        results.map_or(Ok(()), |results| admit_results(results, &self.resources, role))
    }

    /// The role a consumer means, once it is certain that it exists and may be touched.
    pub(crate) async fn role(
        &self,
        reference: &RoleReference,
        documents: &Documents<'_, C>,
    ) -> Result<Role, NoGrant> {
        self.allowed.admit_reference(reference)?;
        let found = match documents.role(&self.roles, reference).await {
            Ok(found) => found,
            Err(IamError::NotConnected { role }) => {
                let account = AccountId::of(&role);
                return Err(Rejection::AccountNotConnected { role, account }.into());
            }
            Err(IamError::NotVisible { .. }) => return Err(Rejection::denied(reference).into()),
            Err(error) => return Err(NoGrant::Failed(AccessError::Look(error))),
        };
        self.allowed.confirm(reference, found.as_ref().map(|role| &role.arn))?;
        found.ok_or_else(|| Rejection::not_visible(reference).into())
    }

    /// Tables that Glue does not show are completed by what the ledger has as granted to `role`.
    async fn data_access(
        &self,
        offer: Offer,
        role: &RoleArn,
        before: &Before<'_>,
    ) -> Result<Found, NoGrant> {
        let (tables, workgroup) = match offer {
            Offer::S3 { places, owner } => return Ok(Found::in_s3(places, owner)),
            Offer::Glue { tables, workgroup } => (tables, workgroup),
        };
        let (rest, last) = tables.split_off_last();
        let rest = try_join_all(rest.into_iter().map(|table| self.table(table)));
        let (rest, last) = try_join(rest, self.table(last)).await?;
        let looked = Vec1::from_vec_push(rest, last);
        let guarded = looked.iter().filter(|looked| looked.is_governed);
        let governed = guarded.map(|looked| looked.sighting.table().clone()).collect();
        let seen = looked.mapped(|looked| looked.sighting);
        let Completed { tables, missed } = completed(seen, role, before)?;
        Ok(Found { access: DataAccess::Glue { tables, workgroup }, owner: None, governed, missed })
    }

    async fn table(&self, offered: OfferedTable) -> Result<Looked, NoGrant> {
        let OfferedTable { arn, location } = offered;
        if let Some(location) = location {
            let is_governed = self.is_known_as_governed(&arn).await;
            return Ok(Looked { sighting: Sighting::Shown(Table { arn, location }), is_governed });
        }
        match self.tables.describe(&arn).await {
            Ok(Description { location, is_governed }) => {
                let table = Table::stored_at(arn, location.as_deref())?;
                Ok(Looked { sighting: Sighting::Shown(table), is_governed })
            }
            Err(error) => match error.absence() {
                Some(why) => {
                    Ok(Looked { sighting: Sighting::Absent(arn, why), is_governed: false })
                }
                None => Err(NoGrant::Failed(AccessError::Table(error))),
            },
        }
    }

    /// Only a courtesy to the owners: a table whose place is written down is granted without Glue.
    async fn is_known_as_governed(&self, table: &TableArn) -> bool {
        if !self.notes {
            return false;
        }
        let described = timeout(COURTESY, self.tables.describe(table)).await;
        described.is_ok_and(|described| described.is_ok_and(|described| described.is_governed))
    }
}

/// The providing data product, with the words to name it in a message.
async fn provider<C: Catalog>(
    agreement: &Agreement,
    documents: &Documents<'_, C>,
) -> Result<(Product, String), NoGrant> {
    let id = agreement.provider.as_ref().ok_or_else(|| Rejection::ProductMissing {
        product: "the data product this agreement is for".to_owned(),
    })?;
    let holder = format!("provider data product {id}");
    let product = documents.product(id, &holder).await?;
    documents.note(Side::Provider, &holder, || "read".to_owned());
    Ok((product, holder))
}

fn note_tables<C: Catalog>(
    access: &DataAccess,
    missed: &MissedTables,
    documents: &Documents<'_, C>,
) {
    let DataAccess::Glue { tables, .. } = access else { return };
    for Table { arn, location } in tables {
        let read = format!("Glue table {arn}");
        documents.note(Side::Provider, &read, || match missed.get(arn) {
            None => format!("its data is at {location}"),
            Some(Missed { why, .. }) => {
                format!("{why}; by the ledger, its data was at {location}")
            }
        });
    }
}

fn port<'a>(
    agreement: &Agreement,
    provider: &'a Product,
    holder: &str,
) -> Result<Port<'a>, Rejection> {
    let wanted = agreement.output_port.as_deref().unwrap_or_default();
    let port = provider.output_port(wanted).ok_or_else(|| Rejection::PortMissing {
        product: holder.to_owned(),
        port: domain::rejection::quote(wanted),
    })?;
    Ok(Port { port, holder: format!("output port {wanted} of {holder}") })
}
