//! STS: roles that may be assumed, and who a key belongs to.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use super::{ASSUMED_SECRET, ASSUMED_TOKEN, Answered, OWN_KEY};

/// When assumed credentials end, unless something else was asked for.
const FAR: &str = "2099-01-01T00:00:00Z";
/// Who the function itself is.
const OWN_CALLER: &str = "arn:aws:sts::123456789012:assumed-role/dmm-ingest_glue/own";

/// Roles, and the keys that were given out for them.
#[derive(Debug)]
pub(super) struct Roles {
    /// When the next credentials end, in RFC 3339; asked when they are given out.
    pub(super) next_end: Option<fn() -> String>,
    /// By role.
    external_ids: BTreeMap<String, Option<String>>,
    sessions: BTreeMap<String, Session>,
}

/// What belongs to a key.
#[derive(Debug)]
pub(super) struct Session {
    caller: String,
    pub(super) token: Option<String>,
}

impl Default for Roles {
    fn default() -> Self {
        let own = Session { caller: OWN_CALLER.to_owned(), token: None };
        let sessions = [(OWN_KEY.to_owned(), own)].into();
        Self { next_end: None, external_ids: BTreeMap::new(), sessions }
    }
}

impl Roles {
    pub(super) fn add(&mut self, arn: &str, external_id: Option<&str>) {
        self.external_ids.insert(arn.to_owned(), external_id.map(str::to_owned));
    }

    pub(super) fn session(&self, access_key: &str) -> Option<&Session> {
        self.sessions.get(access_key)
    }

    pub(super) fn answer(&mut self, body: &[u8], access_key: &str) -> Answered {
        let form = form(body);
        let said = |name: &str| form.get(name).cloned();
        match said("Action").as_deref() {
            Some("AssumeRole") => {
                let role = said("RoleArn").unwrap_or_default();
                let external_id = said("ExternalId");
                let name = said("RoleSessionName").unwrap_or_default();
                let response = self.assume(&role, &name, external_id.as_ref());
                Answered { external_id, ..Answered::of("sts:AssumeRole", role, response) }
            }
            Some("GetCallerIdentity") => {
                Answered::of("sts:GetCallerIdentity", "", self.caller(access_key))
            }
            _ => Answered::of("sts:Other", "", error("InvalidAction")),
        }
    }

    fn assume(&mut self, role: &str, name: &str, external_id: Option<&String>) -> Response {
        match self.external_ids.get(role) {
            Some(needed) if needed.is_none() || needed.as_ref() == external_id => {}
            _ => return error("AccessDenied"),
        }
        let number = self.sessions.len();
        let (key, token) = (format!("ASIAASSUMED{number}"), format!("{ASSUMED_TOKEN}{number}"));
        let end = self.next_end.take().map_or_else(|| FAR.to_owned(), |end| end());
        let caller = format!(
            "{}/{name}",
            role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        );
        let answer = format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>\
             <SecretAccessKey>{ASSUMED_SECRET}{number}</SecretAccessKey>\
             <SessionToken>{token}</SessionToken><Expiration>{end}</Expiration></Credentials>\
             </AssumeRoleResult></AssumeRoleResponse>"
        );
        self.sessions.insert(key, Session { caller, token: Some(token) });
        xml(StatusCode::OK, answer)
    }

    fn caller(&self, access_key: &str) -> Response {
        let session = self.session(access_key);
        let arn = session.map_or("", |session| session.caller.as_str());
        let account = arn.split(':').nth(4).unwrap_or_default();
        let answer = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn>\
             <UserId>AROASAMPLE</UserId><Account>{account}</Account></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
        );
        xml(StatusCode::OK, answer)
    }
}

/// A key, or a token, that STS never gave out.
pub(super) fn unknown_key() -> Response {
    error("InvalidClientTokenId")
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let decoded = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn error(code: &str) -> Response {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>as asked</Message>\
         </Error></ErrorResponse>"
    );
    xml(StatusCode::FORBIDDEN, body)
}

fn xml(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "text/xml")], body).into_response()
}
