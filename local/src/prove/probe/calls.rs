//! The calls of the probes, as the SDKs would make them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::wire::Call;

/// A call of IAM about a role.
pub(super) fn role(action: &str, name: &str, fields: &[(&str, &str)]) -> Call {
    let mut all = vec![("RoleName", name)];
    all.extend(fields);
    Call::form("iam", "2010-05-08", action, &all)
}

/// A call of IAM about anything else.
pub(super) fn iam(action: &str, fields: &[(&str, &str)]) -> Call {
    Call::form("iam", "2010-05-08", action, fields)
}

/// A document that would make its holder the account's administrator.
pub(super) const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A document that gives next to nothing.
pub(super) const LITTLE: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Probe","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::probe/probe"}]}"#;

pub(super) fn put_role_policy(name: &str, document: &str) -> Call {
    let fields = [("PolicyName", PROBE_POLICY), ("PolicyDocument", document)];
    role("PutRolePolicy", name, &fields)
}

pub(super) fn delete_role_policy(name: &str) -> Call {
    role("DeleteRolePolicy", name, &[("PolicyName", PROBE_POLICY)])
}

/// The policy that an allowed probe writes and the next one removes.
pub(super) const PROBE_POLICY: &str = "DMM_DataUsageAgreement_probe";

pub(super) fn get_object(bucket: &str, key: &str) -> Call {
    Call::rest("s3", Method::GET, format!("/{bucket}/{key}"), "")
}

pub(super) fn put_object(bucket: &str, key: &str, body: &str) -> Call {
    Call::rest("s3", Method::PUT, format!("/{bucket}/{key}"), body)
}

pub(super) fn delete_object(bucket: &str, key: &str) -> Call {
    Call::rest("s3", Method::DELETE, format!("/{bucket}/{key}"), "")
}

/// A call about a bucket itself; `query` says which.
pub(super) fn bucket(method: Method, bucket: &str, query: &str, body: &str) -> Call {
    let separator = if query.is_empty() { "" } else { "?" };
    Call::rest("s3", method, format!("/{bucket}{separator}{query}"), body)
}

pub(super) fn list(name: &str, prefix: &str) -> Call {
    let prefix = prefix.replace('/', "%2F");
    bucket(Method::GET, name, &format!("list-type=2&prefix={prefix}"), "")
}

pub(super) fn sqs(action: &str, url: &str, more: &Value) -> Call {
    let mut body = json!({ "QueueUrl": url });
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    Call::json("sqs", &format!("AmazonSQS.{action}"), &body)
}

/// A message that changes no access, whoever takes it.
pub(super) fn send(url: &str) -> Call {
    let body = r#"{"id":"probe","type":"com.datamesh-manager.events.TeamUpdatedEvent"}"#;
    let mut entry = json!({ "Id": "1", "MessageBody": body });
    let is_fifo = url.rsplit('.').next() == Some("fifo");
    if is_fifo && let Some(entry) = entry.as_object_mut() {
        entry.insert("MessageGroupId".to_owned(), json!("probe"));
        entry.insert("MessageDeduplicationId".to_owned(), json!("probe"));
    }
    sqs("SendMessageBatch", url, &json!({ "Entries": [entry] }))
}

pub(super) fn receive(url: &str) -> Call {
    sqs("ReceiveMessage", url, &json!({ "WaitTimeSeconds": 0, "VisibilityTimeout": 0 }))
}

pub(super) fn secret(action: &str, id: &str) -> Call {
    let body = if action == "PutSecretValue" {
        json!({ "SecretId": id, "SecretString": "taken over" })
    } else {
        json!({ "SecretId": id })
    };
    Call::json("secretsmanager", &format!("secretsmanager.{action}"), &body)
}

pub(super) fn logs(action: &str, group: &str, more: &Value) -> Call {
    let mut body = json!({ "logGroupName": group });
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    Call::json("logs", &format!("Logs_20140328.{action}"), &body)
}

pub(super) fn events(action: &str, rule: &str) -> Call {
    let body = json!({ "Name": rule, "ScheduleExpression": "rate(1 day)" });
    Call::json("events", &format!("AWSEvents.{action}"), &body)
}

pub(super) fn glue(action: &str, body: &Value) -> Call {
    Call::json("glue", &format!("AWSGlue.{action}"), body)
}

/// A call about a function; `rest` is what follows its name.
pub(super) fn lambda(method: Method, name: &str, rest: &str, body: &Value) -> Call {
    let path = format!("/2015-03-31/functions/{name}{rest}");
    Call::rest("lambda", method, path, body.to_string()).with("content-type", "application/json")
}

pub(super) fn assume_role(arn: &str) -> Call {
    let fields = [("RoleArn", arn), ("RoleSessionName", "probe")];
    Call::form("sts", "2011-06-15", "AssumeRole", &fields)
}
