//! Finds out which role the consumer of an agreement means.

use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::tables::TableCatalog;
use domain::Rejection;
use domain::agreement::{Agreement, Consumer};
use domain::fields::CustomFields;
use domain::ids::DocumentId;
use domain::role::{RoleArn, RoleReference};

use crate::grant::NoGrant;
use crate::trail::Side;
use crate::{AccessError, Assessor, Documents};

/// A consumer that names its role.
pub(crate) struct Reader {
    pub(crate) role: RoleReference,
    /// Its fields; those of whoever is asked first count more.
    pub(crate) fields: CustomFields,
    /// Whose fields these are, in words.
    pub(crate) holder: String,
}

impl<C: Catalog, R: Roles, T: TableCatalog> Assessor<C, R, T> {
    /// The data product is asked before its team, and a team before a person. One that is gone ends
    /// the search: its team must not inherit what was meant for it.
    pub(crate) async fn reader(
        &self,
        consumer: &Consumer,
        documents: &Documents<'_, C>,
    ) -> Result<Reader, NoGrant> {
        if consumer.is_unusable {
            return Err(Rejection::ConsumerMissing.into());
        }
        let mut fields = CustomFields::new();
        let mut looked_at: Vec<String> = Vec::new();
        for id in candidates(consumer) {
            let holder = format!("consumer {id}");
            let own = match &id {
                DocumentId::Product(id) => {
                    Some(documents.product(id, &holder).await?.custom().clone())
                }
                DocumentId::Team(_) | DocumentId::Member(_) | DocumentId::Contract(_) => {
                    documents.party(&id, &holder).await?
                }
            };
            let Some(own) = own else {
                documents.note(Side::Consumer, &holder, || "not in the catalog".to_owned());
                if looked_at.is_empty() {
                    return Err(Rejection::ProductMissing { product: holder }.into());
                }
                looked_at.push(format!("{holder} (not in the catalog)"));
                continue;
            };
            let role = self.role_field.read(&own, &holder)?;
            documents.note(Side::Consumer, &holder, || match &role {
                Some(role) => format!("names role {role}"),
                None => "names no role".to_owned(),
            });
            looked_at.push(holder);
            for (name, value) in own {
                fields.entry(name).or_insert(value);
            }
            if let Some(role) = role {
                return Ok(Reader { role, fields, holder: looked_at.join(", ") });
            }
        }
        if looked_at.is_empty() {
            return Err(Rejection::ConsumerMissing.into());
        }
        let (looked_at, fields) = (looked_at.join(", "), self.role_field.names());
        Err(Rejection::RoleNotNamed { looked_at, fields }.into())
    }
}

impl<C: Catalog, R: Roles, T: TableCatalog> Assessor<C, R, T> {
    /// The role the consumer means, whether or not the agreement asks for anything: a grant of the
    /// predecessor would lie there. `None` where it cannot be found or touched.
    pub async fn consumers_role(
        &self,
        agreement: &Agreement,
        documents: &Documents<'_, C>,
    ) -> Result<Option<RoleArn>, AccessError> {
        let found = async {
            let reader = self.reader(&agreement.consumer, documents).await?;
            Ok(self.role(&reader.role, documents).await?.arn)
        };
        match found.await {
            Ok(role) => Ok(Some(role)),
            Err(NoGrant::Refused(why)) => {
                tracing::debug!(reason = why.code(), "no role to look at for an older grant");
                Ok(None)
            }
            Err(NoGrant::NotOurs) => Ok(None),
            Err(NoGrant::Failed(error)) => Err(error),
        }
    }
}

fn candidates(consumer: &Consumer) -> Vec<DocumentId> {
    let product = consumer.product.clone().map(DocumentId::Product);
    let team = consumer.team.clone().map(DocumentId::Team);
    let member = consumer.member.clone().map(DocumentId::Member);
    [product, team, member].into_iter().flatten().collect()
}
