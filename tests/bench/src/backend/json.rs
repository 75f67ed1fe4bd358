//! The services that speak JSON: SQS, Secrets Manager, Glue.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{of, unknown};
use super::{Asked, World};

pub(super) fn answer(world: &mut World, target: &str, asked: &Asked) -> Response {
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    match target {
        "AmazonSQS.SendMessageBatch" => {
            world.count("sqs:SendMessageBatch");
            let ids = body.get("Entries").and_then(Value::as_array).into_iter().flatten();
            let taken = ids.filter_map(|entry| entry.get("Id"));
            let taken: Vec<Value> = taken
                .map(|id| json!({"Id": id, "MessageId": "m", "MD5OfMessageBody": ""}))
                .collect();
            amz(&json!({"Successful": taken, "Failed": []}))
        }
        "secretsmanager.GetSecretValue" => {
            world.count("secretsmanager:GetSecretValue");
            amz(&json!({"Name": "dmm", "SecretString": "a-key-for-this-machine"}))
        }
        "AWSGlue.GetTable" => {
            world.count("glue:GetTable");
            let name = body.get("Name").cloned().unwrap_or_default();
            let place = json!({"Location": "s3://acme-lake/stock/"});
            amz(&json!({"Table": {"Name": name, "StorageDescriptor": place}}))
        }
        other => unknown(other),
    }
}

fn amz(value: &Value) -> Response {
    of(StatusCode::OK, "application/x-amz-json-1.1", value.to_string())
}
