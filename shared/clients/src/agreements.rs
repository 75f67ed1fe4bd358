//! Which agreements there are.

use std::future::Future;

use domain::definition::{Definition, Listed};
use domain::event::Family;

use crate::http::CatalogError;

/// The catalog's list of agreements.
pub trait Agreements: Send + Sync {
    /// The agreements that may depend on a definition, all pages; empty on a server without such a
    /// list. The caller still asks each entry whether it is concerned.
    fn around(
        &self,
        definition: &Definition,
    ) -> impl Future<Output = Result<Vec<Listed>, CatalogError>> + Send;

    /// Every agreement of a family, all pages, each as the catalog shows it; `None` when the server
    /// does not know the family. An entry may be missing that moved between two pages meanwhile.
    fn all(
        &self,
        family: Family,
    ) -> impl Future<Output = Result<Option<Vec<String>>, CatalogError>> + Send;
}
