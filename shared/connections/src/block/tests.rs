use serde_json::{Value, json};

use super::*;
use crate::document::typed;

const ROLE: &str = "arn:aws:iam::111122223333:role/catalog/reader";

/// A block with a region and the given fields.
fn block(fields: Value) -> Result<Block, String> {
    let mut document = json!({"awsRegion": "eu-west-1"});
    if let (Value::Object(all), Value::Object(more)) = (&mut document, fields) {
        all.extend(more);
    }
    typed(document).map_err(|error| error.to_string())
}

fn refused(fields: Value) -> String {
    block(fields).unwrap_err()
}

#[test]
fn a12_a_block_of_nothing_but_a_region_is_accepted() {
    let block: Block = typed(json!({"awsRegion": "eu-central-1"})).unwrap();
    assert_eq!((block.region(), block.sts_region()), ("eu-central-1", "eu-central-1"));
    assert!(!block.names_a_source());
    assert_eq!(block.endpoint(), None);
}

#[test]
fn a12_a_block_without_a_region_is_refused() {
    for document in [json!({}), json!({"awsRegion": ""}), json!({"awsRegion": null})] {
        let error = typed::<Block>(document).unwrap_err();
        assert_eq!(error.to_string(), "awsRegion is missing");
    }
}

#[test]
fn every_field_is_read() {
    let block = block(json!({
        "awsAccessKeyId": "AKIDEXAMPLE", "awsSecretAccessKey": "s3cr3t", "awsSessionToken": "token",
        "endPointURL": "https://glue.example.test", "profileName": "sales", "assumeRoleArn": ROLE,
        "assumeRoleSessionName": "nightly", "assumeRoleSourceIdentity": "someone",
        "assumeRoleExternalId": "agreed:1", "stsRegion": "us-east-1", "enabled": true,
    }));
    let block = block.unwrap();
    let keys = block.keys().unwrap();
    assert_eq!((keys.id.as_str(), keys.secret.reveal()), ("AKIDEXAMPLE", "s3cr3t"));
    assert_eq!(keys.token.as_ref().unwrap().reveal(), "token");
    assert_eq!(block.endpoint(), Some("https://glue.example.test"));
    assert_eq!(block.profile(), Some("sales"));
    assert_eq!(block.sts_region(), "us-east-1");
    let role = block.role().unwrap();
    assert_eq!((role.arn.to_string().as_str(), role.session_name.as_str()), (ROLE, "nightly"));
    assert_eq!(role.source_identity.as_deref(), Some("someone"));
    assert_eq!(role.external_id.as_deref(), Some("agreed:1"));
    assert_eq!(block.fields_of_ours(), ["assumeRoleExternalId", "stsRegion"]);
}

#[test]
fn an_empty_text_counts_as_absent() {
    let empty = block(json!({
        "awsAccessKeyId": "", "awsSecretAccessKey": "", "awsSessionToken": null, "endPointURL": "",
        "profileName": "", "assumeRoleArn": "", "assumeRoleSessionName": "",
        "assumeRoleExternalId": "", "stsRegion": "",
    }));
    assert_eq!(empty.unwrap(), block(json!({})).unwrap());
}

#[test]
fn a_field_nobody_knows_is_refused_by_name() {
    let told = refused(json!({"assumeRoleARN": ROLE}));
    assert!(told.contains("unknown field `assumeRoleARN`"), "{told}");
}

#[test]
fn half_a_key_is_refused() {
    let told = refused(json!({"awsAccessKeyId": "AKIDEXAMPLE"}));
    assert!(told.starts_with("awsAccessKeyId without awsSecretAccessKey"), "{told}");
    let told = refused(json!({"awsSecretAccessKey": "s3cr3t", "awsAccessKeyId": ""}));
    assert!(told.starts_with("awsSecretAccessKey without awsAccessKeyId"), "{told}");
}

#[test]
fn a13_a_token_without_keys_is_refused() {
    let told = refused(json!({"awsSessionToken": "token"}));
    assert!(told.starts_with("awsSessionToken without"), "{told}");
}

#[test]
fn a_temporary_key_without_its_token_is_refused_with_a_hint_for_lambda() {
    let told = refused(json!({"awsAccessKeyId": "ASIAEXAMPLE", "awsSecretAccessKey": "s3cr3t"}));
    assert!(told.contains("${AWS_ACCESS_KEY_ID}"), "{told}");
    assert!(told.contains("leave the three key fields out"), "{told}");
    let with_token = json!({
        "awsAccessKeyId": "ASIAEXAMPLE", "awsSecretAccessKey": "s3cr3t", "awsSessionToken": "token",
    });
    assert!(block(with_token).is_ok());
}

#[test]
fn a_zone_is_refused_with_the_region_it_lies_in() {
    for (zone, region) in [
        ("eu-west-1a", "eu-west-1"),
        ("us-west-2-lax-1a", "us-west-2"),
        ("us-gov-west-1b", "us-gov-west-1"),
    ] {
        let told = refused(json!({"awsRegion": zone}));
        let wanted = format!("awsRegion: {zone:?} is a zone, not a region; is {region:?} meant?");
        assert_eq!(told, wanted);
    }
}

#[test]
fn what_is_no_region_is_refused() {
    for text in
        ["europe", "eu-west", "EU-WEST-1", "eu-west-1 ", "eu_west_1", "eu-west-123", "a.b/c-d-1"]
    {
        let told = refused(json!({"awsRegion": text}));
        assert!(told.starts_with("awsRegion: "), "{told}");
        let told = refused(json!({"stsRegion": text}));
        assert!(told.starts_with("stsRegion: "), "{told}");
    }
    for text in ["us-east-1", "cn-north-1", "us-isob-east-1", "eusc-de-east-1", "ap-southeast-5"] {
        assert!(block(json!({"awsRegion": text})).is_ok(), "{text}");
    }
}

#[test]
fn what_is_no_role_is_refused() {
    for arn in [
        "reader",
        "arn:aws:iam::111122223333:user/reader",
        "arn:aws:iam::1111:role/reader",
        "arn:aws:iam::111122223333:role/*",
        "arn:evil:iam::111122223333:role/reader",
    ] {
        let told = refused(json!({"assumeRoleArn": arn}));
        assert!(told.starts_with("assumeRoleArn: "), "{told}");
    }
}

#[test]
fn names_follow_the_rules_of_sts() {
    let long = "x".repeat(65);
    for text in ["x", "with space", "a/b", long.as_str()] {
        for field in ["assumeRoleSessionName", "assumeRoleSourceIdentity"] {
            let told = refused(json!({"assumeRoleArn": ROLE, field: text}));
            assert!(told.starts_with(&format!("{field} must have 2 to 64")), "{told}");
        }
    }
    for text in ["x".to_owned(), "y".repeat(1225), "with space".to_owned()] {
        let told = refused(json!({"assumeRoleArn": ROLE, "assumeRoleExternalId": text}));
        assert!(told.starts_with("assumeRoleExternalId must have 2 to 1224"), "{told}");
    }
    assert!(block(json!({"assumeRoleArn": ROLE, "assumeRoleSessionName": "a_+=,.@-9"})).is_ok());
}

#[test]
fn a16_a_session_without_a_name_carries_the_name_of_this_integration() {
    let block = block(json!({"assumeRoleArn": ROLE})).unwrap();
    assert_eq!(block.role().unwrap().session_name, "dmm-aws-integration");
}

#[test]
fn what_belongs_to_a_role_is_refused_without_one() {
    for field in ["assumeRoleExternalId", "assumeRoleSourceIdentity"] {
        let told = refused(json!({field: "something"}));
        assert_eq!(told, format!("{field} without assumeRoleArn has no effect"));
    }
    assert!(block(json!({"assumeRoleSessionName": "OpenMetadataSession"})).is_ok());
}

#[test]
fn an_endpoint_is_encrypted_or_on_this_machine() {
    for text in ["http://glue.example.test", "glue.example.test", "https://a:LEAK@example.test"] {
        let told = refused(json!({"endPointURL": text}));
        assert!(told.starts_with("endPointURL must be an https address"), "{told}");
        assert!(!told.contains("LEAK"), "{told}");
    }
    for text in ["https://glue.example.test", "http://127.0.0.1:4566", "http://localhost:4566"] {
        assert_eq!(block(json!({"endPointURL": text})).unwrap().endpoint(), Some(text));
    }
}

#[test]
fn a_line_end_in_a_key_is_refused_instead_of_ending_in_a_header() {
    let secret = json!({"awsAccessKeyId": "AKIDEXAMPLE", "awsSecretAccessKey": "LEAK\n"});
    let told = refused(secret);
    assert!(told.starts_with("awsSecretAccessKey holds a character"), "{told}");
    assert!(!told.contains("LEAK"), "{told}");
    let id = json!({"awsAccessKeyId": "AKID EXAMPLE", "awsSecretAccessKey": "s3cr3t"});
    assert!(refused(id).starts_with("awsAccessKeyId holds a character"));
}

#[test]
fn c8_a_number_where_a_secret_belongs_is_refused_without_being_shown() {
    let told = refused(json!({"awsAccessKeyId": "AKIDEXAMPLE", "awsSecretAccessKey": 471_147}));
    assert_eq!(told, "awsSecretAccessKey: must be text: put it in quotes");
    let error = typed::<Block>(json!("{\"awsSecretAccessKey\": \"LEAK\"}")).unwrap_err();
    assert_eq!(error.to_string(), "expected an AWS connection block, found string");
}

fn with_secrets() -> Block {
    let fields = json!({
        "awsAccessKeyId": "AKIDEXAMPLE", "awsSecretAccessKey": "LEAK-secret",
        "awsSessionToken": "LEAK-token", "assumeRoleArn": ROLE, "assumeRoleExternalId": "agreed",
        "endPointURL": "https://glue.example.test",
    });
    block(fields).unwrap()
}

#[test]
fn c8_neither_debug_output_nor_the_destination_holds_a_secret() {
    let block = with_secrets();
    for text in [format!("{block:?}"), format!("{block:#?}"), block.destination().to_string()] {
        assert!(!text.contains("LEAK"), "{text}");
    }
    assert!(format!("{block:?}").contains("***"));
}

#[test]
fn what_open_metadata_stores_reads_back_as_the_same_block_but_for_the_fields_of_ours() {
    let stored = with_secrets().open_metadata_json_with_secrets();
    assert_eq!(
        stored,
        json!({
            "awsAccessKeyId": "AKIDEXAMPLE", "awsSecretAccessKey": "LEAK-secret",
            "awsSessionToken": "LEAK-token", "awsRegion": "eu-west-1", "assumeRoleArn": ROLE,
            "assumeRoleSessionName": "dmm-aws-integration",
            "endPointURL": "https://glue.example.test",
        })
    );
    let read: Block = typed(stored).unwrap();
    assert_eq!(read.destination(), with_secrets().destination());
    assert_eq!(read.role().unwrap().external_id, None);
}

#[test]
fn two_blocks_lead_to_the_same_place_whatever_their_secrets_are() {
    let key = |secret: &str, more: Value| {
        let mut fields = json!({"awsAccessKeyId": "AKIDEXAMPLE", "awsSecretAccessKey": secret});
        if let (Value::Object(all), Value::Object(more)) = (&mut fields, more) {
            all.extend(more);
        }
        block(fields).unwrap().destination()
    };
    assert_eq!(key("old", json!({})), key("new", json!({"profileName": "without-effect"})));
    assert_ne!(key("old", json!({})), key("old", json!({"awsRegion": "eu-west-2"})));
    assert_ne!(key("old", json!({})), key("old", json!({"assumeRoleArn": ROLE})));
}
