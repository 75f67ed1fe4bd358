//! Judges requests by a policy document. It knows the language that grants are written in and
//! nothing beyond: whatever it does not know is an error, never a guess.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Needs no right, so no policy has to allow it (STS API reference, `GetCallerIdentity`).
pub(crate) const NEEDS_NO_RIGHT: &str = "sts:GetCallerIdentity";

/// A document that is understood to the last word.
#[derive(Debug)]
pub(crate) struct Policy {
    statements: Vec<Statement>,
}

/// Allows its actions on its resources. Each of them is one name, or all that begins with one.
#[derive(Debug)]
struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    /// Of `s3:prefix`; `None` where there is no condition.
    prefixes: Option<Vec<String>>,
}

/// The statements of a document that name one action.
pub(crate) struct Allowing<'a>(Vec<&'a Statement>);

impl Policy {
    /// Reads a document, or says what is not understood.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let document = object(&value, &["Version", "Statement"])?;
        if document.get("Version").and_then(Value::as_str) != Some("2012-10-17") {
            return Err("another version of the language".to_owned());
        }
        let statements = document.get("Statement").and_then(Value::as_array);
        let statements = statements.ok_or("Statement is no list")?;
        let mut sids = BTreeSet::new();
        let read = statements.iter().map(|one| statement(one, &mut sids));
        Ok(Self { statements: read.collect::<Result<_, _>>()? })
    }

    /// Every action that the document names.
    pub(crate) fn actions(&self) -> BTreeSet<&str> {
        self.statements.iter().flat_map(|one| &one.actions).map(String::as_str).collect()
    }

    /// What the document says about an action, in whatever case it is written. An action that no
    /// statement names is denied whatever is asked for.
    pub(crate) fn on(&self, action: &str) -> Allowing<'_> {
        let names = |one: &&Statement| one.actions.iter().any(|a| a.eq_ignore_ascii_case(action));
        Allowing(self.statements.iter().filter(names).collect())
    }
}

impl Allowing<'_> {
    /// Whether the action is allowed on this resource, in a request with or without a prefix.
    pub(crate) fn allows(&self, resource: &str, prefix: Option<&str>) -> bool {
        let named = |one: &Statement| one.resources.iter().any(|known| covers(known, resource));
        self.0.iter().any(|one| named(one) && one.admits(prefix))
    }

    /// On which of the document's resources the action is allowed in a request without a prefix.
    pub(crate) fn anything(&self) -> BTreeSet<&str> {
        let unconditional = self.0.iter().filter(|one| one.admits(None));
        unconditional.flat_map(|one| &one.resources).map(String::as_str).collect()
    }
}

impl Statement {
    /// A condition on a key that the request does not have is not met.
    fn admits(&self, prefix: Option<&str>) -> bool {
        match (&self.prefixes, prefix) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(known), Some(prefix)) => known.iter().any(|one| covers(one, prefix)),
        }
    }
}

/// Only the end of a pattern may be open, see [`pattern`].
fn covers(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => text.starts_with(beginning),
        None => pattern == text,
    }
}

fn statement(value: &Value, sids: &mut BTreeSet<String>) -> Result<Statement, String> {
    let members = object(value, &["Sid", "Effect", "Action", "Resource", "Condition"])?;
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let sid = text("Sid");
    let is_plain = !sid.is_empty() && sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain || !sids.insert(sid.to_owned()) {
        return Err(format!("Sid {sid:?} is no word, or stands twice"));
    }
    if text("Effect") != "Allow" {
        return Err(format!("Effect {:?}", text("Effect")));
    }
    Ok(Statement {
        actions: texts(members.get("Action"), action)?,
        resources: texts(members.get("Resource"), resource)?,
        prefixes: members.get("Condition").map(condition).transpose()?,
    })
}

fn condition(value: &Value) -> Result<Vec<String>, String> {
    let operator = object(value, &["StringLike"])?;
    let keys = operator.get("StringLike").ok_or("a condition without operator")?;
    texts(object(keys, &["s3:prefix"])?.get("s3:prefix"), pattern)
}

/// An object with these members at most.
fn object<'a>(value: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let members = value.as_object().ok_or_else(|| format!("no object: {value}"))?;
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(format!("{name:?} is not known")),
        None => Ok(members),
    }
}

/// One text or a list of them, at least one.
fn texts(
    found: Option<&Value>,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Vec<String>, String> {
    let found = found.ok_or("a part is missing")?;
    let all = found.as_array().map_or_else(|| std::slice::from_ref(found), Vec::as_slice);
    if all.is_empty() {
        return Err("an empty list".to_owned());
    }
    let read = all.iter().map(|one| {
        let text = one.as_str().ok_or_else(|| format!("no text: {one}"))?;
        check(text).map(|()| text.to_owned())
    });
    read.collect()
}

/// `service:Action`, without wildcards.
fn action(text: &str) -> Result<(), String> {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    match text.split_once(':') {
        Some((service, name)) if word(service) && word(name) => Ok(()),
        Some(_) | None => Err(format!("action {text:?}")),
    }
}

/// An ARN, or all below one.
fn resource(text: &str) -> Result<(), String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let is_arn = matches!(parts.as_slice(), ["arn", partition, service, _, _, rest]
        if ![partition, service, rest].iter().any(|part| part.is_empty()));
    if !is_arn {
        return Err(format!("resource {text:?} is no ARN"));
    }
    pattern(text)
}

/// A name, or `name/*`. No other wildcard, no variable, nothing beyond printable ASCII.
fn pattern(text: &str) -> Result<(), String> {
    let name = text.strip_suffix("/*").unwrap_or(text);
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_name || name.contains(['*', '?', '$', '"', '\\']) {
        return Err(format!("pattern {text:?}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(change: impl FnOnce(&mut Value)) -> Result<Policy, String> {
        let mut document = json!({"Version": "2012-10-17", "Statement": [{
            "Sid": "BucketList", "Effect": "Allow", "Action": ["s3:ListBucket"],
            "Resource": "arn:aws:s3:::data",
            "Condition": {"StringLike": {"s3:prefix": ["a", "a/*"]}},
        }]});
        change(&mut document);
        Policy::read(&document.to_string())
    }

    #[test]
    fn a_condition_is_met_only_by_a_request_that_has_the_key() {
        let policy = with(|_| ()).unwrap();
        let allows = |prefix| policy.on("s3:listbucket").allows("arn:aws:s3:::data", prefix);
        let verdicts = [None, Some(""), Some("ab"), Some("a"), Some("a/"), Some("a/b/c")];
        assert_eq!(verdicts.map(allows), [false, false, false, true, true, true]);
        assert!(!policy.on("s3:ListBucket").allows("arn:aws:s3:::data-2", Some("a")));
        assert!(!policy.on("s3:GetObject").allows("arn:aws:s3:::data", Some("a")));
    }

    #[test]
    fn whatever_it_does_not_know_is_refused() {
        let changes: [(&str, Value); 14] = [
            ("/Version", json!("2008-10-17")),
            ("/Statement", json!({})),
            ("/Statement/0/Effect", json!("Deny")),
            ("/Statement/0/Sid", json!("no-word")),
            ("/Statement/0/Action", json!([])),
            ("/Statement/0/Action", json!("s3:Get*")),
            ("/Statement/0/Action", json!("*")),
            ("/Statement/0/Resource", json!("*")),
            ("/Statement/0/Resource", json!("arn:aws:s3:::da*")),
            ("/Statement/0/Resource", json!("arn:aws:s3:::data/${aws:username}/*")),
            ("/Statement/0/Resource", json!("arn:aws:s3:::data/*/x")),
            ("/Statement/0/Condition", json!({"StringEquals": {"s3:prefix": "a"}})),
            ("/Statement/0/Condition", json!({"StringLike": {"s3:delimiter": "a"}})),
            ("/Statement/0/Condition/StringLike/s3:prefix", json!(["a*"])),
        ];
        for (place, value) in changes {
            let refused = with(|document| *document.pointer_mut(place).unwrap() = value.clone());
            assert!(refused.is_err(), "{place} {value}");
        }
        for member in ["NotAction", "NotResource", "Principal", "effect"] {
            assert!(with(|document| document["Statement"][0][member] = json!("x")).is_err());
        }
    }
}
