//! The real SDK against two servers on this machine: one is STS, the other the services.

mod servers;

use aws_sdk_glue::Client as Glue;
use aws_smithy_types::retry::RetryConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use clients::aws::AwsError;
use domain::Failure;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use self::servers::{ROLE, World, credentials_of, document, profiles, sts_error};
use super::*;
use crate::document::typed;

fn block(fields: Value) -> Block {
    typed(document(fields)).unwrap()
}

fn keys(id: &str) -> Value {
    json!({"awsAccessKeyId": id, "awsSecretAccessKey": "s3cr3t"})
}

async fn ask_glue(session: &Session) {
    Glue::new(session.aws()).get_databases().send().await.unwrap();
}

#[tokio::test]
async fn a12_a_block_with_a_region_only_uses_the_own_credentials_in_that_region() {
    let world = World::new().await;
    let connection = block(json!({"endPointURL": world.services.uri()}));
    let session = Session::open(&world.own(), &connection, None).await.unwrap();
    ask_glue(&session).await;
    let signed = world.signed_requests().await;
    assert!(signed[0].starts_with("AKIDOWN/"), "{signed:?}");
    assert!(signed[0].contains("/eu-west-1/glue/"), "{signed:?}");
    assert!(world.sts_calls().await.is_empty());
}

#[tokio::test]
async fn a13_a_session_token_is_sent_with_every_call() {
    let world = World::new().await;
    let mut fields = keys("ASIAKEY");
    fields["awsSessionToken"] = json!("the-token");
    fields["endPointURL"] = json!(world.services.uri());
    let session = Session::open(&world.own(), &block(fields), None).await.unwrap();
    ask_glue(&session).await;
    let request = &world.services.received_requests().await.unwrap()[0];
    assert_eq!(request.headers["x-amz-security-token"], "the-token");
    assert!(credentials_of(request).starts_with("ASIAKEY/"));
}

#[tokio::test]
async fn a14_the_endpoint_is_for_services_and_never_for_sts() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    ask_glue(&session).await;
    let iam = aws_sdk_iam::Client::new(session.aws());
    drop(iam.get_role().role_name("reader").send().await);
    session.identity().await.unwrap();
    assert_eq!(world.sts_calls().await, ["AssumeRole", "GetCallerIdentity"]);
    let services = world.services.received_requests().await.unwrap();
    let hosts: Vec<&str> =
        services.iter().map(|call| call.headers["host"].to_str().unwrap()).collect();
    let host = world.services.address().to_string();
    assert_eq!(hosts, [host.as_str(), host.as_str()]);
}

/// `AWS_ENDPOINT_URL_GLUE` and `AWS_ENDPOINT_URL_STS`, as the SDK hands them to clients.
#[derive(Debug)]
struct Variables {
    glue: String,
    sts: String,
}

impl LoadServiceConfig for Variables {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        match (key.service_id(), key.env()) {
            ("GLUE" | "Glue", "AWS_ENDPOINT_URL") => Some(self.glue.clone()),
            ("STS", "AWS_ENDPOINT_URL") => Some(self.sts.clone()),
            _ => None,
        }
    }
}

#[tokio::test]
async fn a14_the_endpoint_beats_the_variable_of_its_service_and_sts_honours_its_own() {
    let world = World::new().await;
    let variables = Variables {
        // Nobody listens there.
        glue: "http://127.0.0.1:1".to_owned(),
        sts: world.sts.uri(),
    };
    let mut own = world.own().to_builder();
    own.set_endpoint_url(Some("http://127.0.0.1:1".to_owned()));
    own.insert_origin("endpoint_url", Origin::shared_environment_variable());
    let own = own.service_config(variables).build();
    let connection = block(json!({"assumeRoleArn": ROLE, "endPointURL": world.services.uri()}));
    let session = Session::open(&own, &connection, None).await.unwrap();
    ask_glue(&session).await;
    assert_eq!(world.sts_calls().await, ["AssumeRole"]);
    assert_eq!(world.signed_requests().await.len(), 1);
}

#[tokio::test]
async fn without_an_endpoint_services_keep_that_of_the_own_configuration() {
    let world = World::new().await;
    let session = Session::open(&world.own(), &block(keys("AKID")), None).await.unwrap();
    assert_eq!(session.aws().endpoint_url(), Some(world.sts.uri().as_str()));
}

#[tokio::test]
async fn a15_the_keys_of_a_profile_sign_the_calls() {
    let world = World::new().await;
    let fields = json!({"profileName": "sales", "endPointURL": world.services.uri()});
    let files = profiles("[sales]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = x\n");
    let opened = Session::open_with(&world.own(), &block(fields), None, &files).await;
    ask_glue(&opened.unwrap()).await;
    assert!(world.signed_requests().await[0].starts_with("AKIDPROFILE/"));
}

#[tokio::test]
async fn a15_an_unknown_profile_is_a_clear_error() {
    let world = World::new().await;
    let files = profiles("[other]\naws_access_key_id = AKID\naws_secret_access_key = LEAK\n");
    let connection = block(json!({"profileName": "sales"}));
    let error = Session::open_with(&world.own(), &connection, None, &files).await.unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with("profile \"sales\" (profileName) gives no credentials"), "{told}");
    assert!(!format!("{told} {error:?}").contains("LEAK"), "{error:?}");
    assert_eq!(error.failure(), Failure::Halt);
}

#[tokio::test]
async fn a15_explicit_keys_beat_a_profile_which_is_not_even_read() {
    let world = World::new().await;
    let mut fields = keys("AKIDKEYS");
    fields["profileName"] = json!("unknown");
    fields["endPointURL"] = json!(world.services.uri());
    let session = Session::open(&world.own(), &block(fields), None).await.unwrap();
    ask_glue(&session).await;
    assert!(world.signed_requests().await[0].starts_with("AKIDKEYS/"));
}

#[tokio::test]
async fn a16_a_role_is_assumed_under_the_default_name_and_without_a_source_identity() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    ask_glue(&session).await;
    let sent = &world.sts_forms().await[0];
    assert_eq!(sent["RoleArn"], ROLE);
    assert_eq!(sent["RoleSessionName"], "dmm-aws-integration");
    assert!(!sent.contains_key("SourceIdentity") && !sent.contains_key("ExternalId"), "{sent:?}");
    let request = &world.services.received_requests().await.unwrap()[0];
    assert!(credentials_of(request).starts_with("ASIAROLE1/"));
    assert_eq!(request.headers["x-amz-security-token"], "role-token-1");
}

#[tokio::test]
async fn a16_name_external_id_and_source_identity_are_sent_where_they_are_set() {
    let world = World::new().await;
    let fields = json!({
        "assumeRoleSessionName": "nightly", "assumeRoleExternalId": "agreed:1",
        "assumeRoleSourceIdentity": "someone",
    });
    world.as_role(fields).await.unwrap();
    let sent = &world.sts_forms().await[0];
    assert_eq!(sent["RoleSessionName"], "nightly");
    assert_eq!(sent["ExternalId"], "agreed:1");
    assert_eq!(sent["SourceIdentity"], "someone");
}

#[tokio::test]
async fn a16_opening_and_the_first_calls_assume_the_role_once() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    ask_glue(&session).await;
    ask_glue(&session).await;
    assert_eq!(world.sts_calls().await, ["AssumeRole"]);
}

#[tokio::test]
async fn a16_expired_credentials_are_asked_for_again_once_for_all_callers() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    ask_glue(&session).await;
    world.later_by_minutes(61);
    let (first, second) = (Glue::new(session.aws()), Glue::new(session.aws()));
    let calls = (0..20).map(|index| {
        let client = if index % 2 == 0 { first.clone() } else { second.clone() };
        tokio::spawn(async move { client.get_databases().send().await.unwrap() })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    assert_eq!(world.sts_calls().await, ["AssumeRole", "AssumeRole"]);
    let signed = world.signed_requests().await;
    assert_eq!(signed.iter().filter(|by| by.starts_with("ASIAROLE1/")).count(), 1);
    assert_eq!(signed.iter().filter(|by| by.starts_with("ASIAROLE2/")).count(), 20);
}

#[tokio::test]
async fn credentials_that_expired_before_their_first_use_are_not_used() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    world.later_by_minutes(61);
    ask_glue(&session).await;
    assert!(world.signed_requests().await[0].starts_with("ASIAROLE2/"));
}

#[tokio::test]
async fn keys_beside_a_role_assume_it_in_the_region_of_sts() {
    let world = World::new().await;
    let mut fields = keys("AKIDBASE");
    fields["stsRegion"] = json!("us-east-1");
    world.as_role(fields).await.unwrap();
    let request = &world.sts.received_requests().await.unwrap()[0];
    assert!(credentials_of(request).starts_with("AKIDBASE/"));
    assert!(credentials_of(request).contains("/us-east-1/sts/"));
}

#[tokio::test]
async fn d1_the_keys_of_the_connection_sign_although_the_outer_scope_names_a_role() {
    let world = World::new().await;
    let mut fields = keys("AKIDINNER");
    fields["endPointURL"] = json!(world.services.uri());
    let outer = block(json!({"assumeRoleArn": ROLE}));
    let session = Session::open(&world.own(), &block(fields), Some(&outer)).await.unwrap();
    ask_glue(&session).await;
    assert!(world.signed_requests().await[0].starts_with("AKIDINNER/"));
    assert!(world.sts_calls().await.is_empty());
}

#[tokio::test]
async fn the_outer_scope_gives_the_right_and_the_connection_the_place() {
    let world = World::new().await;
    let connection = block(json!({"endPointURL": world.services.uri()}));
    let outer = json!({"assumeRoleArn": ROLE, "awsRegion": "us-east-1"});
    let outer = block(outer);
    let session = Session::open(&world.own(), &connection, Some(&outer)).await.unwrap();
    ask_glue(&session).await;
    let signed = world.signed_requests().await;
    assert!(signed[0].starts_with("ASIAROLE1/"), "{signed:?}");
    assert!(signed[0].contains("/eu-west-1/glue/"), "{signed:?}");
}

#[tokio::test]
async fn d5_opening_a_connection_leaves_the_own_configuration_as_it_was() {
    let world = World::new().await;
    let own = world.own();
    let session = world.opened(&own, json!({"assumeRoleArn": ROLE})).await.unwrap();
    ask_glue(&session).await;
    assert_eq!(own.region().unwrap().as_ref(), "eu-central-1");
    assert_eq!(own.endpoint_url(), Some(world.sts.uri().as_str()));
    drop(Glue::new(&own).get_databases().send().await);
    let last = world.sts.received_requests().await.unwrap().pop().unwrap();
    assert!(credentials_of(&last).starts_with("AKIDOWN/"));
    assert!(credentials_of(&last).contains("/eu-central-1/glue/"));
}

#[tokio::test]
async fn timeouts_and_retries_are_those_of_the_own_configuration() {
    let world = World::new().await;
    let own = world.own().to_builder().retry_config(RetryConfig::standard().with_max_attempts(7));
    let own = own.build();
    let session = world.opened(&own, json!({"assumeRoleArn": ROLE})).await.unwrap();
    assert_eq!(session.aws().retry_config(), own.retry_config());
    assert_eq!(session.aws().timeout_config(), own.timeout_config());
}

#[tokio::test]
async fn d6_the_log_line_says_the_source_and_the_caller() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    let identity = session.identity().await.unwrap();
    assert_eq!(
        identity.to_string(),
        "assumed role arn:aws:iam::111122223333:role/reader (connection), \
         caller arn:aws:sts::111122223333:assumed-role/reader/dmm-aws-integration"
    );
    let asked = &world.sts.received_requests().await.unwrap()[1];
    assert!(credentials_of(asked).starts_with("ASIAROLE1/"));
}

#[tokio::test]
async fn d6_the_own_configuration_has_a_caller_too() {
    let world = World::new().await;
    let caller = identity::caller(&world.own()).await.unwrap();
    assert_eq!(caller.account, "111122223333");
}

#[tokio::test]
async fn a_caller_of_another_account_than_meant_is_refused() {
    let world = World::new().await;
    let caller = world.as_role(json!({})).await.unwrap().identity().await.unwrap().caller;
    caller.in_account("111122223333").unwrap();
    let error = caller.in_account("444455556666").unwrap_err();
    assert_eq!(error.failure(), Failure::Halt);
    assert!(error.to_string().contains("444455556666 leads to account 111122223333"), "{error}");
}

async fn refused(answer: ResponseTemplate, fields: Value) -> ConnectionError {
    let world = World::answering(answer).await;
    world.as_role(fields).await.unwrap_err()
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_halts_and_says_what_to_check() {
    let error = refused(sts_error(403, "AccessDenied"), json!({})).await;
    let told = error.to_string();
    assert!(
        told.starts_with(&format!("role {ROLE} cannot be assumed (sts:AssumeRole by ")),
        "{told}"
    );
    assert!(told.contains("trust policy") && told.contains("external id"), "{told}");
    assert_eq!(error.failure(), Failure::Halt);
    let with_identity = json!({"assumeRoleSourceIdentity": "someone"});
    let told = refused(sts_error(403, "AccessDenied"), with_identity).await.to_string();
    assert!(told.contains("sts:SetSourceIdentity"), "{told}");
}

#[tokio::test]
async fn what_sts_says_decides_between_halt_and_retry() {
    for (status, code, failure, advice) in [
        (400, "ExpiredToken", Failure::Halt, "have expired"),
        (403, "ExpiredTokenException", Failure::Halt, "have expired"),
        (403, "RegionDisabledException", Failure::Halt, "stsRegion"),
        (403, "InvalidClientTokenId", Failure::Halt, "stsRegion"),
        (400, "Throttling", Failure::Retry, "did not answer"),
        (500, "InternalFailure", Failure::Retry, "did not answer"),
    ] {
        let error = refused(sts_error(status, code), json!({})).await;
        assert_eq!(error.failure(), failure, "{code}");
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_any_more_is_found_behind_the_call_that_failed() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    world.sts.reset().await;
    Mock::given(any()).respond_with(sts_error(403, "AccessDenied")).mount(&world.sts).await;
    world.later_by_minutes(61);
    let error = Glue::new(session.aws()).get_databases().send().await.unwrap_err();
    let reason = ConnectionError::behind(&error).unwrap();
    assert!(matches!(reason, ConnectionError::Assume { .. }), "{reason:?}");
    assert_eq!(reason.failure(), Failure::Halt);
    let told = AwsError::of("glue:GetDatabases", error);
    assert!(matches!(told, AwsError::CredentialsRefused { .. }), "{told:?}");
    assert!(world.services.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn credentials_that_sts_has_no_time_for_are_tried_again() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    world.sts.reset().await;
    Mock::given(any()).respond_with(sts_error(500, "InternalFailure")).mount(&world.sts).await;
    world.later_by_minutes(61);
    let error = Glue::new(session.aws()).get_databases().send().await.unwrap_err();
    let told = AwsError::of("glue:GetDatabases", error);
    assert_eq!(told.failure(), Failure::Retry, "{told:?}");
}

#[tokio::test]
async fn behind_an_error_of_the_service_itself_is_no_connection() {
    let world = World::new().await;
    let session = world.as_role(json!({})).await.unwrap();
    world.services.reset().await;
    let error = Glue::new(session.aws()).get_databases().send().await.unwrap_err();
    assert!(ConnectionError::behind(&error).is_none());
}

#[tokio::test]
async fn c8_credentials_in_an_answer_that_cannot_be_read_are_not_carried_along() {
    let start = "<AssumeRoleResponse><AssumeRoleResult><Credentials><SecretAccessKey>LEAK";
    for rest in ["", "</SecretAccessKey><Expiration>LEAK</Expiration></Credentials>"] {
        let answer = ResponseTemplate::new(200).set_body_raw(format!("{start}{rest}"), "text/xml");
        let error = refused(answer, json!({})).await;
        assert!(!format!("{error} {error:?}").contains("LEAK"), "{error:?}");
        assert_eq!(error.failure(), Failure::Retry);
    }
}

#[tokio::test]
async fn half_an_answer_of_sts_is_no_credentials() {
    let cut_off = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE";
    let answer = ResponseTemplate::new(200).set_body_raw(cut_off, "text/xml");
    let error = refused(answer, json!({})).await;
    assert!(matches!(error, ConnectionError::Incomplete { .. }), "{error:?}");
}

#[tokio::test]
async fn c8_debug_output_of_a_session_holds_no_secret() {
    let world = World::new().await;
    let fields = json!({
        "awsAccessKeyId": "AKIDBASE", "awsSecretAccessKey": "LEAK", "awsSessionToken": "LEAK",
    });
    let session = Session::open(&world.own(), &block(fields.clone()), None).await.unwrap();
    let chained = world.as_role(fields).await.unwrap();
    let told = format!("{session:?} {chained:?} {:?} {:?}", session.aws(), chained.aws());
    for secret in ["LEAK", "role-secret", "role-token", "own-secret"] {
        assert!(!told.contains(secret), "{secret}");
    }
}
