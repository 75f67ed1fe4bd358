//! Data Mesh Manager over HTTP: the feed, the agreements, the data products.

use std::time::Duration;

use aws_config::SdkConfig;
use domain::definition::{Definition, Listed, read_list};
use domain::event::{Event, EventId, Family};
use domain::ids::{AgreementId, DocumentId};
use reqwest::{Client, Method};
use serde_json::value::RawValue;
use url::Url;

use crate::agreements::Agreements;
use crate::api_key::{ApiKeys, KeyHeader};
use crate::base_url::BaseUrl;
use crate::catalog::{Catalog, Report};
use crate::feed::{Feed, FeedError, read_page};
use crate::http::{CatalogError, Reply, Request};
use crate::json_api::JsonApi;
use crate::secrets::{Secrets, SecretsManager};

const EVENTS: &str = "application/cloudevents-batch+json, application/json;q=0.9";
/// Most pages of a list, of usually a thousand entries each.
const MOST_PAGES: usize = 1000;

/// The catalog.
#[derive(Debug)]
pub struct Dmm<S> {
    api: JsonApi<S>,
}

/// Where the catalog is, and how to log in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Where the catalog is.
    pub base_url: BaseUrl,
    /// The secret that holds its API key.
    pub secret_name: String,
    /// How long the key is kept before it is read again.
    pub key_time_to_live: Duration,
    /// How a request carries the key.
    pub key_header: KeyHeader,
}

impl Connection {
    /// A client for this catalog. Nothing is sent yet.
    pub fn open(self, aws: &SdkConfig) -> Result<Dmm<SecretsManager>, CatalogError> {
        Ok(Dmm { api: self.api(aws)? })
    }

    /// The same for whoever makes requests of its own.
    pub fn api(self, aws: &SdkConfig) -> Result<JsonApi<SecretsManager>, CatalogError> {
        let secrets = SecretsManager::new(aws_sdk_secretsmanager::Client::new(aws));
        let keys = ApiKeys::new(secrets, self.secret_name, self.key_time_to_live);
        let keys = keys.carried_in(self.key_header);
        Ok(JsonApi::new(crate::http::client(&self.base_url)?, self.base_url, keys))
    }
}

impl<S: Secrets> Dmm<S> {
    /// `http` comes from [`crate::http::client`].
    pub fn new(http: Client, base: BaseUrl, keys: ApiKeys<S>) -> Self {
        Self { api: JsonApi::new(http, base, keys) }
    }

    /// Reads the key ahead, while the process starts: on the way credentials are found and TLS is
    /// set up, with the whole processor that Lambda gives to a start and to nothing after it.
    pub async fn warm_up(&self) {
        self.api.warm_up().await;
    }

    /// Makes an exchange. `None` is 404 or 410.
    async fn call(&self, request: Request) -> Result<Option<Reply>, CatalogError> {
        let reply = self.api.call(&request).await?;
        match reply.status {
            200..=299 => Ok(Some(reply)),
            404 | 410 => Ok(None),
            status => {
                let path = request.url.path().to_owned();
                Err(CatalogError::Rejected { status, method: request.method, path })
            }
        }
    }

    async fn get(&self, url: Url) -> Result<Option<String>, CatalogError> {
        let request = Request::get(url);
        Ok(self.call(request).await?.map(|answer| answer.text))
    }

    fn agreement_url(&self, family: Family, id: &AgreementId) -> Url {
        self.api.base().below(&["api", resource(family), id.as_str()])
    }
}

fn resource(family: Family) -> &'static str {
    match family {
        Family::Access => "access",
        Family::DataUsageAgreement => "datausageagreements",
    }
}

impl<S: Secrets> Feed for Dmm<S> {
    async fn after(&self, last: Option<&EventId>) -> Result<Vec<Event>, FeedError> {
        let mut url = self.api.base().below(&["api", "events"]);
        // Older servers keep an empty answer back for minutes unless told not to.
        url.query_pairs_mut().append_pair("longPolling", "false");
        if let Some(last) = last {
            url.query_pairs_mut().append_pair("lastEventId", last.as_str());
        }
        let request = Request { method: Method::GET, url, accept: EVENTS, body: None };
        let missing = || CatalogError::Rejected {
            status: 404,
            method: Method::GET,
            path: "/api/events".to_owned(),
        };
        let answer = self.call(request).await.map_err(FeedError::Catalog)?;
        read_page(&answer.ok_or_else(missing).map_err(FeedError::Catalog)?.text)
    }
}

impl<S: Secrets> Dmm<S> {
    /// All pages of a list, each as text; none when the server does not know the list.
    async fn pages(
        &self,
        family: Family,
        filter: Option<(&str, &str)>,
    ) -> Result<Vec<String>, CatalogError> {
        let mut pages = Vec::new();
        for page in 0..MOST_PAGES {
            let mut url = self.api.base().below(&["api", resource(family)]);
            url.query_pairs_mut().append_pair("p", &page.to_string());
            url.query_pairs_mut().extend_pairs(filter);
            let request = Request::get(url);
            let answer = match (self.call(request).await?, page) {
                (Some(answer), _) => answer,
                (None, 0) => return Ok(pages),
                (None, _) => {
                    let what = format!("page {page} of the list of agreements is not there");
                    return Err(CatalogError::Unreadable(what));
                }
            };
            pages.push(answer.text);
            if !answer.has_next {
                return Ok(pages);
            }
        }
        Err(CatalogError::TooLarge)
    }

    /// A server of the old generation has no such list; its own events have to do.
    async fn list(&self, filter: Option<(&str, &str)>) -> Result<Vec<Listed>, CatalogError> {
        let pages = self.pages(Family::Access, filter).await?;
        let read = pages.iter().map(|page| read_list(page).map_err(|err| unreadable(&err)));
        Ok(read.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }
}

fn unreadable(error: &serde_json::Error) -> CatalogError {
    CatalogError::Unreadable(error.to_string())
}

fn entries(page: &str) -> Result<Vec<String>, CatalogError> {
    let entries: Vec<&RawValue> = serde_json::from_str(page).map_err(|err| unreadable(&err))?;
    Ok(entries.into_iter().map(|entry| entry.get().to_owned()).collect())
}

impl<S: Secrets> Agreements for Dmm<S> {
    async fn around(&self, definition: &Definition) -> Result<Vec<Listed>, CatalogError> {
        let Definition::Product(id) = definition else { return self.list(None).await };
        let mut around = self.list(Some(("providerDataProductId", id.as_str()))).await?;
        around.extend(self.list(Some(("consumerDataProductId", id.as_str()))).await?);
        Ok(around)
    }

    async fn all(&self, family: Family) -> Result<Option<Vec<String>>, CatalogError> {
        let pages = match (self.pages(family, None).await, family) {
            (Ok(pages), _) => pages,
            // Newer servers do not have the old family at all, and may say so in any words.
            (Err(error), Family::DataUsageAgreement) if error.may_mean_absence() => {
                return Ok(None);
            }
            (Err(error), _) => return Err(error),
        };
        if pages.is_empty() {
            return Ok(None);
        }
        match (pages.iter().map(|page| entries(page)).collect::<Result<Vec<_>, _>>(), family) {
            (Ok(read), _) => Ok(Some(read.into_iter().flatten().collect())),
            (Err(_), Family::DataUsageAgreement) => Ok(None),
            (Err(error), Family::Access) => Err(error),
        }
    }
}

impl<S: Secrets> Catalog for Dmm<S> {
    async fn agreement(
        &self,
        family: Family,
        id: &AgreementId,
    ) -> Result<Option<String>, CatalogError> {
        match self.get(self.agreement_url(family, id)).await {
            // A server without this family may know the path but not the method.
            Err(CatalogError::Rejected { status: 405, .. }) => Ok(None),
            other => other,
        }
    }

    async fn put_agreement(
        &self,
        family: Family,
        id: &AgreementId,
        document: String,
    ) -> Result<(), CatalogError> {
        let url = self.agreement_url(family, id);
        let path = url.path().to_owned();
        let request = Request::json(Method::PUT, url, Some(document));
        let gone = || CatalogError::Rejected { status: 404, method: Method::PUT, path };
        self.call(request).await?.map(|_| ()).ok_or_else(gone)
    }

    async fn document(&self, id: &DocumentId) -> Result<Option<String>, CatalogError> {
        let path: &[&str] = match id {
            DocumentId::Product(id) => &["api", "dataproducts", id.as_str()],
            DocumentId::Contract(id) => &["api", "datacontracts", id.as_str()],
            DocumentId::Team(id) => &["api", "teams", id.as_str()],
            DocumentId::Member(id) => &["api", "organization", "members", id.as_str()],
        };
        self.get(self.api.base().below(path)).await
    }

    async fn report(&self, id: &AgreementId, report: &Report) -> Result<(), CatalogError> {
        let url = self.api.base().below(&[
            "api",
            "access",
            id.as_str(),
            "provisioning",
            report.step.path(),
        ]);
        let body = Some(report.body().to_string());
        let request = Request::json(Method::POST, url, body);
        match self.call(request).await {
            Ok(_)
            | Err(
                CatalogError::Rejected { status: 405, .. } | CatalogError::Busy { status: 501, .. },
            ) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use domain::Failure;
    use wiremock::matchers::{any, header, method, path, query_param};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::catalog::Step;
    use crate::secrets::SecretError;

    /// A secret that holds `key-1` when first read, then `key-2`, and so on.
    #[derive(Debug, Default)]
    struct Rotating(AtomicUsize);

    impl Secrets for &Rotating {
        async fn read(&self, _: &str) -> Result<String, SecretError> {
            Ok(format!("key-{}", self.0.fetch_add(1, Ordering::Relaxed) + 1))
        }
    }

    impl Rotating {
        fn reads(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn dmm<'a>(server: &MockServer, secret: &'a Rotating) -> Dmm<&'a Rotating> {
        let base: BaseUrl = server.uri().parse().unwrap();
        let keys = ApiKeys::new(secret, "dmm".to_owned(), Duration::from_mins(5));
        Dmm::new(crate::http::client(&base).unwrap(), base, keys)
    }

    fn id() -> AgreementId {
        "acc-42".parse().unwrap()
    }

    async fn feed_meets(answer: ResponseTemplate) -> FeedError {
        let server = crate::local_server::answering(answer).await;
        dmm(&server, &Rotating::default()).after(None).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_page_is_asked_for_after_the_last_event_and_without_waiting() {
        let server = MockServer::start().await;
        let page = r#"[{"id":"e2","type":"x.AccessUpdatedEvent","subject":"acc-42"}]"#;
        Mock::given(path("/api/events"))
            .and(query_param("lastEventId", "e+1&x=%20"))
            .and(query_param("longPolling", "false"))
            .and(header("x-api-key", "key-1"))
            .respond_with(ResponseTemplate::new(200).set_body_string(page))
            .mount(&server)
            .await;
        let secret = Rotating::default();
        let events = dmm(&server, &secret).after("e+1&x=%20".parse().ok().as_ref()).await;
        assert_eq!(events.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn all_pages_of_both_sides_of_a_product_are_listed() {
        let server = MockServer::start().await;
        let page = |side: &'static str, number: &'static str, id: &str, link: Option<&str>| {
            let body = format!(r#"[{{"id":"{id}"}}]"#);
            let answer = ResponseTemplate::new(200).set_body_string(body);
            let answer = match link {
                Some(link) => answer.insert_header("link", link),
                None => answer,
            };
            let asked = Mock::given(path("/api/access")).and(query_param(side, "urn:dp:1"));
            asked.and(query_param("p", number)).respond_with(answer)
        };
        let next = Some(r#"<https://elsewhere.example.com/?p=1>; rel="next""#);
        page("providerDataProductId", "0", "a", next).mount(&server).await;
        page("providerDataProductId", "1", "b", Some("<x>; rel=\"prev\"")).mount(&server).await;
        page("consumerDataProductId", "0", "c", None).mount(&server).await;
        let product = Definition::Product("urn:dp:1".parse().unwrap());
        let secret = Rotating::default();
        let listed = dmm(&server, &secret).around(&product).await.unwrap();
        let ids: Vec<String> = listed.iter().map(|one| one.id.to_string()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
    }

    #[tokio::test]
    async fn a_server_without_a_list_of_agreements_has_none_to_hint_at() {
        let server = crate::local_server::answering(ResponseTemplate::new(404)).await;
        let team = Definition::Team("marketing".parse().unwrap());
        assert!(dmm(&server, &Rotating::default()).around(&team).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn every_agreement_is_listed_as_the_catalog_shows_it() {
        let server = MockServer::start().await;
        for (number, body, link) in [
            ("0", r#"[{"id":"a", "x":1.0},{"id":"b"}]"#, r#"<x>; rel="next""#),
            ("1", r#"[{"id":"c"}]"#, r#"<x>; rel="prev""#),
        ] {
            let answer = ResponseTemplate::new(200).set_body_string(body);
            Mock::given(path("/api/access"))
                .and(query_param("p", number))
                .respond_with(answer.insert_header("link", link))
                .mount(&server)
                .await;
        }
        let secret = Rotating::default();
        let dmm = dmm(&server, &secret);
        let all = dmm.all(Family::Access).await.unwrap().unwrap();
        assert_eq!(all, [r#"{"id":"a", "x":1.0}"#, r#"{"id":"b"}"#, r#"{"id":"c"}"#]);
        assert_eq!(dmm.all(Family::DataUsageAgreement).await.unwrap(), None, "404");
    }

    #[tokio::test]
    async fn a_list_that_breaks_off_is_no_list() {
        let server = MockServer::start().await;
        let first = ResponseTemplate::new(200).set_body_string("[]");
        Mock::given(query_param("p", "0"))
            .respond_with(first.insert_header("link", r#"<x>; rel="next""#))
            .mount(&server)
            .await;
        let secret = Rotating::default();
        let listed = dmm(&server, &secret).all(Family::Access).await;
        assert!(matches!(listed, Err(CatalogError::Unreadable(_))), "{listed:?}");
        let page =
            crate::local_server::answering(ResponseTemplate::new(200).set_body_string("<html>"));
        let server = page.await;
        let listed = dmm(&server, &secret).all(Family::Access).await;
        assert!(matches!(listed, Err(CatalogError::Unreadable(_))), "{listed:?}");
        assert_eq!(dmm(&server, &secret).all(Family::DataUsageAgreement).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_server_that_keeps_the_old_list_to_itself_has_none() {
        let secret = Rotating::default();
        for status in [403, 404, 405, 410] {
            let server = crate::local_server::answering(ResponseTemplate::new(status)).await;
            let listed = dmm(&server, &secret).all(Family::DataUsageAgreement).await;
            assert_eq!(listed.unwrap(), None, "{status}");
        }
        let server = crate::local_server::answering(ResponseTemplate::new(403)).await;
        assert!(dmm(&server, &secret).all(Family::Access).await.is_err());
    }

    /// A secret that is not there.
    struct Lost;

    impl Secrets for Lost {
        async fn read(&self, name: &str) -> Result<String, SecretError> {
            Err(SecretError::Missing { name: name.to_owned() })
        }
    }

    #[tokio::test]
    async fn an_old_list_that_there_is_no_key_to_ask_for_is_not_one_that_is_not_there() {
        let base: BaseUrl = "http://127.0.0.1:1".parse().unwrap();
        let keys = ApiKeys::new(Lost, "dmm".to_owned(), Duration::from_mins(5));
        let dmm = Dmm::new(crate::http::client(&base).unwrap(), base, keys);
        let listed = dmm.all(Family::DataUsageAgreement).await;
        assert!(matches!(listed, Err(CatalogError::Key(_))), "{listed:?}");
    }

    #[tokio::test]
    async fn the_key_is_carried_in_the_header_the_operator_chose() {
        let server = MockServer::start().await;
        Mock::given(header("authorization", "Bearer key-1"))
            .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
            .mount(&server)
            .await;
        let secret = Rotating::default();
        let mut dmm = dmm(&server, &secret);
        dmm.api.keys = dmm.api.keys.carried_in(KeyHeader::Bearer);
        assert!(dmm.after(None).await.unwrap().is_empty());
        let sent = server.received_requests().await.unwrap().remove(0);
        assert!(!sent.headers.contains_key("x-api-key"));
        assert!(
            format!("{:?}", dmm.api.keys).find("key-1").is_none(),
            "the key does not show itself"
        );
    }

    #[tokio::test]
    async fn a_rotated_key_is_read_again_once_and_the_call_repeated() {
        let server = MockServer::start().await;
        Mock::given(header("x-api-key", "key-2"))
            .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
            .mount(&server)
            .await;
        for refusal in [401, 403] {
            let secret = Rotating::default();
            Mock::given(header("x-api-key", "key-1"))
                .respond_with(ResponseTemplate::new(refusal))
                .up_to_n_times(1)
                .mount(&server)
                .await;
            assert!(dmm(&server, &secret).after(None).await.unwrap().is_empty());
            assert_eq!(secret.reads(), 2);
        }
    }

    #[tokio::test]
    async fn a_key_that_stays_refused_halts_after_one_more_try() {
        let server = crate::local_server::answering(ResponseTemplate::new(403)).await;
        let secret = Rotating::default();
        let error = dmm(&server, &secret).after(None).await.unwrap_err();
        assert_eq!(error.failure(), Failure::Halt);
        assert_eq!((secret.reads(), server.received_requests().await.unwrap().len()), (2, 2));
    }

    #[tokio::test]
    async fn a_wrong_key_is_not_read_again_for_every_call() {
        let server = crate::local_server::answering(ResponseTemplate::new(401)).await;
        let secret = Rotating::default();
        let dmm = dmm(&server, &secret);
        for _ in 0..5 {
            assert!(dmm.after(None).await.is_err());
        }
        assert_eq!((secret.reads(), server.received_requests().await.unwrap().len()), (2, 6));
    }

    #[tokio::test]
    async fn the_key_is_read_once_for_many_calls() {
        let server = crate::local_server::answering(ResponseTemplate::new(404)).await;
        let secret = Rotating::default();
        let dmm = dmm(&server, &secret);
        for _ in 0..5 {
            assert_eq!(dmm.agreement(Family::Access, &id()).await.unwrap(), None);
        }
        assert_eq!(secret.reads(), 1);
    }

    #[tokio::test]
    async fn a_busy_catalog_is_left_alone_as_long_as_it_asks() {
        let server = MockServer::start().await;
        let busy = ResponseTemplate::new(429).insert_header("retry-after", "1");
        Mock::given(any())
            .respond_with(busy)
            .up_to_n_times(1)
            .with_priority(1)
            .mount(&server)
            .await;
        let page = ResponseTemplate::new(200).set_body_string("[]");
        Mock::given(any()).respond_with(page).mount(&server).await;
        let begun = std::time::Instant::now();
        assert!(dmm(&server, &Rotating::default()).after(None).await.is_ok());
        assert!(begun.elapsed() >= Duration::from_secs(1));
    }

    #[tokio::test]
    async fn a_catalog_that_asks_for_too_long_is_left_to_the_next_run() {
        let busy = ResponseTemplate::new(503).insert_header("retry-after", "3600");
        let server = crate::local_server::answering(busy).await;
        let error = dmm(&server, &Rotating::default()).after(None).await.unwrap_err();
        assert_eq!(error.failure(), Failure::Retry);
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn an_answer_that_is_no_page_is_an_error_and_never_an_empty_page() {
        for body in ["<html>log in</html>", "", "{}", "[", "null", r#"{"events":[]}"#] {
            let error = feed_meets(ResponseTemplate::new(200).set_body_string(body)).await;
            assert_eq!(error.failure(), Failure::Retry, "{body}");
        }
        let entry = r#"[{"id":"e1","type":"x"},{"id":"e2"}]"#;
        let error = feed_meets(ResponseTemplate::new(200).set_body_string(entry)).await;
        assert!(matches!(error, FeedError::Entry { position: 1, .. }));
        let not_there = feed_meets(ResponseTemplate::new(404)).await;
        assert!(matches!(
            not_there,
            FeedError::Catalog(CatalogError::Rejected { status: 404, .. })
        ));
    }

    #[tokio::test]
    async fn an_answer_larger_than_any_real_one_is_not_read_into_memory() {
        let body = vec![b' '; 33 * 1024 * 1024];
        let error = feed_meets(ResponseTemplate::new(200).set_body_bytes(body)).await;
        assert!(matches!(error, FeedError::Catalog(CatalogError::TooLarge)));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_the_key_goes_nowhere_else() {
        let trap = crate::local_server::answering(ResponseTemplate::new(200)).await;
        for status in [301, 302, 303, 307, 308] {
            let there = format!("{}/api/events?x=secret", trap.uri());
            let error = feed_meets(ResponseTemplate::new(status).insert_header("location", there));
            let error = error.await;
            assert_eq!(error.failure(), Failure::Halt);
            assert!(!error.to_string().contains("secret"));
        }
        assert!(trap.received_requests().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_write_that_the_catalog_does_not_take_is_an_error() {
        for (status, failure) in [
            (404, Failure::Reject),
            (409, Failure::Reject),
            (422, Failure::Reject),
            (403, Failure::Halt),
            (500, Failure::Retry),
        ] {
            let server = crate::local_server::answering(ResponseTemplate::new(status)).await;
            let secret = Rotating::default();
            let put = dmm(&server, &secret);
            let put = put.put_agreement(Family::Access, &id(), "{}".to_owned()).await;
            assert_eq!(put.unwrap_err().failure(), failure, "{status}");
        }
    }

    #[tokio::test]
    async fn each_family_has_its_own_address_and_ids_are_one_segment() {
        let server = MockServer::start().await;
        for there in ["/api/access/urn%3Aa%20b", "/api/datausageagreements/urn%3Aa%20b"] {
            Mock::given(method("GET"))
                .and(path(there))
                .respond_with(ResponseTemplate::new(200).set_body_string(there))
                .mount(&server)
                .await;
        }
        let secret = Rotating::default();
        let dmm = dmm(&server, &secret);
        let urn: AgreementId = "urn:a b".parse().unwrap();
        for (family, part) in
            [(Family::Access, "access"), (Family::DataUsageAgreement, "datausageagreements")]
        {
            let found = dmm.agreement(family, &urn).await.unwrap().unwrap();
            assert!(found.contains(part));
        }
    }

    #[tokio::test]
    async fn a_server_that_knows_no_reports_is_content() {
        for status in [200, 404, 405, 501] {
            let server = crate::local_server::answering(ResponseTemplate::new(status)).await;
            let report = Report::of(Step::ProvisioningFailed, None);
            let report = Report { diagnostics: Some("why".to_owned()), ..report };
            let secret = Rotating::default();
            assert!(dmm(&server, &secret).report(&id(), &report).await.is_ok(), "{status}");
            let request = server.received_requests().await.unwrap().remove(0);
            assert_eq!(request.url.path(), "/api/access/acc-42/provisioning/provisioning-failed");
            let sent: serde_json::Value = request.body_json().unwrap();
            assert_eq!((&sent["platform"], &sent["diagnostics"]), (&"aws".into(), &"why".into()));
        }
    }

    #[tokio::test]
    async fn a_catalog_that_is_not_there_is_tried_again_later_and_names_no_key() {
        let base: BaseUrl = "http://127.0.0.1:9".parse().unwrap();
        let secret = Rotating::default();
        let keys = ApiKeys::new(&secret, "dmm".to_owned(), Duration::from_mins(5));
        let dmm = Dmm::new(crate::http::client(&base).unwrap(), base, keys);
        let error = dmm.after(None).await.unwrap_err();
        assert_eq!(error.failure(), Failure::Retry);
        assert!(!format!("{error:?} {dmm:?}").contains("key-1"));
    }
}
