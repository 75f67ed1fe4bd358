//! Clients for the emulator. Nothing here can reach a real account.

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    failure::{Explain, Failure},
    http,
    wire::{self, Answer, Call},
};

/// A function that runs already takes no second invocation, where it is limited to one.
const TOO_MANY_REQUESTS: u16 = 429;

/// The emulator's account.
pub(crate) const ACCOUNT: &str = "000000000000";
/// The region everything is deployed to.
pub(crate) const REGION: &str = "eu-central-1";
/// The emulator knows this key as the account's root.
pub(crate) const ACCESS_KEY: &str = "test";
/// Belongs to [`ACCESS_KEY`].
pub(crate) const SECRET_KEY: &str = "test";

/// One client for each service that the demonstration looks at or prepares.
pub(crate) struct Aws {
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) glue: aws_sdk_glue::Client,
    http: reqwest::Client,
    endpoint: String,
}

impl Aws {
    /// Clients that talk to `endpoint` and to nothing else.
    pub(crate) fn at(endpoint: &str) -> Result<Self, Failure> {
        let config = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_sdk_iam::config::Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(root()))
            .endpoint_url(endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Ok(Self {
            iam: aws_sdk_iam::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            glue: aws_sdk_glue::Client::new(&config),
            http: http::client().explain("no HTTP client", "")?,
            endpoint: endpoint.to_owned(),
        })
    }

    /// Where the emulator is.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes a call as the account's root.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, Failure> {
        self.call_as(&root(), call).await
    }

    /// Makes a call as somebody else.
    pub(crate) async fn call_as(
        &self,
        identity: &Credentials,
        call: &Call,
    ) -> Result<Answer, Failure> {
        wire::send(&self.http, &self.endpoint, identity, call).await
    }

    /// Makes a call as the account's root that has to succeed.
    pub(crate) async fn must(&self, what: &str, call: &Call) -> Result<Answer, Failure> {
        let answer = self.call(call).await?;
        match answer.error() {
            None => Ok(answer),
            Some(code) => Err(Failure::new(format!("{what}: {code}: {}", answer.body), "")),
        }
    }

    /// Runs a function and waits for its end. `None` means that it was already running.
    pub(crate) async fn invoke(&self, function: &str) -> Result<Option<()>, Failure> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let call = Call::rest("lambda", Method::POST, path, "{}");
        let answer = self.call(&call.with("content-type", "application/json")).await?;
        if answer.status == TOO_MANY_REQUESTS {
            return Ok(None);
        }
        if answer.is_success() && !answer.headers.contains_key("x-amz-function-error") {
            Ok(Some(()))
        } else {
            let advice = "its log is functions.log, beside the log of this run";
            Err(Failure::new(format!("{function} ended in an error: {}", answer.body), advice))
        }
    }

    /// What a function has logged so far.
    pub(crate) async fn logs(&self, function: &str) -> Result<String, Failure> {
        let what = format!("the log of {function} is not readable");
        let mut lines = Vec::new();
        let group = format!("/aws/lambda/{function}");
        let mut request = json!({ "logGroupName": group });
        loop {
            let call = Call::json("logs", "Logs_20140328.FilterLogEvents", &request);
            let page = self.must(&what, &call).await?.json();
            for event in page.get("events").and_then(Value::as_array).into_iter().flatten() {
                let line = event.get("message").and_then(Value::as_str).unwrap_or_default();
                lines.push(line.trim_end().to_owned());
            }
            match page.get("nextToken") {
                Some(token) if token.is_string() => {
                    request = json!({ "logGroupName": group, "nextToken": token });
                }
                _ => return Ok(lines.join("\n")),
            }
        }
    }
}

/// Whom the emulator takes for the account's root.
fn root() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "local")
}
