//! The catalog: the feed, agreements, two data products, provisioning reports.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::answer::{json as answer_json, of, unknown};
use super::{Asked, World};

pub(super) fn answer(world: &mut World, asked: &Asked) -> Response {
    let path = asked.uri.path().to_owned();
    let segments: Vec<&str> = path.split('/').skip(2).collect();
    match (&asked.method, segments.as_slice()) {
        (&Method::GET, ["events"]) => {
            world.count("GET events");
            let query = asked.uri.query().unwrap_or_default();
            let mut query = form_urlencoded::parse(query.as_bytes());
            let after = query.find(|(name, _)| name == "lastEventId").map(|(_, id)| id);
            answer_json(&world.page(after.as_deref()))
        }
        (&Method::GET, ["access", id]) => {
            world.count("GET access");
            let known = world.written.get(*id).cloned();
            answer_json(&known.unwrap_or_else(|| agreement(id)))
        }
        (&Method::PUT, ["access", id]) => {
            world.count("PUT access");
            let document = serde_json::from_slice(&asked.body).unwrap_or_default();
            world.written.insert((*id).to_owned(), document);
            answer_json(&json!({}))
        }
        (&Method::POST, ["access", _, "provisioning", _]) => {
            world.count("POST provisioning");
            of(StatusCode::OK, "application/json", "{}".to_owned())
        }
        (&Method::GET, ["dataproducts", id]) => {
            world.count("GET dataproducts");
            answer_json(&product(id))
        }
        (method, _) => unknown(&format!("{method} {path}")),
    }
}

/// The beginning of its id says which output port an agreement is about.
fn agreement(id: &str) -> Value {
    let port = ["folder", "table"].into_iter().find(|port| id.starts_with(port));
    json!({"id": id, "info": {"active": true, "status": "approved", "purpose": "to predict churn"},
           "provider": {"dataProductId": "orders", "outputPortId": port.unwrap_or("bucket")},
           "consumer": {"dataProductId": "churn"}, "tags": ["pii"], "custom": {"ticket": "1"}})
}

fn product(id: &str) -> Value {
    let port = |name: &str, custom: Value| json!({"id": name, "custom": custom});
    let bucket =
        json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::acme-orders"});
    let folder = json!({"output-port-type": "s3_bucket",
        "aws-s3-bucket-arn": "arn:aws:s3:::acme-lake/customers/europe"});
    let table = json!({"output-port-type": "glue_table",
        "aws-glue-table-arn": "arn:aws:glue:eu-west-1:123456789012:table/fulfillment/stock",
        "aws-athena-workgroup-arn": "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers"});
    let ports = [port("bucket", bucket), port("folder", folder), port("table", table)];
    json!({"dataProductSpecification": "0.0.1", "id": id, "info": {"title": id, "owner": "checkout"},
           "custom": {"aws-role-name": "churn"}, "outputPorts": ports})
}
