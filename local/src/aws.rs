//! Clients for the emulator. Nothing here can reach a real account.

use std::collections::BTreeMap;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    clock,
    failure::{Explain, Failure},
    http,
};

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
            .credentials_provider(SharedCredentialsProvider::new(credentials()))
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

    /// Runs a function and waits for its end. `None` means that it was already running.
    pub(crate) async fn invoke(&self, function: &str) -> Result<Option<()>, Failure> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let response = self.post("lambda", &path, &[], "{}").await?;
        if response.status() == reqwest::StatusCode::TOO_MANY_REQUESTS {
            return Ok(None);
        }
        let fine = response.status().is_success()
            && !response.headers().contains_key("x-amz-function-error");
        let answer = response.text().await.unwrap_or_default();
        if fine {
            Ok(Some(()))
        } else {
            let advice = "its log is in .build/local/functions.log";
            Err(Failure::new(format!("{function} ended in an error: {answer}"), advice))
        }
    }

    /// What a function has logged so far.
    pub(crate) async fn logs(&self, function: &str) -> Result<String, Failure> {
        let what = format!("the log of {function} is not readable");
        let target = [("x-amz-target", "Logs_20140328.FilterLogEvents")];
        let mut lines = Vec::new();
        let group = format!("/aws/lambda/{function}");
        let mut request = json!({ "logGroupName": group });
        loop {
            let response = self.post("logs", "/", &target, &request.to_string()).await?;
            let text = response.text().await.explain(&what, "")?;
            let page: Value = serde_json::from_str(&text).explain(&what, "")?;
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

    async fn post(
        &self,
        service: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Response, Failure> {
        let url = format!("{}{path}", self.endpoint);
        let what = format!("no answer from the emulator's {service}");
        let mut headers: BTreeMap<String, String> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        headers.insert("content-type".to_owned(), "application/x-amz-json-1.1".to_owned());
        headers.extend(signature(service, &url, &headers, body)?);
        let mut request = self.http.post(&url).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.send().await.explain(what, "the emulator's log is .build/local/emulator.log")
    }
}

fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "local")
}

/// The headers that prove the caller, as the SDK would add them.
fn signature(
    service: &str,
    url: &str,
    headers: &BTreeMap<String, String>,
    body: &str,
) -> Result<BTreeMap<String, String>, Failure> {
    let what = "a request to the emulator cannot be signed";
    let identity = credentials().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(service)
        .time(clock::now())
        .settings(SigningSettings::default())
        .build()
        .explain(what, "")?;
    let named = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = SignableBody::Bytes(body.as_bytes());
    let request = SignableRequest::new("POST", url, named, body).explain(what, "")?;
    let (instructions, _) = sign(request, &parameters.into()).explain(what, "")?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
