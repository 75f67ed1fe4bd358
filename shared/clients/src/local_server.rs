//! For this crate's tests: the real SDK and the real HTTP client against a server on this machine.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_types::retry::RetryConfig;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// AWS answering at `server`, each call tried once.
pub(crate) fn aws(server: &MockServer) -> SdkConfig {
    let credentials = Credentials::new("AKIDEXAMPLE", "not-a-secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(server.uri())
        .build()
}

/// A server that gives `answer` to everything.
pub(crate) async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = calls::mock_server().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// An error as the XML services put it.
pub(crate) fn xml_error(status: u16, code: &str) -> ResponseTemplate {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>as asked</Message>\
         </Error><RequestId>r-1</RequestId></ErrorResponse>"
    );
    ResponseTemplate::new(status).set_body_raw(body, "text/xml")
}

/// An error as S3 puts it.
pub(crate) fn s3_error(status: u16, code: &str) -> ResponseTemplate {
    let body = format!("<Error><Code>{code}</Code><Message>as asked</Message></Error>");
    ResponseTemplate::new(status).set_body_raw(body, "application/xml")
}

/// An error as SQS puts it: the model's name in the body, and in a header the one that its older
/// protocol has for it, which the SDK takes.
pub(crate) fn sqs_error(status: u16, shape: &str, older: &str) -> ResponseTemplate {
    let body = format!(r#"{{"__type":"com.amazonaws.sqs#{shape}","message":"as asked"}}"#);
    ResponseTemplate::new(status)
        .insert_header("x-amzn-query-error", format!("{older};Sender"))
        .set_body_raw(body, "application/x-amz-json-1.0")
}

/// An error as the JSON services put it.
pub(crate) fn json_error(status: u16, code: &str) -> ResponseTemplate {
    let body = format!(r#"{{"__type":"{code}","message":"as asked"}}"#);
    ResponseTemplate::new(status).set_body_raw(body, "application/x-amz-json-1.1")
}
