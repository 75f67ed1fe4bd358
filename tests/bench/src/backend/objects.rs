//! S3: objects that are read and conditionally written.

use axum::http::header::ETAG;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;

use super::answer::{unknown, xml};
use super::{Asked, World};

pub(super) fn answer(world: &mut World, asked: &Asked) -> Response {
    let key = asked.uri.path().to_owned();
    match asked.method {
        Method::GET => {
            world.count("s3:GetObject");
            match world.objects.get(&key) {
                Some((body, version)) => stored(body.clone(), *version),
                None => refused(StatusCode::NOT_FOUND, "NoSuchKey"),
            }
        }
        Method::PUT => {
            world.count("s3:PutObject");
            put(world, key, asked)
        }
        _ => unknown(&format!("{} {key}", asked.method)),
    }
}

fn put(world: &mut World, key: String, asked: &Asked) -> Response {
    let known = world.objects.get(&key).map(|(_, version)| *version);
    let expected = asked.header("if-match");
    let fits = match (known, expected, asked.header("if-none-match")) {
        (Some(_), _, Some(_)) | (None, Some(_), _) => false,
        (Some(version), Some(tag), None) => tag == etag(version),
        (_, None, _) => true,
    };
    if !fits {
        return refused(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    let version = known.unwrap_or_default() + 1;
    world.objects.insert(key, (asked.body.to_vec(), version));
    stored(Vec::new(), version)
}

fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

fn stored(body: Vec<u8>, version: u64) -> Response {
    let mut response = Response::new(body.into());
    if let Ok(tag) = HeaderValue::from_str(&etag(version)) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn refused(status: StatusCode, code: &str) -> Response {
    xml(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
}
