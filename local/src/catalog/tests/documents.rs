//! What agreements refer to: contracts, teams and people, and how agreements show them.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, agreement, body};
use crate::catalog::{Generation, Kind};

const BOTH: [Generation; 2] = [Generation::Access, Generation::DataUsageAgreement];

/// A kind, an id with a character that has to be encoded, and the document's address.
const READ_ONLY: [(Kind, &str, &str); 3] = [
    (Kind::Contract, "urn:contract:orders", "/api/datacontracts/urn%3Acontract%3Aorders"),
    (Kind::Team, "urn:team:sales", "/api/teams/urn%3Ateam%3Asales"),
    (Kind::Member, "a@example.com", "/api/organization/members/a%40example.com"),
];

impl Client {
    fn put_document(&self, kind: Kind, id: &str, document: &Value) {
        self.catalog.put_document(kind, id, document.as_object().unwrap().clone());
    }

    /// An agreement with that consumer.
    async fn request(&self, id: &str, consumer: &Value) {
        let mut document = agreement();
        document["consumer"] = consumer.clone();
        let base = self.catalog.generation().path();
        self.put(&format!("{base}/{id}"), &document).await;
    }
}

#[tokio::test]
async fn both_generations_show_contracts_teams_and_members_at_the_same_addresses() {
    for generation in BOTH {
        let client = Client::start(generation).await;
        for (kind, id, path) in READ_ONLY {
            client.put_document(kind, id, &json!({ "custom": { "aws-role-name": "a" } }));
            let shown = client.get(path).await;
            let key = if kind == Kind::Member { "emailAddress" } else { "id" };
            assert_eq!(shown, json!({ key: id, "custom": { "aws-role-name": "a" } }), "{path}");
        }
    }
}

#[tokio::test]
async fn a_document_that_is_not_there_is_a_problem_that_names_its_kind() {
    for generation in BOTH {
        let client = Client::start(generation).await;
        // The same id as another kind's is no match.
        client.put_document(Kind::Team, "a@example.com", &json!({}));
        for ((_, _, path), noun) in READ_ONLY.into_iter().zip(["Data contract", "Team", "Member"]) {
            let missing = client.call(Method::GET, path, None).await;
            assert_eq!(missing.status(), 404, "{path}");
            assert_eq!(missing.headers()["content-type"], "application/problem+json");
            assert_eq!(body(missing).await["detail"], format!("{noun} not found"));
        }
    }
}

#[tokio::test]
async fn contracts_teams_and_members_need_the_key_too_and_cannot_be_changed_here() {
    let client = Client::start(Generation::Access).await;
    for (kind, id, path) in READ_ONLY {
        client.put_document(kind, id, &json!({}));
        let url = format!("{}{path}", client.base);
        assert_eq!(client.http.get(&url).send().await.unwrap().status(), 403, "{path}");
        let changed = client.call(Method::PUT, path, Some(&json!({ "name": "x" }))).await;
        assert_eq!(changed.status(), 405, "{path}");
        assert_eq!(client.get(path).await.get("name"), None);
    }
}

#[tokio::test]
async fn the_feed_tells_of_contracts_and_teams_and_keeps_silent_about_members() {
    let client = Client::start(Generation::Access).await;
    for _ in 0..2 {
        for (kind, id, _) in READ_ONLY {
            client.put_document(kind, id, &json!({}));
        }
    }
    let told = ["DataContractCreated", "TeamCreated", "DataContractUpdated", "TeamUpdated"];
    assert_eq!(client.event_names().await, told.map(|name| format!("{name}Event")));
    assert_eq!(client.get("/api/events").await[0]["subject"], "urn:contract:orders");
}

#[tokio::test]
async fn a_port_of_the_open_standard_is_known_by_its_name() {
    let client = Client::start(Generation::Access).await;
    let ports = json!([{ "name": "s3", "version": "1" }]);
    client.put_document(Kind::Product, "orders", &json!({ "outputPorts": ports }));
    client.put("/api/access/a", &agreement()).await;
    assert_eq!(client.get("/api/access/a").await["provider"]["outputPortId"], "s3");
    let events = client.get("/api/events").await;
    assert_eq!(events[1]["data"]["outputPortId"], "s3");
    client.put_document(Kind::Product, "orders", &json!({ "outputPorts": [{ "name": "other" }] }));
    assert_eq!(client.get("/api/access/a").await["provider"]["outputPortId"], "unknown");
}

#[tokio::test]
async fn a_data_product_is_shown_with_the_team_that_owns_it() {
    let client = Client::start(Generation::Access).await;
    client.put_document(Kind::Product, "orders", &json!({ "info": { "owner": "shop" } }));
    client.put_document(Kind::Product, "churn", &json!({ "team": { "name": "insight" } }));
    client.put("/api/access/a", &agreement()).await;
    let shown = client.get("/api/access/a").await;
    assert_eq!(shown["provider"]["teamId"], "shop");
    let consumer = json!({ "dataProductId": "churn", "teamId": "insight", "userId": "unknown" });
    assert_eq!(shown["consumer"], consumer);
}

#[tokio::test]
async fn only_todays_api_shows_the_contract_of_the_day_an_agreement_was_asked_for() {
    for (generation, expected) in
        BOTH.into_iter().zip([(json!("c"), json!("1.0.0")), (Value::Null, Value::Null)])
    {
        let client = Client::start(generation).await;
        let ports =
            |contract| json!({ "outputPorts": [{ "id": "s3", "dataContractId": contract }] });
        client.put_document(Kind::Contract, "c", &json!({ "version": "1.0.0" }));
        client.put_document(Kind::Product, "orders", &ports("c"));
        let path = format!("{}/a", generation.path());
        client.put(&path, &agreement()).await;
        client.put_document(Kind::Product, "orders", &ports("c2"));
        let mut document = client.get(&path).await;
        document["provider"]["dataContractId"] = json!("mine");
        client.put(&path, &document).await;
        let provider = &client.get(&path).await["provider"];
        assert_eq!(provider["dataContractId"], expected.0);
        assert_eq!(provider["dataContractVersion"], expected.1);
    }
}

#[tokio::test]
async fn todays_list_is_filtered_by_the_type_of_consumer_and_the_older_one_is_not() {
    for (generation, found) in BOTH.into_iter().zip([1, 3]) {
        let client = Client::start(generation).await;
        client.request("a", &json!({ "dataProductId": "churn", "teamId": "sales" })).await;
        client.request("b", &json!({ "teamId": "sales" })).await;
        client.request("c", &json!({ "userId": "a@example.com", "teamId": "unknown" })).await;
        for wanted in ["dataproduct", "team", "user"] {
            let path = format!("{}?consumerType={wanted}", generation.path());
            assert_eq!(client.get(&path).await.as_array().unwrap().len(), found, "{path}");
        }
    }
    let client = Client::start(Generation::Access).await;
    let wrong = client.call(Method::GET, "/api/access?consumerType=role", None).await;
    assert_eq!(wrong.status(), 400);
}
