//! What a request asks for.

use std::collections::BTreeMap;

use axum::http::request::Parts;
use serde_json::Value;

/// The header of metadata that says which call of a client wrote an object.
pub(crate) const MARK: &str = "x-amz-meta-dmm-write";

/// The service that a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    S3,
    Sqs,
    Secrets,
    Glue,
    Iam,
    Catalog,
}

/// One request, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// What is listed and may go wrong: `s3:GetObject`, `GET agreement`.
    pub(crate) name: String,
    pub(crate) method: String,
    /// Segments of the path.
    pub(crate) path: Vec<String>,
    /// Parameters of the address, or of a form.
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) if_match: Option<String>,
    pub(crate) if_none_match: bool,
    /// Metadata of an object that is written: which call of the client it is.
    pub(crate) mark: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    pub(crate) fn read(parts: &Parts, body: Vec<u8>) -> Self {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let target = header("x-amz-target").unwrap_or_default();
        let method = parts.method.as_str().to_owned();
        let decoded = |segment: &str| {
            let form = format!("x={}", segment.replace('+', "%2B"));
            url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, text)| text.into_owned())
        };
        let path: Vec<String> = parts.uri.path().split('/').skip(1).filter_map(decoded).collect();
        let is_form = header("content-type").is_some_and(|kind| kind.contains("form-urlencoded"));
        let query = parts.uri.query().unwrap_or_default();
        let parameters = if is_form { body.as_slice() } else { query.as_bytes() };
        let parameters: BTreeMap<String, String> =
            url::form_urlencoded::parse(parameters).into_owned().collect();
        let (service, name) = if let Some(named) = targeted(target) {
            named
        } else if let (true, Some(action)) = (is_form, parameters.get("Action")) {
            (Service::Iam, format!("iam:{action}"))
        } else if path.first().is_some_and(|first| first == "api") {
            (Service::Catalog, format!("{method} {}", thing(&path)))
        } else {
            let is_list = parameters.contains_key("list-type");
            (Service::S3, format!("s3:{}", object_action(&method, is_list)))
        };
        let if_match = header("if-match").map(str::to_owned);
        let if_none_match = header("if-none-match").is_some();
        let mark = header(MARK).map(str::to_owned);
        Self { service, name, method, path, parameters, if_match, if_none_match, mark, body }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}

/// The services that speak JSON name themselves and the action.
fn targeted(target: &str) -> Option<(Service, String)> {
    let (service, action) = target.split_once('.')?;
    match service {
        "AmazonSQS" => Some((Service::Sqs, format!("sqs:{action}"))),
        "secretsmanager" => Some((Service::Secrets, format!("secretsmanager:{action}"))),
        "AWSGlue" => Some((Service::Glue, format!("glue:{action}"))),
        _ => None,
    }
}

fn object_action(method: &str, is_list: bool) -> &'static str {
    match (method, is_list) {
        ("PUT", _) => "PutObject",
        (_, true) => "ListObjectsV2",
        (_, false) => "GetObject",
    }
}

fn thing(path: &[String]) -> &'static str {
    match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["api", "events"] => "events",
        ["api", "access"] => "agreements",
        ["api", "access", _] => "agreement",
        ["api", "access", _, "provisioning", _] => "report",
        ["api", "datausageagreements"] => "old agreements",
        ["api", "datausageagreements", _] => "old agreement",
        ["api", "dataproducts", _] => "product",
        ["api", "datacontracts", _] => "contract",
        ["api", "teams", _] => "team",
        _ => "something else",
    }
}
