//! One file of a process: a call a line.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::Path;
use std::process;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::{Value, json};

use crate::shape::{of_form, of_json, of_text};

/// Most shapes of one operation that a process keeps. The line behind the last says that it was.
const MOST: usize = 200;

/// Headers that say who signed, or hold a secret.
const NOT_KEPT: [&str; 3] = ["authorization", "x-amz-security-token", "x-amz-date"];

/// What a process keeps of the calls it has answered.
#[derive(Debug)]
pub(crate) struct Record {
    file: File,
    seen: HashSet<u64>,
    kept: BTreeMap<String, usize>,
}

impl Record {
    /// Begins a file of its own in that folder, which is made if it is not there.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // A process of the same id may have been here before.
        for number in 0_u32.. {
            let path = folder.join(format!("{}-{number}.jsonl", process::id()));
            match File::create_new(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    return Ok(Self { file: made?, seen: HashSet::new(), kept: BTreeMap::new() });
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Keeps a request that is signed for a service, if there was none of its shape yet.
    pub(crate) fn note(
        &mut self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> io::Result<()> {
        let Some(service) = signed_for(headers) else { return Ok(()) };
        let operation = operation(service, method, target, headers, body);
        let shape = format!("{operation}\n{}", shape(target, headers, body));
        if !self.seen.insert(hash(&shape)) {
            return Ok(());
        }
        let kept = self.kept.entry(operation.clone()).or_default();
        *kept = kept.saturating_add(1);
        if *kept > MOST {
            let is_first = *kept == MOST.saturating_add(1);
            return if is_first { self.line(&json!({"more": operation})) } else { Ok(()) };
        }
        let named = headers.iter().filter(|(name, _)| !NOT_KEPT.contains(&name.as_str()));
        let text =
            |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: BTreeMap<&str, String> =
            named.map(|(name, value)| (name.as_str(), text(value))).collect();
        self.line(&json!({
            "service": service, "method": method, "target": target, "headers": headers,
            "body": STANDARD.encode(body),
        }))
    }

    /// Written at once: a process may be killed at any time.
    fn line(&mut self, line: &Value) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())
    }
}

/// The service that a signature is for, such as `glue`.
fn signed_for(headers: &HeaderMap) -> Option<&str> {
    let signed = headers.get("authorization")?.to_str().ok()?;
    let (_, credential) = signed.strip_prefix("AWS4-HMAC-SHA256 ")?.split_once("Credential=")?;
    let mut scope = credential.split(',').next()?.trim().rsplit('/');
    (scope.next() == Some("aws4_request")).then(|| scope.next())?
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.contains("form-urlencoded"))
}

/// What is counted together. It need not be exact.
fn operation(
    service: &str,
    method: &str,
    target: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> String {
    if let Some(named) = headers.get("x-amz-target").and_then(|named| named.to_str().ok()) {
        return format!("{service} {named}");
    }
    if is_form(headers) {
        let action = url::form_urlencoded::parse(body).find(|(name, _)| name == "Action");
        return format!("{service} {}", action.map(|(_, action)| action).unwrap_or_default());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let names: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).map(|(n, _)| n).collect();
    format!("{service} {method} {} {}", path.split('/').count(), names.join("&"))
}

fn shape(target: &str, headers: &HeaderMap, body: &[u8]) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut names: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let body = match serde_json::from_slice(body) {
        Ok(json) => of_json(&json),
        Err(_) if is_form(headers) => of_form(body),
        Err(_) => of_text(&String::from_utf8_lossy(body)),
    };
    format!("{}\n{}\n{names:?}\n{body}", of_text(path), of_form(query.as_bytes()))
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKID/20261128/eu-west-1/iam/aws4_request, \
                          SignedHeaders=host, Signature=0";

    fn headers(signed: &str) -> HeaderMap {
        let pairs = [
            ("authorization", signed),
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-amz-security-token", "not-a-real-token"),
        ];
        let parsed = |(name, value): (&'static str, &str)| {
            (http::HeaderName::from_static(name), value.parse().unwrap())
        };
        pairs.into_iter().map(parsed).collect()
    }

    /// The lines that come of such bodies.
    fn lines(signed: &str, bodies: impl IntoIterator<Item = String>) -> Vec<Value> {
        let folder = tempfile::tempdir().unwrap();
        let mut record = Record::in_folder(folder.path()).unwrap();
        for body in bodies {
            record.note("POST", "/", &headers(signed), body.as_bytes()).unwrap();
        }
        let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_signed_call_is_kept_with_its_service_and_without_its_signer() {
        let lines = lines(SIGNED, ["Action=GetRole&RoleName=churn".to_owned()]);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["service"], "iam");
        let body = STANDARD.decode(lines[0]["body"].as_str().unwrap()).unwrap();
        assert_eq!(body, b"Action=GetRole&RoleName=churn");
        let headers = lines[0]["headers"].as_object().unwrap();
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["content-type"]);
    }

    #[test]
    fn calls_that_differ_in_letters_of_a_name_are_kept_once() {
        let call = |role: &str| format!("Action=GetRole&RoleName={role}");
        assert_eq!(lines(SIGNED, [call("churn-1"), call("sales-2"), call("churn_1")]).len(), 2);
    }

    #[test]
    fn of_one_operation_so_many_are_kept_and_the_line_behind_says_so() {
        let calls = (0..MOST + 9).map(|number| format!("Action=GetRole&Tag{number}=x"));
        let lines = lines(SIGNED, calls);
        assert_eq!(lines.len(), MOST + 1);
        assert_eq!(lines[MOST], json!({"more": "iam GetRole"}));
    }

    #[test]
    fn what_is_not_signed_for_aws_is_not_kept() {
        assert_eq!(lines("Bearer x", ["Action=GetRole".to_owned()]), [] as [Value; 0]);
    }
}
