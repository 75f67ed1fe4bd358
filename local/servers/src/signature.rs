//! With whose credentials a request to AWS was signed.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// What a signed request says of its signer. The signature itself is not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The access key that signed.
    pub access_key: String,
    /// The region that was signed for.
    pub region: String,
    /// The service that was signed for, such as `glue`.
    pub service: String,
    /// The token of temporary credentials.
    pub security_token: Option<String>,
}

impl Signature {
    /// Reads it; `None` when the request is not signed as AWS wants it.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
        let signed = text(AUTHORIZATION.as_str())?;
        let (_, credential) =
            signed.strip_prefix("AWS4-HMAC-SHA256 ")?.split_once("Credential=")?;
        let scope: Vec<&str> = credential.split(',').next()?.trim().split('/').collect();
        let [access_key, _date, region, service, "aws4_request"] = scope.as_slice() else {
            return None;
        };
        Some(Self {
            access_key: (*access_key).to_owned(),
            region: (*region).to_owned(),
            service: (*service).to_owned(),
            security_token: text("x-amz-security-token"),
        })
    }
}
