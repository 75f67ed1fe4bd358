//! Where Glue says a table's data lies.

use std::future::Future;

use aws_sdk_glue::Client;
use aws_sdk_glue::config::Region;
use domain::Failure;
use domain::absence::Absence;
use domain::glue::TableArn;

use crate::aws::{AwsError, code};

/// Why the location is not known.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Glue has no such table.
    #[error("Glue has no such table")]
    Missing,
    /// The integration's role, the catalog's own policy, Lake Formation or the key of the catalog does
    /// not let it look.
    #[error("the integration may not read the table's description in Glue")]
    Denied,
    /// The call did not succeed.
    #[error("Glue")]
    Aws(#[source] AwsError),
}

impl TableError {
    /// What to do about it. A table that may not be read concerns its own agreements only.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Missing | Self::Denied => Failure::Reject,
            Self::Aws(source) => source.failure(),
        }
    }
}

impl TableError {
    /// Why the table is not shown; `None` where the call itself did not succeed.
    pub fn absence(&self) -> Option<Absence> {
        match self {
            Self::Missing => Some(Absence::Missing),
            Self::Denied => Some(Absence::Denied),
            Self::Aws(_) => None,
        }
    }
}

/// Codes that say that the table may be there and must not be looked at. A catalog that is encrypted
/// answers with the second one when its key refuses (Glue API reference, `GetTable`).
const MAY_NOT_LOOK: [&str; 2] = ["AccessDeniedException", "GlueEncryptionException"];

/// What Glue knows about a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The storage location, as Glue spells it; `None` when the table has none.
    pub location: Option<String>,
    /// Whether Lake Formation decides who may read the data.
    pub is_governed: bool,
}

/// Descriptions of tables.
pub trait TableCatalog: Send + Sync {
    /// What Glue knows about the table.
    fn describe(
        &self,
        table: &TableArn,
    ) -> impl Future<Output = Result<Description, TableError>> + Send;
}

/// The real Glue, in whatever region and account the table lies.
#[derive(Clone, Debug)]
pub struct Glue {
    client: Client,
}

impl Glue {
    /// For a client made elsewhere.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl TableCatalog for Glue {
    async fn describe(&self, table: &TableArn) -> Result<Description, TableError> {
        let region = Region::new(table.region().to_owned());
        let get = self.client.get_table().catalog_id(table.account());
        let get = get.database_name(table.database()).name(table.table());
        let there = aws_sdk_glue::config::Builder::new().region(region);
        match get.customize().config_override(there).send().await {
            Ok(output) => {
                let Some(table) = output.table else { return Ok(Description::default()) };
                let location = table.storage_descriptor.and_then(|storage| storage.location);
                let is_governed = table.is_registered_with_lake_formation;
                Ok(Description { location, is_governed })
            }
            Err(error) if code(&error) == Some("EntityNotFoundException") => {
                Err(TableError::Missing)
            }
            Err(error) if code(&error).is_some_and(|code| MAY_NOT_LOOK.contains(&code)) => {
                Err(TableError::Denied)
            }
            Err(error) => Err(TableError::Aws(AwsError::of("glue:GetTable", error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::local_server::{answering, aws, json_error};

    fn table() -> TableArn {
        "arn:aws:glue:us-east-1:999999999999:table/sales/orders".parse().unwrap()
    }

    #[tokio::test]
    async fn the_table_is_looked_up_in_its_own_account_and_region() {
        let body = r#"{"Table":{"Name":"orders","StorageDescriptor":{"Location":"s3://data/o/"},
                                "IsRegisteredWithLakeFormation":true}}"#;
        let answer = ResponseTemplate::new(200).set_body_raw(body, "application/x-amz-json-1.1");
        let server = answering(answer).await;
        let described = Glue::new(Client::new(&aws(&server))).describe(&table()).await.unwrap();
        assert_eq!(described.location.as_deref(), Some("s3://data/o/"));
        assert!(described.is_governed);
        let request = server.received_requests().await.unwrap().remove(0);
        let sent: serde_json::Value = request.body_json().unwrap();
        assert_eq!(sent["CatalogId"], "999999999999");
        let signed = request.headers.get("authorization").unwrap().to_str().unwrap();
        assert!(signed.contains("/us-east-1/glue/"), "{signed}");
    }

    #[tokio::test]
    async fn a_table_that_cannot_be_seen_is_the_owners_business() {
        for (status, code, failure) in [
            (400, "EntityNotFoundException", Failure::Reject),
            (400, "AccessDeniedException", Failure::Reject),
            (400, "GlueEncryptionException", Failure::Reject),
            (400, "ThrottlingException", Failure::Retry),
            (500, "InternalServiceException", Failure::Retry),
        ] {
            let server = answering(json_error(status, code)).await;
            let described = Glue::new(Client::new(&aws(&server))).describe(&table()).await;
            assert_eq!(described.unwrap_err().failure(), failure, "{code}");
        }
    }
}
