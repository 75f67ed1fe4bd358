//! The AWS around a function: S3 with compare and swap, Secrets Manager and STS at one address, with a
//! record of who asked what.

mod bucket;
mod secrets;
mod sts;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::running::Running;
use crate::signature::Signature;
use bucket::Buckets;
use secrets::Vault;
use sts::{Roles, Session};

/// The access key of the function's own role.
pub const OWN_KEY: &str = "AKIDOWN";
/// Its secret. No output may ever hold it.
pub const OWN_SECRET: &str = "not-a-real-own-secret-2d61";
/// What the secret of every assumed role begins with. No output may ever hold it.
pub const ASSUMED_SECRET: &str = "not-a-real-assumed-secret-";
/// What the session token of every assumed role begins with. No output may ever hold it.
pub const ASSUMED_TOKEN: &str = "not-a-real-session-token-";

/// Largest body taken, in bytes.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// One request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Such as `s3:GetObject`, `secretsmanager:GetSecretValue` or `sts:AssumeRole`.
    pub action: String,
    /// Bucket and key, name of the secret, or ARN of the role.
    pub resource: String,
    /// The external id, where a role is assumed with one.
    pub external_id: Option<String>,
    /// Who asked.
    pub signature: Signature,
}

/// An answer, and what it was about.
struct Answered {
    action: &'static str,
    resource: String,
    external_id: Option<String>,
    response: Response,
}

impl Answered {
    fn of(action: &'static str, resource: impl Into<String>, response: Response) -> Self {
        Self { action, resource: resource.into(), external_id: None, response }
    }
}

#[derive(Debug, Default)]
struct World {
    buckets: Buckets,
    vault: Vault,
    roles: Roles,
    asked: Vec<Asked>,
}

/// AWS in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct AwsServer(Arc<Mutex<World>>);

impl AwsServer {
    /// Answers on this machine: for `AWS_ENDPOINT_URL`.
    pub async fn start(&self) -> io::Result<Running> {
        Running::start(Router::new().fallback(call).with_state(self.clone())).await
    }

    /// Every call so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.world().asked.clone()
    }

    /// How often an action such as `sts:AssumeRole` was asked for.
    pub fn count(&self, action: &str) -> usize {
        self.world().asked.iter().filter(|asked| asked.action == action).count()
    }

    /// Forgets the calls so far.
    pub fn forget(&self) {
        self.world().asked.clear();
    }

    /// Puts an object, as somebody else would.
    pub fn put_object(&self, bucket: &str, key: &str, body: impl Into<Vec<u8>>) {
        self.world().buckets.set(format!("{bucket}/{key}"), body.into());
    }

    /// From now on only these places may be listed, such as `bucket/folder/*` or one object: any other
    /// object that is missing is forbidden instead, as S3 has it.
    pub fn may_list(&self, places: &[&str]) {
        let places = places.iter().map(|&place| place.to_owned()).collect();
        self.world().buckets.listable = Some(places);
    }

    /// An object's content.
    pub fn object(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        self.world().buckets.content(&format!("{bucket}/{key}"))
    }

    /// Puts a secret.
    pub fn put_secret(&self, name: &str, text: &str) {
        self.world().vault.put(name, text);
    }

    /// A role that may be assumed by whoever knows its external id, if it has one.
    pub fn add_role(&self, arn: &str, external_id: Option<&str>) {
        self.world().roles.add(arn, external_id);
    }

    /// The next assumed credentials end when `end` says, in RFC 3339; those after them last. It is
    /// asked when they are given out.
    pub fn next_credentials_end(&self, end: fn() -> String) {
        self.world().roles.next_end = Some(end);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn call(State(server): State<AwsServer>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    calls::note(parts.method.as_str(), target, &parts.headers, &body);
    let Some(signature) = Signature::read(&parts.headers) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let mut world = server.world();
    let Answered { action, resource, external_id, response } =
        world.answer(&parts, &body, &signature);
    world.asked.push(Asked { action: action.to_owned(), resource, external_id, signature });
    response
}

impl World {
    fn answer(&mut self, parts: &Parts, body: &[u8], signature: &Signature) -> Answered {
        let session = self.roles.session(&signature.access_key);
        let is_known =
            session.is_some_and(|Session { token, .. }| *token == signature.security_token);
        match signature.service.as_str() {
            _ if !is_known => Answered::of("unknown", "", sts::unknown_key()),
            "secretsmanager" => self.vault.answer(parts, body),
            "sts" => self.roles.answer(body, &signature.access_key),
            "s3" => self.buckets.answer(parts, body),
            _ => Answered::of("unknown", "", StatusCode::NOT_IMPLEMENTED.into_response()),
        }
    }
}
