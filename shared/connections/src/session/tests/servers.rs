//! STS and the services, each a server of its own; time is what a test says.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_config::BehaviorVersion;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::TimeSource;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::retry::RetryConfig;
use serde_json::{Value, json};
use wiremock::matchers::{any, body_string_contains};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::super::*;
use crate::document::typed;

pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/reader";
const CALLER: &str = "arn:aws:sts::111122223333:assumed-role/reader/dmm-aws-integration";

/// 2026-01-01, and as much later as a test says.
#[derive(Clone, Debug)]
struct Clock(Arc<Mutex<SystemTime>>);

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }
}

pub(super) struct World {
    pub(super) sts: MockServer,
    pub(super) services: MockServer,
    clock: Clock,
}

impl World {
    /// STS gives out credentials for an hour, numbered from 1.
    pub(super) async fn new() -> Self {
        let world = Self::silent().await;
        let (clock, given) = (world.clock.clone(), AtomicUsize::new(0));
        let assumed = move |_: &Request| {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            assumed(number, clock.now() + Duration::from_hours(1))
        };
        Mock::given(body_string_contains("Action=AssumeRole"))
            .respond_with(assumed)
            .mount(&world.sts)
            .await;
        let caller = xml(&format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{CALLER}</Arn>\
             <UserId>AROAEXAMPLE</UserId><Account>111122223333</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ));
        Mock::given(body_string_contains("Action=GetCallerIdentity"))
            .respond_with(caller)
            .mount(&world.sts)
            .await;
        world
    }

    /// STS says the same to everything.
    pub(super) async fn answering(answer: ResponseTemplate) -> Self {
        let world = Self::silent().await;
        Mock::given(any()).respond_with(answer).mount(&world.sts).await;
        world
    }

    async fn silent() -> Self {
        let (sts, services) = (calls::mock_server().await, calls::mock_server().await);
        let databases = ResponseTemplate::new(200)
            .set_body_raw(r#"{"DatabaseList":[]}"#, "application/x-amz-json-1.1");
        Mock::given(any()).respond_with(databases).mount(&services).await;
        let start = SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 20_454);
        Self { sts, services, clock: Clock(Arc::new(Mutex::new(start))) }
    }

    /// The function's own configuration: another region than that of the connections.
    pub(super) fn own(&self) -> SdkConfig {
        let credentials = Credentials::new("AKIDOWN", "own-secret", None, None, "test");
        let mut builder = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(IdentityCache::lazy().build())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(self.clock.clone())
            .retry_config(RetryConfig::disabled())
            .endpoint_url(self.sts.uri());
        builder.insert_origin("endpoint_url", Origin::shared_environment_variable());
        builder.build()
    }

    pub(super) async fn opened(
        &self,
        own: &SdkConfig,
        mut fields: Value,
    ) -> Result<Session, ConnectionError> {
        fields["endPointURL"] = json!(self.services.uri());
        Session::open(own, &typed(document(fields)).unwrap(), None).await
    }

    pub(super) async fn as_role(&self, mut fields: Value) -> Result<Session, ConnectionError> {
        fields["assumeRoleArn"] = json!(ROLE);
        self.opened(&self.own(), fields).await
    }

    pub(super) fn later_by_minutes(&self, minutes: u64) {
        *self.clock.0.lock().unwrap() += Duration::from_mins(minutes);
    }

    /// What was sent to STS, request by request.
    pub(super) async fn sts_forms(&self) -> Vec<BTreeMap<String, String>> {
        let received = self.sts.received_requests().await.unwrap();
        let form =
            |request: &Request| url::form_urlencoded::parse(&request.body).into_owned().collect();
        received.iter().map(form).collect()
    }

    pub(super) async fn sts_calls(&self) -> Vec<String> {
        self.sts_forms().await.into_iter().map(|mut form| form.remove("Action").unwrap()).collect()
    }

    /// The credential scope of every call to the services.
    pub(super) async fn signed_requests(&self) -> Vec<String> {
        self.services.received_requests().await.unwrap().iter().map(credentials_of).collect()
    }
}

/// What a file of profiles holds.
pub(super) fn profiles(text: &str) -> EnvConfigFiles {
    EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Credentials, text).build()
}

/// `<access key>/<date>/<region>/<service>/aws4_request` of a signed request.
pub(super) fn credentials_of(request: &Request) -> String {
    let header = request.headers["authorization"].to_str().unwrap();
    let (_, rest) = header.split_once("Credential=").unwrap();
    rest.split(',').next().unwrap().to_owned()
}

/// A block's document: a region and the given fields.
pub(super) fn document(fields: Value) -> Value {
    let mut document = json!({"awsRegion": "eu-west-1"});
    if let (Value::Object(all), Value::Object(more)) = (&mut document, fields) {
        all.extend(more);
    }
    document
}

fn assumed(number: usize, expiry: SystemTime) -> ResponseTemplate {
    let expiry = DateTime::from(expiry).fmt(Format::DateTime).unwrap();
    xml(&format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>{CALLER}</Arn>\
         <AssumedRoleId>AROAEXAMPLE:x</AssumedRoleId></AssumedRoleUser><Credentials>\
         <AccessKeyId>ASIAROLE{number}</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey>\
         <SessionToken>role-token-{number}</SessionToken><Expiration>{expiry}</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

fn xml(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, "text/xml")
}

/// An error as STS puts it.
pub(super) fn sts_error(status: u16, code: &str) -> ResponseTemplate {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>as asked</Message>\
         </Error><RequestId>r-1</RequestId></ErrorResponse>"
    );
    ResponseTemplate::new(status).set_body_raw(body, "text/xml")
}
