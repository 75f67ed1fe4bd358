//! What the catalog knows about agreements and data products.

use std::future::Future;

use domain::event::Family;
use domain::ids::{AgreementId, ProductId};
use serde_json::{Value, json};

use crate::http::CatalogError;

/// The catalog's resources. Documents are passed as text: what is not ours must survive untouched.
pub trait Catalog: Send + Sync {
    /// The agreement, or `None` when this family of resources does not have it.
    fn agreement(
        &self,
        family: Family,
        id: &AgreementId,
    ) -> impl Future<Output = Result<Option<String>, CatalogError>> + Send;

    /// Replaces the agreement. Success only when the catalog took it.
    fn put_agreement(
        &self,
        family: Family,
        id: &AgreementId,
        document: String,
    ) -> impl Future<Output = Result<(), CatalogError>> + Send;

    /// The data product, or `None` when it does not exist.
    fn product(
        &self,
        id: &ProductId,
    ) -> impl Future<Output = Result<Option<String>, CatalogError>> + Send;

    /// Reports the result of provisioning. A server that does not know reports is a success.
    fn report(
        &self,
        id: &AgreementId,
        report: &Report,
    ) -> impl Future<Output = Result<(), CatalogError>> + Send;
}

/// The result of provisioning, as the catalog shows it on the agreement's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The role can read.
    Provisioned {
        /// Role and policy.
        reference: String,
    },
    /// It cannot any more.
    Deprovisioned {
        /// Role and policy, where known.
        reference: Option<String>,
    },
    /// It will not, until somebody acts.
    Failed {
        /// What to do, in the owner's words.
        diagnostics: String,
    },
}

impl Report {
    /// The last segment of the address to report to.
    pub fn step(&self) -> &'static str {
        match self {
            Self::Provisioned { .. } => "provisioning-succeeded",
            Self::Deprovisioned { .. } => "deprovisioning-succeeded",
            Self::Failed { .. } => "provisioning-failed",
        }
    }

    /// The body.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "platform": "aws",
            "executor": concat!("dmm-aws-integration ", env!("CARGO_PKG_VERSION")),
        });
        let (name, text) = match self {
            Self::Provisioned { reference } => ("reference", Some(reference)),
            Self::Deprovisioned { reference } => ("reference", reference.as_ref()),
            Self::Failed { diagnostics } => ("diagnostics", Some(diagnostics)),
        };
        if let (Some(members), Some(text)) = (body.as_object_mut(), text) {
            members.insert(name.to_owned(), Value::from(text.clone()));
        }
        body
    }
}
