//! What a value says about its parts.

use domain::account::Reach;
use domain::arn::Partition;
use domain::contract::Contract;
use domain::glue::TableArn;
use domain::pattern::ArnPattern;
use domain::role::{RoleArn, RoleScope};
use domain::role_field::RoleField;
use domain::s3::S3Location;
use serde_json::json;

#[test]
fn a_table_names_each_of_its_parts() {
    let table: TableArn =
        "arn:aws-cn:glue:cn-north-1:123456789012:table/sales/orders".parse().unwrap();
    assert_eq!(table.partition().as_str(), "aws-cn");
    assert_eq!(
        (table.region(), table.account(), table.database(), table.table()),
        ("cn-north-1", "123456789012", "sales", "orders")
    );
}

#[test]
fn a_place_names_its_bucket_and_its_folder() {
    let place: S3Location = "arn:aws-cn:s3:::bucket/a/b/".parse().unwrap();
    assert_eq!(place.partition().as_str(), "aws-cn");
    assert_eq!((place.bucket(), place.folder()), ("bucket", Some("a/b")));
    assert_eq!(place.bucket_arn(), "arn:aws-cn:s3:::bucket");
    assert_eq!(place.objects_arn(), "arn:aws-cn:s3:::bucket/a/b/*");
    let other_cloud: S3Location = "arn:aws:s3:::bucket/a/b".parse().unwrap();
    let other_bucket: S3Location = "arn:aws-cn:s3:::bucket-2/a/b".parse().unwrap();
    assert!(place.contains(&place));
    assert!(!place.contains(&other_cloud) && !place.contains(&other_bucket));
}

#[test]
fn a_pattern_says_what_it_names_exactly_and_what_it_leaves_open() {
    let exact: ArnPattern = "arn:aws:iam::123456789012:role/data-products/*".parse().unwrap();
    assert_eq!((exact.service(), exact.resource()), ("iam", "role/data-products/*"));
    assert_eq!(exact.partition(), Some(Partition::default()));
    assert_eq!(exact.account(), Some("123456789012"));
    let open: ArnPattern = "arn:aws*:glue:*:*:table/*".parse().unwrap();
    assert_eq!((open.service(), open.partition(), open.account()), ("glue", None, None));
}

#[test]
fn a_role_says_where_it_lies_and_a_scope_where_it_reaches() {
    let role: RoleArn = "arn:aws-us-gov:iam::222222222222:role/a/b/churn".parse().unwrap();
    assert_eq!(role.partition().as_str(), "aws-us-gov");
    assert_eq!((role.account(), role.name().as_str()), ("222222222222", "churn"));
    let own = "123456789012".parse().unwrap();
    let reach = Reach::new(Some(own), ["222222222222".parse().unwrap()].into());
    assert_eq!(reach.own().map(ToString::to_string).as_deref(), Some("123456789012"));
    let scope = RoleScope::new(Vec::new(), Vec::new()).within(reach.clone(), vec![role.clone()]);
    assert_eq!((scope.reach(), scope.ways()), (&reach, &[role][..]));
    assert_eq!(Reach::new(None, [].into()).own(), None);
}

#[test]
fn the_fields_that_name_a_role_are_told_by_their_names() {
    assert_eq!(RoleField::default().names(), "aws-role-name or aws-role-arn");
    assert_eq!(RoleField::named("awsPrincipal".to_owned()).names(), "awsPrincipal");
}

#[test]
fn a_contract_without_an_id_is_known_by_its_parts() {
    let read = |document: serde_json::Value| {
        Contract::read(&"orders-v1".parse().unwrap(), &document.to_string())
    };
    for part in ["servers", "schema", "dataContractSpecification"] {
        assert!(read(json!({part: []})).is_ok(), "{part}");
    }
    assert!(read(json!({"name": "orders"})).is_err());
    assert!(read(json!({"id": "orders-v2", "servers": []})).is_err());
}
