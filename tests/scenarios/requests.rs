//! Every request to the catalog is one that its published API knows: the rules restated here are
//! those of the vendor's `OpenAPI` files of 2025-09 and 2026-07.

use std::collections::BTreeSet;
use std::time::Duration;

use clients::agreements::Agreements as _;
use clients::api_key::ApiKeys;
use clients::base_url::BaseUrl;
use clients::catalog::{Catalog as _, Place, Report, Step};
use clients::dmm::Dmm;
use clients::fake::{FakeSecrets, Faults};
use clients::feed::Feed as _;
use domain::definition::Definition;
use domain::event::Family;
use domain::ids::{AgreementId, DocumentId};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// An id as the catalog gives them out: a URN, which has to be one segment of a path.
const ID: &str = "urn:dp:orders ä";

/// A path of the API with the methods and query parameters it takes.
struct Rule {
    path: &'static str,
    methods: &'static [&'static str],
    query: &'static [&'static str],
}

const fn rule(
    path: &'static str,
    methods: &'static [&'static str],
    query: &'static [&'static str],
) -> Rule {
    Rule { path, methods, query }
}

const LIST: &[&str] =
    &["p", "pageSize", "providerDataProductId", "consumerDataProductId", "consumerType"];
const RULES: [Rule; 15] = [
    rule("/api/events", &["GET"], &["lastEventId", "longPolling"]),
    rule("/api/access", &["GET"], LIST),
    rule("/api/access/{}", &["GET", "PUT", "DELETE"], &[]),
    rule("/api/access/{}/provisioning/provisioning-started", &["POST"], &[]),
    rule("/api/access/{}/provisioning/provisioning-succeeded", &["POST"], &[]),
    rule("/api/access/{}/provisioning/provisioning-failed", &["POST"], &[]),
    rule("/api/access/{}/provisioning/deprovisioning-started", &["POST"], &[]),
    rule("/api/access/{}/provisioning/deprovisioning-succeeded", &["POST"], &[]),
    rule("/api/access/{}/provisioning/deprovisioning-failed", &["POST"], &[]),
    rule("/api/datausageagreements", &["GET"], &["p", "pageSize"]),
    rule("/api/datausageagreements/{}", &["GET", "PUT", "DELETE"], &[]),
    rule("/api/dataproducts/{}", &["GET", "PUT", "DELETE"], &[]),
    rule("/api/datacontracts/{}", &["GET", "PUT", "DELETE"], &[]),
    rule("/api/teams/{}", &["GET", "PUT", "DELETE"], &[]),
    rule("/api/organization/members/{}", &["GET"], &[]),
];

fn fits(rule: &Rule, path: &str) -> bool {
    let (wanted, found): (Vec<&str>, Vec<&str>) =
        (rule.path.split('/').collect(), path.split('/').collect());
    let same = |(wanted, found): (&&str, &&str)| *wanted == "{}" || wanted == found;
    wanted.len() == found.len() && wanted.iter().zip(&found).all(same)
}

/// What is wrong with a request; nothing if the API knows it.
fn problem(request: &Request) -> Option<String> {
    let (method, path) = (request.method.as_str(), request.url.path());
    let Some(rule) = RULES.iter().find(|rule| fits(rule, path)) else {
        return Some(format!("{path} is no path of the API"));
    };
    if !rule.methods.contains(&method) {
        return Some(format!("{path} does not take {method}"));
    }
    let unknown = request.url.query_pairs().find(|(name, _)| !rule.query.contains(&name.as_ref()));
    if let Some((name, _)) = unknown {
        return Some(format!("{path} has no parameter {name}"));
    }
    match method {
        "GET" => (!request.body.is_empty()).then(|| format!("GET {path} has a body")),
        "PUT" => lacking(request, &["id", "info", "provider", "consumer"]),
        _ => unexpected(request, path),
    }
}

/// An agreement that is replaced must have what the schema requires.
fn lacking(request: &Request, required: &[&str]) -> Option<String> {
    let body: Value = request.body_json().unwrap();
    let missing = required.iter().find(|name| body.get(**name).is_none());
    missing.map(|name| format!("the body lacks {name}"))
}

/// A report holds the fields of its schema, each with its type, and no others.
fn unexpected(request: &Request, path: &str) -> Option<String> {
    let body: Value = request.body_json().unwrap();
    let extra = match path.rsplit('-').next() {
        Some("succeeded") => Some("reference"),
        Some("failed") => Some("diagnostics"),
        _ => None,
    };
    let wrong = body.as_object().unwrap().iter().find(|(name, value)| match name.as_str() {
        "platform" | "executor" => !value.is_string(),
        "customProperties" => !value.as_array().is_some_and(|all| {
            all.iter().all(|one| one["property"].is_string() && one["value"].is_string())
        }),
        "links" => !value.as_object().is_some_and(|all| all.values().all(Value::is_string)),
        name => Some(name) != extra || !value.is_string(),
    });
    wrong.map(|(name, _)| format!("{path} does not take {name} so"))
}

fn reports() -> Vec<Report> {
    let role = "arn:aws:iam::123456789012:role/data-products/churn".parse().unwrap();
    let place = Place { role, policy: "DMM_DataUsageAgreement_x".to_owned() };
    let plain = [
        Step::ProvisioningStarted,
        Step::Provisioned,
        Step::DeprovisioningStarted,
        Step::Deprovisioned,
    ]
    .map(|step| Report::of(step, Some(place.clone())));
    let failed = [Step::ProvisioningFailed, Step::DeprovisioningFailed].map(|step| Report {
        diagnostics: Some("why".to_owned()),
        ..Report::of(step, Some(place.clone()))
    });
    plain.into_iter().chain(failed).collect()
}

/// Everything the integration can ask of the catalog.
async fn ask_for_everything(dmm: &Dmm<FakeSecrets>) {
    let id: AgreementId = ID.parse().unwrap();
    let document = r#"{"id":"x","info":{},"provider":{},"consumer":{}}"#;
    dmm.after(None).await.unwrap();
    dmm.after("1f0c1111-2222-6333-8444-555566667777".parse().ok().as_ref()).await.unwrap();
    for family in [Family::Access, Family::DataUsageAgreement] {
        dmm.agreement(family, &id).await.unwrap();
        dmm.put_agreement(family, &id, document.to_owned()).await.unwrap();
        dmm.all(family).await.unwrap();
    }
    for document in [
        DocumentId::Product(ID.parse().unwrap()),
        DocumentId::Contract(ID.parse().unwrap()),
        DocumentId::Team(ID.parse().unwrap()),
        DocumentId::Member("a.b+c@example.com".parse().unwrap()),
    ] {
        dmm.document(&document).await.unwrap();
    }
    for report in reports() {
        dmm.report(&id, &report).await.unwrap();
    }
    dmm.around(&Definition::Product(ID.parse().unwrap())).await.unwrap();
    dmm.around(&Definition::Team(ID.parse().unwrap())).await.unwrap();
}

#[tokio::test]
async fn every_request_is_one_that_the_published_api_knows() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
        .mount(&server)
        .await;
    let base: BaseUrl = server.uri().parse().unwrap();
    let secrets = FakeSecrets::new(Faults::default(), "key");
    let keys = ApiKeys::new(secrets, "dmm".to_owned(), Duration::from_mins(5));
    let dmm = Dmm::new(clients::http::client(&base).unwrap(), base, keys);
    ask_for_everything(&dmm).await;
    let requests = server.received_requests().await.unwrap();
    let problems: Vec<String> = requests.iter().filter_map(problem).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let asked = |rule: &Rule| requests.iter().any(|request| fits(rule, request.url.path()));
    let never: BTreeSet<&str> = RULES.iter().filter(|r| !asked(r)).map(|r| r.path).collect();
    assert!(never.is_empty(), "a rule that is never met proves nothing: {never:?}");
}

#[test]
fn the_rules_refuse_what_the_api_does_not_know() {
    for path in ["/api/access/a/b", "/api/access/a/provisioning", "/api/organization/members"] {
        assert!(RULES.iter().all(|rule| !fits(rule, path)), "{path}");
    }
}
