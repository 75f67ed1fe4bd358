//! Data products, each fetched once per batch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use clients::catalog::Catalog;
use clients::http::CatalogError;
use domain::Rejection;
use domain::ids::ProductId;
use domain::product::{Product, ProductError};
use domain::rejection::quote;
use tokio::sync::OnceCell;

/// What the catalog says about a product.
#[derive(Debug)]
enum Answer {
    Missing,
    Unreadable(String),
    Read(Product),
}

type Cell = Arc<OnceCell<Arc<Answer>>>;

/// Remembers products while one batch is handled: ten agreements between two products cost two
/// requests, and the next batch sees the catalog anew.
#[derive(Debug)]
pub struct Products<'a, C> {
    catalog: &'a C,
    cells: Mutex<HashMap<ProductId, Cell>>,
}

/// Why a product cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// Tell the owners.
    Refused(Rejection),
    /// Try again.
    Failed(CatalogError),
}

impl<'a, C: Catalog> Products<'a, C> {
    /// Remembers nothing yet.
    pub fn new(catalog: &'a C) -> Self {
        Self { catalog, cells: Mutex::default() }
    }

    /// The product. `holder` names it in a message.
    pub(crate) async fn get(&self, id: &ProductId, holder: &str) -> Result<Product, Unusable> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            cells.entry(id.clone()).or_default().clone()
        };
        let answer = cell.get_or_try_init(|| self.ask(id)).await.map_err(Unusable::Failed)?;
        let product = holder.to_owned();
        match answer.as_ref() {
            Answer::Read(found) => Ok(found.clone()),
            Answer::Missing => Err(Unusable::Refused(Rejection::ProductMissing { product })),
            Answer::Unreadable(reason) => {
                let reason = reason.clone();
                Err(Unusable::Refused(Rejection::ProductUnreadable { product, reason }))
            }
        }
    }

    async fn ask(&self, id: &ProductId) -> Result<Arc<Answer>, CatalogError> {
        let answer = match self.catalog.product(id).await {
            Ok(None) => Answer::Missing,
            Ok(Some(json)) => match Product::read(id, &json) {
                Ok(product) => Answer::Read(product),
                Err(ProductError::Form(error)) => Answer::Unreadable(quote(&error.to_string())),
                Err(error @ ProductError::Other { .. }) => {
                    return Err(CatalogError::Unreadable(error.to_string()));
                }
            },
            Err(error) => return Err(error),
        };
        Ok(Arc::new(answer))
    }
}
