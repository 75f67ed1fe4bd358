//! Which agreements there are.

use std::future::Future;

use domain::definition::{Definition, Listed};

use crate::http::CatalogError;

/// The catalog's list of agreements.
pub trait Agreements: Send + Sync {
    /// The agreements that may depend on a definition, all pages; empty on a server without such a
    /// list. The caller still asks each entry whether it is concerned.
    fn around(
        &self,
        definition: &Definition,
    ) -> impl Future<Output = Result<Vec<Listed>, CatalogError>> + Send;
}
