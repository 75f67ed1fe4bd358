//! Where the bounds lie: the last that fits, and the first that does not.

use domain::arn::Arn;
use domain::consent::{BoundaryArn, Consent, RoleTag};
use domain::event::{Event, EventId};
use domain::glue::{TableArn, WorkgroupArn};
use domain::ids::{AgreementId, PolicyName, queue_id, sha256_hex};
use domain::pattern::ArnPattern;
use domain::rejection::quote;
use domain::role::{RoleArn, RoleName};
use domain::s3::S3Location;
use serde_json::json;

fn fits<T: std::str::FromStr>(text: &str) -> bool {
    text.parse::<T>().is_ok()
}

#[test]
fn an_arn_has_at_most_two_thousand_and_forty_eight_characters() {
    let arn = |length: usize| {
        let head = "arn:aws:sqs:eu-west-1:123456789012:";
        format!("{head}{}", "q".repeat(length - head.len()))
    };
    assert!(fits::<Arn>(&arn(2047)) && fits::<Arn>(&arn(2048)));
    assert!(!fits::<Arn>(&arn(2049)));
}

#[test]
fn an_arn_names_a_service_a_resource_and_a_whole_account_or_none() {
    assert!(fits::<Arn>("arn:aws:s3:::bucket") && fits::<Arn>("arn:aws:iam::123456789012:role/x"));
    for text in [
        "arn:aws::eu-west-1:123456789012:x",
        "arn:aws:::123456789012:x",
        "arn:aws:sqs:eu-west-1:123456789012:",
        "arn:aws:sqs:eu-west-1:12345678901:x",
        "arn:aws:sqs:eu-west-1:1234567890123:x",
        "arn:aws:sqs:eu-west-1:12345678901a:x",
        "urn:aws:sqs:eu-west-1:123456789012:x",
        "arn:aws:sqs:eu-west-1:123456789012:\"",
        "arn:aws:sqs:eu-west-1:123456789012:\\",
    ] {
        assert!(!fits::<Arn>(text), "{text}");
    }
}

#[test]
fn only_a_managed_policy_of_a_known_partition_and_a_whole_account_is_a_boundary() {
    assert!(fits::<BoundaryArn>("arn:aws-cn:iam::123456789012:policy/a"));
    for text in [
        "arn:evil:iam::123456789012:policy/a",
        "arn:aws:iam::12345:policy/a",
        "arn:aws:iam::123456789012:policy/a b",
        "arn:aws:sts::123456789012:policy/a",
    ] {
        assert!(!fits::<BoundaryArn>(text), "{text}");
    }
}

#[test]
fn consent_asks_for_something_as_soon_as_either_condition_is_set() {
    let tag = Some(RoleTag { key: "a".to_owned(), value: "b".to_owned() });
    let boundary = Some("arn:aws:iam::123456789012:policy/a".parse().unwrap());
    assert!(!Consent::default().asks_for_something());
    assert!(Consent { tag: tag.clone(), boundary: None }.asks_for_something());
    assert!(Consent { tag: None, boundary: boundary.clone() }.asks_for_something());
    assert!(Consent { tag, boundary }.asks_for_something());
}

#[test]
fn ids_of_the_catalog_and_of_events_end_at_two_hundred_and_fifty_six_characters() {
    for length in [1, 255, 256] {
        assert!(fits::<AgreementId>(&"ü".repeat(length)) && fits::<EventId>(&"ü".repeat(length)));
    }
    assert!(!fits::<AgreementId>(&"a".repeat(257)) && !fits::<EventId>(&"a".repeat(257)));
    for text in ["", "a b", "a\tb", "a\u{7f}"] {
        assert!(!fits::<EventId>(text), "{text:?}");
    }
    for text in ["a\\b", "a/b", "a\u{0}b", ".", ".."] {
        assert!(!fits::<AgreementId>(text), "{text:?}");
    }
    assert!(fits::<AgreementId>("...") && fits::<AgreementId>(".a"));
}

#[test]
fn an_id_stays_readable_in_the_queue_up_to_the_hundred_and_twenty_eighth_character() {
    for text in ["a".to_owned(), "a".repeat(127), "a".repeat(128), "!~".to_owned()] {
        assert_eq!(queue_id(&text), text);
    }
    for text in [String::new(), "a".repeat(129), "a b".to_owned(), "ä".to_owned()] {
        assert_eq!(queue_id(&text), format!("sha256={}", sha256_hex(&text)), "{text}");
    }
    let posing = format!("sha256={}", sha256_hex("x"));
    assert_eq!(queue_id(&posing), format!("sha256={}", sha256_hex(&posing)));
}

#[test]
fn the_name_of_a_policy_is_cut_nowhere_and_hashed_beyond_iams_bound() {
    let name = |id: &str| PolicyName::of(&id.parse().unwrap()).as_str().to_owned();
    assert_eq!(name(&"a".repeat(104)).len(), 127);
    assert_eq!(name(&"a".repeat(105)), format!("DMM_DataUsageAgreement_{}", "a".repeat(105)));
    let hashed = sha256_hex(&"a".repeat(106));
    assert_eq!(name(&"a".repeat(106)), format!("DMM_DataUsageAgreement_sha256={hashed}"));
    assert!(name("a=+,.@-_9").ends_with("_a=+,.@-_9"));
    assert!(name("a b").contains("sha256=") && name("a:b").contains("sha256="));
    assert_eq!(PolicyName::found(&format!("DMM_DataUsageAgreement_{}", "a".repeat(106))), None);
}

#[test]
fn roles_and_their_paths_are_bounded_as_in_iam() {
    assert!(fits::<RoleName>(&"r".repeat(64)) && fits::<RoleName>("r"));
    assert!(!fits::<RoleName>("") && !fits::<RoleName>(&"r".repeat(65)));
    assert!(!fits::<RoleName>("AWSReservedSSO_Admin_1"));
    for text in [
        "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/y",
        "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/y",
        "arn:aws:iam::123456789012:role/a//y",
        "arn:aws:iam:eu-west-1:123456789012:role/y",
        "arn:aws:iam:::role/y",
    ] {
        assert!(!fits::<RoleArn>(text), "{text}");
    }
}

#[test]
fn tables_and_workgroups_are_placed_in_a_region_and_an_account_and_named_within_bounds() {
    let table = |name: &str| format!("arn:aws:glue:eu-west-1:123456789012:table/sales/{name}");
    let database = |name: &str| format!("arn:aws:glue:eu-west-1:123456789012:table/{name}/orders");
    for named in [table, database] {
        assert!(fits::<TableArn>(&named(&"t".repeat(255))));
        assert!(!fits::<TableArn>(&named(&"t".repeat(256))));
        assert!(!fits::<TableArn>(&named("")) && !fits::<TableArn>(&named("a:b")));
    }
    for text in [
        "arn:aws:glue:EU:123456789012:table/sales/orders",
        "arn:aws:glue:eu_west:123456789012:table/sales/orders",
        "arn:aws:glue:eu-west-1::table/sales/orders",
        "arn:aws:glue::123456789012:table/sales/orders",
        "arn:aws:athena:eu-west-1:123456789012:table/sales/orders",
    ] {
        assert!(!fits::<TableArn>(text), "{text}");
    }
    let workgroup = |name: &str| format!("arn:aws:athena:eu-west-1:123456789012:workgroup/{name}");
    assert!(fits::<WorkgroupArn>(&workgroup("a._-9")));
    assert!(fits::<WorkgroupArn>(&workgroup(&"w".repeat(128))));
    assert!(!fits::<WorkgroupArn>(&workgroup(&"w".repeat(129))));
    assert!(!fits::<WorkgroupArn>(&workgroup("")) && !fits::<WorkgroupArn>(&workgroup("a+b")));
    assert!(!fits::<WorkgroupArn>("arn:aws:athena::123456789012:workgroup/a"));
    assert!(!fits::<WorkgroupArn>("arn:aws:athena:eu-west-1::workgroup/a"));
}

#[test]
fn a_bucket_is_named_as_s3_names_buckets_today() {
    let bucket = |name: &str| fits::<S3Location>(&format!("arn:aws:s3:::{name}"));
    for name in ["abc", "a.c", "a-c", "1-9", &"b".repeat(63)] {
        assert!(bucket(name), "{name}");
    }
    for name in ["ab", &"b".repeat(64), "a_c", "aBc", ".bc", "ab.", "-bc", "ab-", "a..c", "", "a+c"]
    {
        assert!(!bucket(name), "{name}");
    }
    assert!(!fits::<S3Location>("arn:aws:s3:eu-west-1::bucket"));
    assert!(!fits::<S3Location>("arn:aws:s3::123456789012:bucket"));
    assert!(!fits::<S3Location>("arn:aws:sqs:::bucket"));
}

#[test]
fn a_folder_leaves_room_for_the_name_of_one_object() {
    let folder = |length: usize| format!("arn:aws:s3:::bucket/{}", "x".repeat(length));
    assert!(fits::<S3Location>(&folder(1021)) && fits::<S3Location>(&folder(1022)));
    assert!(!fits::<S3Location>(&folder(1023)));
}

#[test]
fn a_pattern_names_its_service_and_never_all_of_iam() {
    for text in [
        "arn:aws:s3:::*",
        "arn:aws:s3:::?",
        "arn:*:iam::*:role/*",
        "arn:aws:glue:*:123456789012:table/*",
    ] {
        assert!(fits::<ArnPattern>(text), "{text}");
    }
    for text in [
        "urn:aws:s3:::data",
        "arn:aws::::data",
        "arn:aws:s3:::",
        "arn:aws:s?:::data",
        "arn:aws:s*:::data",
        "arn:aws:iam::123456789012:*",
        "arn:aws:iam::123456789012:?*",
        "arn:aws:s3",
        "",
        "*",
        "***",
    ] {
        assert!(!fits::<ArnPattern>(text), "{text}");
    }
    let bare = |text: &str| text.parse::<ArnPattern>().unwrap_err().to_string();
    assert!(bare("**").contains("matches everything"), "{}", bare("**"));
    assert!(bare("").contains("is not an ARN pattern"), "{}", bare(""));
    assert!(bare("a*").contains("is not an ARN pattern"), "{}", bare("a*"));
}

#[test]
fn a_pattern_is_compared_part_by_part() {
    let matches = |pattern: &str, text: &str| pattern.parse::<ArnPattern>().unwrap().matches(text);
    assert!(matches("arn:aws:s3:::a*c", "arn:aws:s3:::abbc"));
    assert!(matches("arn:aws:s3:::a*", "arn:aws:s3:::a"));
    assert!(matches("arn:aws:s3:::*a*b*", "arn:aws:s3:::xxaxxbxx"));
    assert!(!matches("arn:aws:s3:::a*c", "arn:aws:s3:::abbd"));
    assert!(!matches("arn:aws:s3:::abc", "arn:aws:s3:::ab"));
    assert!(!matches("arn:aws:s3:::ab", "arn:aws:s3:::abc"));
    assert!(!matches("arn:aws:s3:::a?", "arn:aws:s3:::a"));
    assert!(!matches("arn:aws:s3:::a", "arn:aws:s3:a"));
}

#[test]
fn what_is_quoted_in_a_message_ends_after_two_hundred_characters() {
    assert_eq!(quote(&"ä".repeat(200)), "ä".repeat(200));
    assert_eq!(quote(&"ä".repeat(201)), format!("{}…", "ä".repeat(200)));
    assert_eq!(quote(""), "");
}

#[test]
fn a_message_is_sent_whole_up_to_a_mebibyte_and_has_its_essence_with_it_beyond_a_quarter() {
    let event = |length: usize| {
        let frame = json!({"id": "e1", "type": "x.AccessUpdatedEvent", "subject": "a", "n": ""});
        let text = frame.to_string();
        text.replace(r#""n":"""#, &format!(r#""n":"{}""#, "x".repeat(length - text.len())))
    };
    let message = |length: usize| {
        let event = event(length);
        assert_eq!(event.len(), length);
        let message = Event::read(&event).unwrap().message.unwrap();
        (message.body == event, message.essence.is_some())
    };
    assert_eq!(message(256 * 1024), (true, false));
    assert_eq!(message(256 * 1024 + 1), (true, true));
    assert_eq!(message(1024 * 1024), (true, true));
    assert_eq!(message(1024 * 1024 + 1), (false, false));
}
