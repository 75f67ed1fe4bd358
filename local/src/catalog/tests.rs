//! The catalog over HTTP, as the functions and a person with curl see it.

mod documents;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Catalog, Fault, Generation, Kind};

const KEY: &str = "not-a-real-key";

struct Client {
    base: String,
    http: reqwest::Client,
    catalog: Catalog,
}

impl Client {
    async fn start(generation: Generation) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let catalog = Catalog::new(generation, KEY);
        tokio::spawn(catalog.clone().serve(listener));
        let http = crate::http::client().unwrap();
        Self { base, http, catalog }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Response {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        request.header("x-api-key", KEY).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.call(Method::GET, path, None).await;
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    async fn put(&self, path: &str, body: &Value) {
        assert_eq!(self.call(Method::PUT, path, Some(body)).await.status(), 200, "{path}");
    }

    async fn post(&self, path: &str) {
        assert_eq!(self.call(Method::POST, path, None).await.status(), 200, "{path}");
    }

    async fn event_names(&self) -> Vec<String> {
        let events = self.get("/api/events").await;
        let name =
            |event: &Value| event["type"].as_str().unwrap().rsplit('.').next().unwrap().into();
        events.as_array().unwrap().iter().map(name).collect()
    }
}

fn agreement() -> Value {
    json!({
        "info": { "purpose": "test", "startDate": "2020-01-01" },
        "provider": { "dataProductId": "orders", "outputPortId": "s3" },
        "consumer": { "dataProductId": "churn" },
        "tags": ["mine"],
        "custom": { "cost-center": "4711" },
    })
}

async fn body(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn nobody_gets_in_without_the_key_and_either_header_carries_it() {
    let client = Client::start(Generation::Access).await;
    let url = format!("{}/api/events", client.base);
    let refused = client.http.get(&url).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert_eq!(body(refused).await["status"], 403);
    let wrong = client.http.get(&url).header("x-api-key", "other").send().await.unwrap();
    assert_eq!(wrong.status(), 403);
    let bearer = client.http.get(&url).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(bearer.status(), 200);
    assert_eq!(bearer.headers()["content-type"], "application/cloudevents-batch+json");
}

#[tokio::test]
async fn an_agreement_lives_from_request_to_deletion() {
    let client = Client::start(Generation::Access).await;
    client.put("/api/access/a", &agreement()).await;
    client.post("/api/access/a/approve").await;
    assert_eq!(client.get("/api/access/a").await["info"]["active"], true);
    client.post("/api/access/a/cancel").await;
    assert_eq!(client.get("/api/access/a").await["info"]["active"], false);
    assert_eq!(client.call(Method::DELETE, "/api/access/a", None).await.status(), 200);
    let gone = client.call(Method::GET, "/api/access/a", None).await;
    assert_eq!(gone.status(), 404);
    assert_eq!(gone.headers()["content-type"], "application/problem+json");
    let names = client.event_names().await;
    let verbs =
        ["Created", "Requested", "Approved", "Activated", "Canceled", "Deactivated", "Deleted"];
    assert_eq!(names, verbs.map(|verb| format!("Access{verb}Event")));
}

#[tokio::test]
async fn writing_tags_keeps_the_decision_and_tells_of_an_update() {
    let client = Client::start(Generation::Access).await;
    client.put("/api/access/a", &agreement()).await;
    client.post("/api/access/a/approve").await;
    let mut document = client.get("/api/access/a").await;
    document["tags"] = json!(["mine", "aws-integration"]);
    document["info"]["status"] = json!("rejected");
    client.put("/api/access/a", &document).await;
    let shown = client.get("/api/access/a").await;
    assert_eq!(shown["tags"], json!(["mine", "aws-integration"]));
    assert_eq!(shown["custom"], json!({ "cost-center": "4711" }));
    assert_eq!(shown["info"]["status"], "approved");
    assert_eq!(client.event_names().await.last().unwrap(), "AccessUpdatedEvent");
}

#[tokio::test]
async fn an_invalid_agreement_is_refused_with_the_fields_that_are_wrong() {
    let client = Client::start(Generation::Access).await;
    let mut document = agreement();
    document["custom"] = json!({ "nested": {} });
    document["provider"] = json!({ "dataProductId": "orders" });
    let refused = client.call(Method::PUT, "/api/access/a", Some(&document)).await;
    assert_eq!(refused.status(), 400);
    let violations = body(refused).await["violations"].clone();
    assert_eq!(violations[0]["field"], "provider.outputPortId");
    assert_eq!(violations[1]["field"], "custom.nested");
    assert_eq!(client.call(Method::GET, "/api/access/a", None).await.status(), 404);
}

#[tokio::test]
async fn ids_are_percent_decoded_and_the_feed_continues_after_an_id() {
    let client = Client::start(Generation::Access).await;
    client.put("/api/access/urn%3Aaccess%3A1", &agreement()).await;
    assert_eq!(client.get("/api/access/urn:access:1").await["id"], "urn:access:1");
    let events = client.get("/api/events").await;
    assert_eq!(events[0]["subject"], "urn:access:1");
    let first = events[0]["id"].as_str().unwrap();
    let rest = client.get(&format!("/api/events?lastEventId={first}")).await;
    assert_eq!(rest.as_array().unwrap().len(), 1);
    let last = events[1]["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/api/events?lastEventId={last}")).await, json!([]));
    let wrong = client.call(Method::GET, "/api/events?lastEventId=7", None).await;
    assert_eq!(wrong.status(), 400);
}

#[tokio::test]
async fn a_page_of_the_feed_has_at_most_a_thousand_events() {
    let client = Client::start(Generation::Access).await;
    for _ in 0..1001 {
        client.catalog.put_document(Kind::Product, "orders", serde_json::Map::new());
    }
    assert_eq!(client.get("/api/events").await.as_array().unwrap().len(), 1000);
}

#[tokio::test]
async fn the_list_is_paged_and_links_to_its_next_page() {
    let client = Client::start(Generation::Access).await;
    for id in ["a", "b", "c"] {
        client.put(&format!("/api/access/{id}"), &agreement()).await;
    }
    let path = "/api/access?pageSize=2&consumerDataProductId=churn";
    let first = client.call(Method::GET, path, None).await;
    let link = first.headers()["link"].to_str().unwrap().to_owned();
    let next = link.strip_prefix('<').unwrap().split('>').next().unwrap();
    assert!(link.ends_with("rel=\"next\""));
    assert_eq!(client.get(next).await[0]["id"], "c");
    let last = client.call(Method::GET, next, None).await;
    assert_eq!(last.headers().get("link"), None);
    assert_eq!(client.get("/api/access?providerDataProductId=other").await, json!([]));
}

#[tokio::test]
async fn a_provisioning_report_is_shown_on_the_agreement_and_in_the_feed() {
    let client = Client::start(Generation::Access).await;
    client.put("/api/access/a", &agreement()).await;
    let path = "/api/access/a/provisioning";
    assert_eq!(client.call(Method::GET, path, None).await.status(), 404);
    client.post("/api/access/a/provisioning/provisioning-started").await;
    let done = json!({ "platform": "aws", "reference": "arn:aws:iam::000000000000:role/a" });
    let step = "/api/access/a/provisioning/provisioning-succeeded";
    assert_eq!(client.call(Method::POST, step, Some(&done)).await.status(), 200);
    let shown = client.get("/api/access/a").await;
    assert_eq!(shown["provisioning"]["status"], "provisioned");
    assert_eq!(client.event_names().await.last().unwrap(), "AccessProvisionedEvent");
    let unknown = json!({ "status": "perhaps" });
    assert_eq!(client.call(Method::PUT, path, Some(&unknown)).await.status(), 400);
}

#[tokio::test]
async fn the_old_generation_knows_only_the_old_paths_and_events() {
    let client = Client::start(Generation::DataUsageAgreement).await;
    client.put("/api/datausageagreements/a", &agreement()).await;
    client.post("/api/datausageagreements/a/approve").await;
    assert_eq!(client.get("/api/datausageagreements/a").await["info"]["active"], true);
    assert_eq!(client.event_names().await[3], "DataUsageAgreementActivatedEvent");
    for path in ["/api/access/a", "/api/access", "/api/access/a/provisioning"] {
        assert_eq!(client.call(Method::GET, path, None).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn a_product_in_use_stays_and_a_missing_one_is_called_unknown() {
    let client = Client::start(Generation::Access).await;
    let product = json!({ "outputPorts": [{ "id": "s3" }] });
    client.put("/api/dataproducts/orders", &product).await;
    client.put("/api/access/a", &agreement()).await;
    client.post("/api/access/a/approve").await;
    let provider = |shown: Value| shown["provider"]["dataProductId"].clone();
    assert_eq!(provider(client.get("/api/access/a").await), "orders");
    let delete = || client.call(Method::DELETE, "/api/dataproducts/orders", None);
    assert_eq!(delete().await.status(), 422);
    client.post("/api/access/a/cancel").await;
    assert_eq!(delete().await.status(), 200);
    assert_eq!(provider(client.get("/api/access/a").await), "unknown");
    assert_eq!(client.call(Method::GET, "/api/dataproducts/orders", None).await.status(), 404);
}

#[tokio::test]
async fn every_request_is_in_the_journal() {
    let client = Client::start(Generation::Access).await;
    client.call(Method::GET, "/api/access/urn%3Aa", None).await;
    let seen = client.catalog.requests_since(0);
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].method.as_str(), seen[0].path.as_str()), ("GET", "/api/access/urn:a"));
    assert_eq!(seen[0].status, 404);
}

#[tokio::test]
async fn a_broken_catalog_answers_nothing_else_until_it_is_repaired() {
    let client = Client::start(Generation::Access).await;
    client.catalog.set_fault(Fault::Status(500));
    assert_eq!(client.call(Method::GET, "/api/events", None).await.status(), 500);
    client.catalog.set_fault(Fault::None);
    assert_eq!(client.call(Method::GET, "/api/events", None).await.status(), 200);
}

#[tokio::test]
async fn a_catalog_that_takes_no_changes_can_still_be_read() {
    let client = Client::start(Generation::Access).await;
    client.put("/api/access/a", &agreement()).await;
    client.catalog.set_fault(Fault::ChangesStatus(422));
    let changed = client.call(Method::PUT, "/api/access/a", Some(&agreement())).await;
    assert_eq!(changed.status(), 422);
    client.get("/api/access/a").await;
}

#[tokio::test]
async fn an_asset_is_kept_and_owned_by_a_team_of_the_catalog() {
    let client = Client::start(Generation::Access).await;
    let asset = json!({ "id": "glue.1", "info": { "name": "orders", "owner": "sales" } });
    let refused = client.call(Method::PUT, "/api/assets/glue.1", Some(&asset)).await;
    assert_eq!(refused.status(), 422);
    let team = json!({ "id": "sales", "name": "Sales" });
    client.catalog.put_document(Kind::Team, "sales", team.as_object().unwrap().clone());
    client.put("/api/assets/glue.1", &asset).await;
    assert_eq!(client.get("/api/assets?p=0").await, json!([asset]));
    let url = format!("{}/api/assets/glue.1", client.base);
    assert_eq!(client.http.get(&url).send().await.unwrap().status(), 403);
    assert_eq!(client.call(Method::DELETE, "/api/assets/glue.1", None).await.status(), 200);
}
