//! What the catalog knows about agreements and what they refer to.

use std::future::Future;

use domain::console::role_page;
use domain::event::Family;
use domain::ids::{AgreementId, DocumentId};
use domain::role::RoleArn;
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

    /// A document that an agreement refers to, or `None` when it does not exist.
    fn document(
        &self,
        id: &DocumentId,
    ) -> impl Future<Output = Result<Option<String>, CatalogError>> + Send;

    /// Reports the result of provisioning. A server that does not know reports is a success.
    fn report(
        &self,
        id: &AgreementId,
        report: &Report,
    ) -> impl Future<Output = Result<(), CatalogError>> + Send;
}

/// How far the provisioning of an agreement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A right is about to be given.
    ProvisioningStarted,
    /// The role can read.
    Provisioned,
    /// It cannot, until somebody acts.
    ProvisioningFailed,
    /// A right is about to be taken.
    DeprovisioningStarted,
    /// The role cannot read any more.
    Deprovisioned,
    /// It still can, until somebody acts.
    DeprovisioningFailed,
}

impl Step {
    /// The last segment of the address to report to.
    pub fn path(self) -> &'static str {
        match self {
            Self::ProvisioningStarted => "provisioning-started",
            Self::Provisioned => "provisioning-succeeded",
            Self::ProvisioningFailed => "provisioning-failed",
            Self::DeprovisioningStarted => "deprovisioning-started",
            Self::Deprovisioned => "deprovisioning-succeeded",
            Self::DeprovisioningFailed => "deprovisioning-failed",
        }
    }
}

/// Where a right lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The role.
    pub role: RoleArn,
    /// The policy on it.
    pub policy: String,
}

/// The state of provisioning, as the catalog shows it on the agreement's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How far it is.
    pub step: Step,
    /// Where the right lies or lay, where known.
    pub place: Option<Place>,
    /// What the role needs beside the policy, for the owners.
    pub note: Option<String>,
    /// What to do, in the owner's words. The catalog mails it to the providing team.
    pub diagnostics: Option<String>,
}

impl Report {
    /// A step without more to say.
    pub fn of(step: Step, place: Option<Place>) -> Self {
        Self { step, place, note: None, diagnostics: None }
    }

    /// The body. Only a success takes a reference, only a failure takes diagnostics.
    pub fn body(&self) -> Value {
        let mut body = json!({
            "platform": "aws",
            "executor": concat!("dmm-aws-integration ", env!("CARGO_PKG_VERSION")),
        });
        let Some(members) = body.as_object_mut() else { return body };
        if let Some(Place { role, policy }) = &self.place {
            if matches!(self.step, Step::Provisioned | Step::Deprovisioned) {
                members.insert("reference".to_owned(), format!("{role} {policy}").into());
            }
            let property = |name: &str, value: &str| json!({"property": name, "value": value});
            let mut properties = vec![
                property("mechanism", "iam-inline-policy"),
                property("accountId", role.account()),
                property("roleArn", &role.to_string()),
                property("policyName", policy),
            ];
            properties.extend(self.note.iter().map(|note| property("note", note)));
            members.insert("customProperties".to_owned(), properties.into());
            if let Some(page) = role_page(role) {
                members.insert("links".to_owned(), json!({"IAM role": page}));
            }
        }
        if let Some(diagnostics) = &self.diagnostics {
            members.insert("diagnostics".to_owned(), diagnostics.clone().into());
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        let role = "arn:aws:iam::123456789012:role/churn".parse().unwrap();
        Place { role, policy: "DMM_DataUsageAgreement_acc-42".to_owned() }
    }

    #[test]
    fn a_success_says_where_the_right_lies_and_links_to_it() {
        let body = Report::of(Step::Provisioned, Some(place())).body();
        let reference = "arn:aws:iam::123456789012:role/churn DMM_DataUsageAgreement_acc-42";
        assert_eq!(body["reference"], reference);
        assert_eq!(
            body["customProperties"][1],
            json!({"property": "accountId", "value": "123456789012"})
        );
        assert!(body["links"]["IAM role"].as_str().unwrap().starts_with("https://console.aws"));
    }

    #[test]
    fn a_body_holds_only_what_the_catalog_takes_at_that_step() {
        let all = ["platform", "executor", "customProperties", "links"];
        for (step, extra) in [
            (Step::ProvisioningStarted, None),
            (Step::DeprovisioningStarted, None),
            (Step::Provisioned, Some("reference")),
            (Step::Deprovisioned, Some("reference")),
            (Step::ProvisioningFailed, Some("diagnostics")),
            (Step::DeprovisioningFailed, Some("diagnostics")),
        ] {
            let failed = step.path().ends_with("failed");
            let diagnostics = failed.then(|| "why".to_owned());
            let body = Report { diagnostics, ..Report::of(step, Some(place())) }.body();
            let found: Vec<&String> = body.as_object().unwrap().keys().collect();
            assert!(
                found.iter().all(|key| all.contains(&key.as_str()) || Some(key.as_str()) == extra)
            );
            assert_eq!(found.len(), all.len() + usize::from(extra.is_some()), "{step:?}");
        }
    }
}
