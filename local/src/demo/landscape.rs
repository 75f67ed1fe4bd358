//! The AWS side that a company already has: roles of consumers, buckets, Glue databases.

use aws_sdk_glue::types::{DatabaseInput, StorageDescriptor, TableInput};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::{
    aws::{Aws, REGION},
    failure::{Explain, Failure},
};

/// Path of the roles that the integration may change.
pub(crate) const CONSUMER_PATH: &str = "/data-products/";
/// Path of roles that it must leave alone.
const PLATFORM_PATH: &str = "/platform/";

/// Every role of the demonstration, with its path.
pub(crate) const ROLES: [(&str, &str); 8] = [
    (CONSUMER_PATH, "churn"),
    (CONSUMER_PATH, "dashboard"),
    (CONSUMER_PATH, "forecast"),
    (CONSUMER_PATH, "forecast-v2"),
    (CONSUMER_PATH, "segments"),
    (CONSUMER_PATH, "marketing"),
    (CONSUMER_PATH, "analyst"),
    (PLATFORM_PATH, "admin"),
];

const BUCKETS: [&str; 3] = ["sample-orders", "sample-lake", "sample-archive"];
const DATABASES: [&str; 2] = ["fulfillment", "inventory"];
/// Tables with their database, and where their data lies.
const TABLES: [(&str, &str, &str); 5] = [
    ("fulfillment", "shelf_warmers", "s3://sample-lake/shelf-warmers/"),
    ("fulfillment", "stock", "s3://sample-lake/stock/"),
    ("fulfillment", "prices", "s3://sample-lake/prices/"),
    ("inventory", "items_v1", "s3://sample-lake/inventory/items/"),
    ("inventory", "movements", "s3://sample-lake/inventory/movements/"),
];

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}]}"#;

/// Creates all of it.
pub(crate) async fn create(aws: &Aws) -> Result<(), Failure> {
    for (path, name) in ROLES {
        let role = aws.iam.create_role().role_name(name).path(path);
        let created = role.assume_role_policy_document(TRUST).send().await;
        created.explain(format!("role {name} cannot be created"), "")?;
    }
    for bucket in BUCKETS {
        let place = CreateBucketConfiguration::builder()
            .location_constraint(BucketLocationConstraint::from(REGION))
            .build();
        let created =
            aws.s3.create_bucket().bucket(bucket).create_bucket_configuration(place).send().await;
        created.explain(format!("bucket {bucket} cannot be created"), "")?;
    }
    create_tables(aws).await
}

async fn create_tables(aws: &Aws) -> Result<(), Failure> {
    for name in DATABASES {
        let what = format!("Glue database {name} cannot be created");
        let database = DatabaseInput::builder().name(name).build().explain(&what, "")?;
        aws.glue.create_database().database_input(database).send().await.explain(&what, "")?;
    }
    for (database, name, location) in TABLES {
        let what = format!("Glue table {name} cannot be created");
        let storage = StorageDescriptor::builder().location(location).build();
        let table = TableInput::builder()
            .name(name)
            .storage_descriptor(storage)
            .build()
            .explain(&what, "")?;
        let created = aws.glue.create_table().database_name(database).table_input(table);
        created.send().await.explain(&what, "")?;
    }
    Ok(())
}
