//! The rights that the facts are about: what a caller has to have, and must not have more than.

use serde_json::{Value, json};

use crate::names::{HIDDEN, LISTED, NO_QUEUE, SECRET};

/// Where the rights lead.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// The account.
    pub account: &'a str,
    /// The path of the role that is there, with a slash at both ends.
    pub path: &'a str,
    /// The bucket.
    pub bucket: &'a str,
}

/// What the read-only facts need: no call in it changes anything. `docs/conformance.md` shows it.
pub fn reading(place: Place<'_>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": reads(place) })
}

/// The same, and what the other facts need.
pub fn everything(place: Place<'_>) -> Value {
    let mut statements = reads(place);
    statements.extend(writes(place));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn reads(Place { partition, account, path, bucket }: Place<'_>) -> Vec<Value> {
    let role = |below: &str| format!("arn:{partition}:iam::{account}:role{below}*");
    let object = |prefix: &str| format!("arn:{partition}:s3:::{bucket}/{prefix}*");
    vec![
        json!({ "Sid": "EveryRoleByItsName", "Effect": "Allow", "Action": "iam:GetRole",
                "Resource": role("/") }),
        json!({ "Sid": "PoliciesOfRolesBelowThePath", "Effect": "Allow",
                "Action": "iam:GetRolePolicy", "Resource": role(path) }),
        json!({ "Sid": "ObjectsWhetherTheirNamesMayBeListedOrNot", "Effect": "Allow",
                "Action": "s3:GetObject", "Resource": [object(LISTED), object(HIDDEN)] }),
        json!({ "Sid": "NamesBelowOnePrefix", "Effect": "Allow", "Action": "s3:ListBucket",
                "Resource": format!("arn:{partition}:s3:::{bucket}"),
                "Condition": { "StringLike": { "s3:prefix": format!("{LISTED}*") } } }),
        json!({ "Sid": "AQueueThatIsNotThere", "Effect": "Allow", "Action": "sqs:GetQueueUrl",
                "Resource": format!("arn:{partition}:sqs:*:{account}:{NO_QUEUE}*") }),
        json!({ "Sid": "ItsOwnRights", "Effect": "Allow", "Action": "iam:SimulatePrincipalPolicy",
                "Resource": [role("/"), format!("arn:{partition}:iam::{account}:user/*")] }),
    ]
}

fn writes(Place { partition, account, path, bucket }: Place<'_>) -> Vec<Value> {
    let secret = format!("arn:{partition}:secretsmanager:*:{account}:secret:{SECRET}*");
    vec![
        json!({ "Effect": "Allow", "Action": ["iam:PutRolePolicy", "iam:DeleteRolePolicy"],
                "Resource": format!("arn:{partition}:iam::{account}:role{path}*") }),
        json!({ "Effect": "Allow", "Action": ["s3:PutObject", "s3:DeleteObject"],
                "Resource": format!("arn:{partition}:s3:::{bucket}/{LISTED}*") }),
        json!({ "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret }),
    ]
}

/// The actions that a document allows, sorted.
pub fn actions_of(document: &Value) -> Vec<String> {
    let statements = document.get("Statement").and_then(Value::as_array).into_iter().flatten();
    let named = statements.filter_map(|statement| statement.get("Action"));
    let each = |action: &Value| action.as_array().cloned().unwrap_or_else(|| vec![action.clone()]);
    let texts = named.flat_map(each).filter_map(|action| action.as_str().map(str::to_owned));
    let mut actions: Vec<String> = texts.collect();
    actions.sort();
    actions.dedup();
    actions
}
