//! A value prints, and goes through JSON, as it was read.

use std::fmt::Debug;
use std::fmt::Display;
use std::str::FromStr;

use domain::account::AccountId;
use domain::arn::{Arn, Partition};
use domain::consent::BoundaryArn;
use domain::difference::Kind;
use domain::event::EventId;
use domain::glue::{TableArn, WorkgroupArn};
use domain::ids::{AgreementId, ContractId, DocumentId, MemberId, PolicyName, ProductId, TeamId};
use domain::pattern::ArnPattern;
use domain::role::{RoleArn, RoleName, RoleReference};
use domain::s3::S3Location;
use domain::{Failure, Rejection};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

const ROLE: &str = "arn:aws:iam::123456789012:role/data-products/churn";

fn prints<T: FromStr<Err: Debug> + Display>(text: &str) -> T {
    let read: T = text.parse().unwrap();
    assert_eq!(read.to_string(), text);
    read
}

fn is_text_in_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    assert_eq!(serde_json::to_value(value).unwrap(), json!(text));
    assert_eq!(&serde_json::from_value::<T>(json!(text)).unwrap(), value);
}

#[test]
fn accounts_roles_and_ids_print_as_they_were_read_and_are_texts_in_json() {
    let account: AccountId = prints("123456789012");
    assert_eq!(account.as_str(), "123456789012");
    is_text_in_json(&account, "123456789012");
    assert!(serde_json::from_value::<AccountId>(json!("12")).is_err());
    let role: RoleArn = prints(ROLE);
    is_text_in_json(&role, ROLE);
    assert_eq!(AccountId::of(&role), account);
    assert!(serde_json::from_value::<RoleArn>(json!("churn")).is_err());
    let agreement: AgreementId = prints("acc-42");
    is_text_in_json(&agreement, "acc-42");
    assert!(serde_json::from_value::<AgreementId>(json!("a/b")).is_err());
    let policy = PolicyName::of(&agreement);
    assert_eq!(policy.to_string(), "DMM_DataUsageAgreement_acc-42");
    is_text_in_json(&policy, "DMM_DataUsageAgreement_acc-42");
    assert!(serde_json::from_value::<PolicyName>(json!("Admin")).is_err());
}

#[test]
fn every_kind_of_id_prints_as_the_catalog_spells_it() {
    assert_eq!(prints::<ContractId>("orders-v1").as_str(), "orders-v1");
    assert_eq!(prints::<TeamId>("marketing").as_str(), "marketing");
    assert_eq!(prints::<MemberId>("x@example.com").as_str(), "x@example.com");
    assert_eq!(prints::<ProductId>("orders").as_str(), "orders");
    assert_eq!(prints::<AgreementId>("urn:ä").as_str(), "urn:ä");
    assert_eq!(prints::<EventId>("e1").as_str(), "e1");
    assert_eq!(prints::<RoleName>("churn").as_str(), "churn");
}

#[test]
fn a_document_is_called_by_its_kind_and_id() {
    for (id, words) in [
        (DocumentId::Product("a".parse().unwrap()), "data product a"),
        (DocumentId::Contract("b".parse().unwrap()), "data contract b"),
        (DocumentId::Team("c".parse().unwrap()), "team c"),
        (DocumentId::Member("d".parse().unwrap()), "member d"),
    ] {
        assert_eq!(id.to_string(), words);
    }
}

#[test]
fn arns_of_every_kind_print_as_they_were_read() {
    prints::<Arn>("arn:aws:sqs:eu-west-1:123456789012:dmm-events.fifo");
    prints::<TableArn>("arn:aws-us-gov:glue:us-gov-west-1:123456789012:table/sales/orders");
    prints::<WorkgroupArn>("arn:aws:athena:eu-west-1:123456789012:workgroup/consumers");
    prints::<BoundaryArn>("arn:aws:iam::123456789012:policy/data-products");
    prints::<S3Location>("arn:aws:s3:::bucket");
    prints::<S3Location>("arn:aws-cn:s3:::bucket/a/b");
    prints::<ArnPattern>("arn:aws:iam::123456789012:role/data-products/*");
    for partition in [
        "aws",
        "aws-cn",
        "aws-us-gov",
        "aws-eusc",
        "aws-iso",
        "aws-iso-b",
        "aws-iso-e",
        "aws-iso-f",
    ] {
        assert_eq!(prints::<Partition>(partition).as_str(), partition);
    }
    assert!("aws-evil".parse::<Partition>().is_err());
    assert_eq!(Partition::default().as_str(), "aws");
}

#[test]
fn a_reference_to_a_role_prints_what_its_owner_wrote() {
    let by_arn = RoleReference::Arn(ROLE.parse().unwrap());
    let by_name = RoleReference::Name("churn".parse().unwrap());
    assert_eq!((by_arn.to_string().as_str(), by_name.to_string().as_str()), (ROLE, "churn"));
    assert_eq!(by_arn.name(), by_name.name());
}

#[test]
fn the_three_answers_to_an_error_and_the_kinds_of_difference_have_stable_names() {
    let failures = [Failure::Retry, Failure::Reject, Failure::Halt].map(Failure::name);
    assert_eq!(failures, ["retry", "reject", "halt"]);
    for (kind, name) in [
        (Kind::Missing, "missing"),
        (Kind::Altered, "altered"),
        (Kind::Orphaned, "orphaned"),
        (Kind::Unrecorded, "unrecorded"),
        (Kind::StuckIntent, "stuckIntent"),
        (Kind::MayNowSucceed, "mayNowSucceed"),
    ] {
        assert_eq!((kind.to_string().as_str(), kind.name()), (name, name));
        is_text_in_json(&kind, name);
    }
}

#[test]
fn the_room_of_a_role_is_told_in_figures_where_they_are_known() {
    let role: RoleArn = ROLE.parse().unwrap();
    let full = |used| Rejection::QuotaFull { role: role.clone(), used, needed: 300, limit: 10_240 };
    let words = full(Some(10_000)).to_string();
    assert!(words.contains("10000 of 10240 characters are used, 300 more"), "{words}");
    assert!(full(None).to_string().contains("nearly all of 10240"));
    assert_eq!(full(None).code(), "QuotaFull");
}
