//! Requests to the emulator as the SDKs would send them: by name, signed, by any identity.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, header::HeaderMap};
use serde_json::Value;

use crate::{
    aws::REGION,
    clock,
    failure::{Explain, Failure},
};

/// What stays as it is in a form: everything else is `%` and two digits.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

const FORM_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// One call of an AWS API, not yet signed.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The service's name in a signature.
    service: &'static str,
    method: Method,
    /// Path and query, encoded.
    path: String,
    headers: BTreeMap<&'static str, String>,
    body: String,
}

impl Call {
    /// A call of a service that takes forms: IAM, STS, SNS.
    pub(crate) fn form(
        service: &'static str,
        version: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Self {
        let named = [("Action", action), ("Version", version)];
        let encode = |text: &str| utf8_percent_encode(text, FORM).to_string();
        let pairs = named.iter().chain(fields).map(|(name, value)| {
            let (name, value) = (encode(name), encode(value));
            format!("{name}={value}")
        });
        let body = pairs.collect::<Vec<String>>().join("&");
        Self::rest(service, Method::POST, "/", body).with("content-type", FORM_TYPE)
    }

    /// A call of a service that takes JSON and names the operation in a header.
    pub(crate) fn json(service: &'static str, target: &str, body: &Value) -> Self {
        Self::rest(service, Method::POST, "/", body.to_string())
            .with("content-type", "application/x-amz-json-1.1")
            .with("x-amz-target", target)
    }

    /// A call of a service whose method and path say what is wanted: S3, Lambda.
    pub(crate) fn rest(
        service: &'static str,
        method: Method,
        path: impl Into<String>,
        body: impl Into<String>,
    ) -> Self {
        let (path, body) = (path.into(), body.into());
        Self { service, method, path, headers: BTreeMap::new(), body }
    }

    /// The same call with one more header.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// Whether the call did what it was asked to do.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The code of an error, in the one spelling that all protocols share.
    pub(crate) fn error(&self) -> Option<String> {
        if self.is_success() {
            return None;
        }
        let named = self.headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
        let json: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let code = named
            .or_else(|| json.get("__type").and_then(Value::as_str))
            .or_else(|| json.get("code").and_then(Value::as_str))
            .or_else(|| self.element("Code"))
            .map_or_else(|| self.status.to_string(), str::to_owned);
        // `com.amazonaws.sqs#AccessDeniedException:http://…` and `AccessDenied` mean the same.
        let code = code.rsplit('#').next().unwrap_or_default();
        let code = code.split(':').next().unwrap_or_default();
        Some(code.trim_end_matches("Exception").to_owned())
    }

    /// The text of the first element with that name in an answer of a form service.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    }

    /// The body of an answer of a JSON service.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends the call, signed by `identity`. Any answer of the service is an answer.
pub(crate) async fn send(
    http: &reqwest::Client,
    endpoint: &str,
    identity: &Credentials,
    call: &Call,
) -> Result<Answer, Failure> {
    let url = format!("{endpoint}{}", call.path);
    let what = format!("no answer from the emulator's {}", call.service);
    let advice = "the emulator's log is emulator.log, beside the log of this run";
    let mut request = http.request(call.method.clone(), &url).body(call.body.clone());
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    for (name, value) in signature(&url, identity, call)? {
        request = request.header(name, value);
    }
    let response = request.send().await.explain(&what, advice)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.text().await.explain(what, advice)?;
    Ok(Answer { status, headers, body })
}

/// The headers that prove the caller.
fn signature(
    url: &str,
    identity: &Credentials,
    call: &Call,
) -> Result<Vec<(String, String)>, Failure> {
    let what = "a request to the emulator cannot be signed";
    let identity = identity.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(call.service)
        .time(clock::now())
        .settings(settings(call.service))
        .build()
        .explain(what, "")?;
    let named = call.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let body = SignableBody::Bytes(call.body.as_bytes());
    let request = SignableRequest::new(call.method.as_str(), url, named, body).explain(what, "")?;
    let (instructions, _) = sign(request, &parameters.into()).explain(what, "")?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// S3 signs the path as it is, and the hash of the body with it.
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(headers: &[(&'static str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| {
            (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        Answer { status: 403, headers: headers.collect(), body: body.to_owned() }
    }

    #[test]
    fn the_code_of_an_error_is_found_in_every_protocol() {
        for denied in [
            answer(&[], "<Error><Code>AccessDenied</Code></Error>"),
            answer(&[], r#"{"__type":"com.amazonaws.sqs#AccessDenied"}"#),
            answer(&[("x-amzn-errortype", "AccessDeniedException:http://x/")], "{}"),
            answer(&[], r#"{"code":"AccessDeniedException"}"#),
        ] {
            assert_eq!(denied.error().as_deref(), Some("AccessDenied"));
        }
        assert_eq!(answer(&[], "").error().as_deref(), Some("403"));
    }

    #[test]
    fn a_form_is_encoded_and_says_what_is_called() {
        let call = Call::form("iam", "2010-05-08", "GetRole", &[("RoleName", "a b&c")]);
        assert_eq!(call.body, "Action=GetRole&Version=2010-05-08&RoleName=a%20b%26c");
    }
}
