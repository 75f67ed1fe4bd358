//! Documents of the catalog and roles of IAM, each fetched once per batch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clients::catalog::Catalog;
use clients::http::CatalogError;
use clients::iam::{IamError, Roles};
use domain::Rejection;
use domain::consent::Role;
use domain::contract::{Contract, ContractError};
use domain::fields::{CustomFields, PartyError, of_party};
use domain::ids::{ContractId, DocumentId, ProductId};
use domain::product::{Product, ProductError};
use domain::rejection::quote;
use domain::role::RoleReference;

use crate::grant::NoGrant;
use crate::once::Once;
use crate::trail::{Side, Step, Trail};

/// Remembers documents and roles while one batch is handled: ten agreements between two products, of
/// one role, cost two requests to the catalog and one to IAM, and the next batch sees both anew.
#[derive(Debug)]
pub struct Documents<'a, C> {
    catalog: &'a C,
    texts: Once<DocumentId, Option<Arc<str>>>,
    roles: Once<RoleReference, Option<Role>>,
    /// What could not be had, where that is not tried again.
    failed: Option<Mutex<HashMap<DocumentId, String>>>,
    trail: Trail,
}

impl<'a, C: Catalog> Documents<'a, C> {
    /// Remembers nothing yet.
    pub fn new(catalog: &'a C) -> Self {
        let (texts, roles) = (Once::default(), Once::default());
        Self { catalog, texts, roles, failed: None, trail: Trail::default() }
    }

    /// The same, and keeps in mind what was read on the way: for one agreement that is explained.
    pub fn with_trail(catalog: &'a C) -> Self {
        Self { trail: Trail::kept(), ..Self::new(catalog) }
    }

    /// The same, but what cannot be had is not asked for again: thousands of agreements may refer to it.
    pub fn once(catalog: &'a C) -> Self {
        Self { failed: Some(Mutex::default()), ..Self::new(catalog) }
    }

    /// What was read so far, if that is kept in mind.
    pub fn trail(&self) -> Vec<Step> {
        self.trail.steps()
    }

    pub(crate) fn note(&self, side: Side, read: &str, said: impl FnOnce() -> String) {
        self.trail.note(side, read, said);
    }

    async fn text(&self, id: &DocumentId) -> Result<Option<Arc<str>>, NoGrant> {
        self.texts.get(id, || self.ask(id)).await.map_err(NoGrant::from_catalog)
    }

    /// The role, or `None` when there is none. A tag or boundary taken off it meanwhile is seen by
    /// IAM's own condition at the write.
    pub(crate) async fn role(
        &self,
        roles: &impl Roles,
        reference: &RoleReference,
    ) -> Result<Option<Role>, IamError> {
        self.roles.get(reference, || roles.role(reference)).await
    }

    async fn ask(&self, id: &DocumentId) -> Result<Option<Arc<str>>, CatalogError> {
        let failed = || {
            self.failed.as_ref().map(|failed| failed.lock().unwrap_or_else(PoisonError::into_inner))
        };
        if let Some(why) = failed().and_then(|failed| failed.get(id).cloned()) {
            return Err(CatalogError::Unreadable(why));
        }
        let asked = self.catalog.document(id).await;
        if let (Err(error), Some(mut failed)) = (&asked, failed()) {
            failed.insert(id.clone(), format!("{id} could not be had: {error}"));
        }
        Ok(asked?.map(Arc::from))
    }

    /// The data product. `holder` names it in a message.
    pub(crate) async fn product(&self, id: &ProductId, holder: &str) -> Result<Product, NoGrant> {
        let text = self.text(&DocumentId::Product(id.clone())).await?;
        let product = holder.to_owned();
        let Some(text) = text else { return Err(Rejection::ProductMissing { product }.into()) };
        Product::read(id, &text).map_err(|error| match error {
            ProductError::Other { .. } => unreadable(&error),
            ProductError::Fields(_) | ProductError::Ports => {
                Rejection::ProductUnreadable { product, reason: error.to_string() }.into()
            }
        })
    }

    /// The data contract, or `None` when it does not exist. `holder` names it in a message.
    pub(crate) async fn contract(
        &self,
        id: &ContractId,
        holder: &str,
    ) -> Result<Option<Contract>, NoGrant> {
        let text = self.text(&DocumentId::Contract(id.clone())).await?;
        let Some(text) = text else { return Ok(None) };
        Contract::read(id, &text).map(Some).map_err(|error| match error {
            ContractError::Other { .. } => unreadable(&error),
            ContractError::OldForm => {
                Rejection::ContractOldForm { contract: holder.to_owned() }.into()
            }
        })
    }

    /// The free fields of a team or a member, or `None` when it does not exist. `holder` names it
    /// in a message.
    pub(crate) async fn party(
        &self,
        id: &DocumentId,
        holder: &str,
    ) -> Result<Option<CustomFields>, NoGrant> {
        let Some(text) = self.text(id).await? else { return Ok(None) };
        of_party(id, &text).map(Some).map_err(|error| match error {
            PartyError::Other { .. } => unreadable(&error),
            PartyError::Fields(reason) => {
                let (product, reason) = (holder.to_owned(), reason.to_string());
                Rejection::ProductUnreadable { product, reason }.into()
            }
        })
    }
}

/// An answer about something else is no news about the document: it is asked for again later.
fn unreadable(error: &dyn std::error::Error) -> NoGrant {
    NoGrant::from_catalog(CatalogError::Unreadable(quote(&error.to_string())))
}
