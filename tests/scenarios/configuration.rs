//! Settings, and what the build promises.

use access::Mode;
use clients::api_key::KeyHeader;
use lambda::settings::Settings;
use manage_iam_policies::config::Config as Manage;
use poll_feed::config::Config as Poll;

fn settings(extra: &[(&str, &str)]) -> Settings {
    let contract = [
        ("DMM_BASE_URL", "https://api.example.com"),
        ("DMM_API_KEY_SECRET_NAME", "dmm_api_key"),
        ("BUCKET_NAME", "bucket"),
        ("SQS_QUEUE_URL", "https://sqs.example.com/1/dmm-events.fifo"),
        ("CONSUMER_ROLE_ARNS", "arn:aws:iam::123456789012:role/data-products/*"),
    ];
    let all = contract.iter().chain(extra).map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Settings::from_variables(all)
}

fn manage(extra: &[(&str, &str)]) -> Result<Manage, String> {
    let mut settings = settings(extra);
    let config = Manage::read(&mut settings);
    settings.finish(config).map_err(|error| error.to_string())
}

fn poll(extra: &[(&str, &str)]) -> Result<Poll, String> {
    let mut settings = settings(extra);
    let config = Poll::read(&mut settings);
    settings.finish(config).map_err(|error| error.to_string())
}

#[test]
fn the_contracts_required_settings_are_enough() {
    let manage = manage(&[]).unwrap();
    assert_eq!((manage.mode, manage.grants_prefix.as_str()), (Mode::Apply, "grants/"));
    let poll = poll(&[]).unwrap();
    assert_eq!(poll.cursor, "poll_feed/last_event_id");
    assert_eq!(poll.catalog.key_time_to_live.as_secs(), 300);
    assert!(!poll.custom_endpoint);
}

#[test]
fn a_base_url_in_clear_text_stops_the_start_unless_it_is_this_machine() {
    let error = poll(&[("DMM_BASE_URL", "http://api.example.com")]).unwrap_err();
    assert!(error.contains("DMM_BASE_URL") && error.contains("https://"), "{error}");
    assert!(poll(&[("DMM_BASE_URL", "http://127.0.0.1:8080")]).is_ok());
}

#[test]
fn everything_that_is_wrong_is_named_in_one_message() {
    let error = manage(&[
        ("DMM_BASE_URL", "nowhere"),
        ("BUCKET_NAME", ""),
        ("CONSUMER_ROLE_ARNS", "*"),
        ("RESOURCE_ARNS", "s3"),
        ("MODE", "perhaps"),
    ]);
    let error = error.unwrap_err();
    for name in ["DMM_BASE_URL", "BUCKET_NAME", "CONSUMER_ROLE_ARNS", "RESOURCE_ARNS", "MODE"] {
        assert!(error.contains(name), "{name}: {error}");
    }
}

#[test]
fn a_list_of_roles_that_names_no_roles_is_refused() {
    for list in ["", ",", "arn:aws:iam::123456789012:user/x", "arn:aws:s3:::bucket", "role/x"] {
        assert!(manage(&[("CONSUMER_ROLE_ARNS", list)]).is_err(), "{list:?}");
    }
}

#[test]
fn the_role_named_like_the_function_is_its_own_whatever_else_is_said() {
    let own = "arn:aws:iam::123456789012:role/data-products/x/dmm-poll_feed";
    let extra = [("AWS_LAMBDA_FUNCTION_NAME", "dmm-manage"), ("OWN_ROLE_ARNS", own)];
    let roles = manage(&extra).unwrap().assessment.allowed;
    for name in ["dmm-manage", "dmm-poll_feed", "DMM-Manage"] {
        let arn = format!("arn:aws:iam::123456789012:role/data-products/{name}");
        let refused = roles.admit(&arn.parse().unwrap()).unwrap_err();
        assert_eq!(refused.code(), "OwnRole", "{name}");
    }
    let arn = "arn:aws:iam::123456789012:role/data-products/dmm-manage-not";
    assert!(roles.admit(&arn.parse().unwrap()).is_ok());
}

#[test]
fn what_a_role_must_have_is_read_as_a_whole_or_stops_the_start() {
    let cap = "arn:aws:iam::123456789012:policy/cap";
    let tag = [("REQUIRE_ROLE_TAG_KEY", "data-mesh"), ("REQUIRE_ROLE_TAG_VALUE", "yes")];
    let consent = manage(&tag).unwrap().assessment.consent;
    assert_eq!(consent.tag.unwrap().value, "yes");
    assert_eq!(consent.boundary, None);
    let boundary =
        manage(&[("REQUIRE_PERMISSIONS_BOUNDARY_ARN", cap)]).unwrap().assessment.consent.boundary;
    assert_eq!(boundary.unwrap().to_string(), cap);
    for half in tag {
        let error = manage(&[half]).unwrap_err();
        assert!(error.contains("REQUIRE_ROLE_TAG_") && error.contains("is missing"), "{error}");
    }
    let error = manage(&[("REQUIRE_PERMISSIONS_BOUNDARY_ARN", "cap")]).unwrap_err();
    assert!(error.contains("REQUIRE_PERMISSIONS_BOUNDARY_ARN"), "{error}");
}

#[test]
fn the_key_is_carried_in_one_of_two_headers() {
    for (text, header) in [("x-api-key", KeyHeader::XApiKey), ("Bearer", KeyHeader::Bearer)] {
        let extra = [("DMM_API_KEY_HEADER", text)];
        assert_eq!(manage(&extra).unwrap().catalog.key_header, header);
        assert_eq!(poll(&extra).unwrap().catalog.key_header, header);
    }
    assert!(poll(&[("DMM_API_KEY_HEADER", "cookie")]).unwrap_err().contains("DMM_API_KEY_HEADER"));
}

#[test]
fn what_a_description_leaves_out_is_the_integrations_own_place() {
    let home = manage(&[("AWS_REGION", "eu-west-1")]).unwrap().assessment.home;
    assert_eq!(home.account.as_deref(), Some("123456789012"));
    assert_eq!(home.region.as_deref(), Some("eu-west-1"));
    let china = [("CONSUMER_ROLE_ARNS", "arn:aws-cn:iam::*:role/data-products/*")];
    let home = manage(&china).unwrap().assessment.home;
    assert_eq!((home.partition.as_str(), home.account, home.region), ("aws-cn", None, None));
}

#[test]
fn there_are_three_modes() {
    for (text, mode) in [("apply", Mode::Apply), ("report", Mode::Report), ("revoke", Mode::Revoke)]
    {
        assert_eq!(manage(&[("MODE", text)]).unwrap().mode, mode);
    }
}

#[test]
fn the_release_unwinds_so_that_one_records_panic_stays_its_own() {
    let manifest = include_str!("../../Cargo.toml");
    let release = manifest.split("[profile.release]").nth(1).unwrap();
    assert!(release.contains("panic = \"unwind\""));
}

fn reconcile(extra: &[(&str, &str)]) -> Result<reconcile::config::Config, String> {
    let mut settings = settings(extra);
    let config = reconcile::config::Config::read(&mut settings);
    settings.finish(config).map_err(|error| error.to_string())
}

#[test]
fn reconcile_has_defaults_for_everything_but_the_contracts_settings() {
    let config = reconcile(&[]).unwrap();
    assert_eq!(
        (config.comparison.calls_per_second, config.comparison.assessment.settles_in),
        (10, domain::ledger::SETTLED)
    );
    assert_eq!(config.rules.interval.whole_minutes(), 60);
    assert_eq!(config.rules.reports_prefix, "reports/");
    assert_eq!(config.rules.limit.for_policies(1000), 200);
    let limited = reconcile(&[("REVOKE_LIMIT", "3")]).unwrap();
    assert_eq!(limited.rules.limit.for_policies(1000), 3);
}

#[test]
fn reconcile_names_every_setting_that_is_wrong() {
    let wrong = [
        ("REVOKE_LIMIT", "20%"),
        ("RECONCILE_INTERVAL_MINUTES", "-1"),
        ("IAM_CALLS_PER_SECOND", "fast"),
        ("SETTLE_SECONDS", "soon"),
        ("CONSUMER_ROLE_ARNS", "*"),
    ];
    let error = reconcile(&wrong).unwrap_err();
    for (name, _) in wrong {
        assert!(error.contains(name), "{name}: {error}");
    }
}
