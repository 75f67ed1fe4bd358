//! Data Mesh Manager over HTTP: the feed, the agreements, the data products.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use domain::event::{Event, EventId, Family};
use domain::ids::{AgreementId, ProductId};
use reqwest::{Client, Method};
use url::Url;

use crate::api_key::ApiKeys;
use crate::base_url::BaseUrl;
use crate::catalog::{Catalog, Report};
use crate::feed::{Feed, FeedError, read_page};
use crate::http::{CatalogError, Request, exchange};
use crate::secrets::Secrets;

const JSON: &str = "application/json";
const EVENTS: &str = "application/cloudevents-batch+json, application/json;q=0.9";
/// Longest wait the catalog can ask for within one call; beyond it, the next run is the retry.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The catalog.
#[derive(Debug)]
pub struct Dmm<S> {
    http: Client,
    base: BaseUrl,
    keys: ApiKeys<S>,
    patience: ExponentialBuilder,
}

impl<S: Secrets> Dmm<S> {
    /// `http` comes from [`crate::http::client`].
    pub fn new(http: Client, base: BaseUrl, keys: ApiKeys<S>) -> Self {
        let patience = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(2))
            .with_max_times(2)
            .with_jitter();
        Self { http, base, keys, patience }
    }

    /// Makes an exchange, again where that can help. `None` is 404.
    async fn call(&self, request: Request) -> Result<Option<String>, CatalogError> {
        let attempt = || self.attempt(&request);
        attempt
            .retry(self.patience)
            .when(CatalogError::is_passing)
            .adjust(|error, delay| match (delay, error.retry_after()) {
                (Some(_), Some(asked)) if asked > LONGEST_WAIT => None,
                (Some(delay), Some(asked)) => Some(delay.max(asked)),
                (delay, _) => delay,
            })
            .await
    }

    /// A key that was replaced in the meantime is read again once.
    async fn attempt(&self, request: &Request) -> Result<Option<String>, CatalogError> {
        let key = self.keys.current().await.map_err(CatalogError::Key)?;
        let first = exchange(&self.http, request, key.header()).await;
        let Err(CatalogError::KeyRefused { .. }) = first else { return first };
        let key = self.keys.newer_than(&key).await.map_err(CatalogError::Key)?;
        exchange(&self.http, request, key.header()).await
    }

    async fn get(&self, url: Url) -> Result<Option<String>, CatalogError> {
        self.call(Request { method: Method::GET, url, accept: JSON, body: None }).await
    }

    fn agreement_url(&self, family: Family, id: &AgreementId) -> Url {
        self.base.below(&["api", resource(family), id.as_str()])
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
        let mut url = self.base.below(&["api", "events"]);
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
        let json = self.call(request).await.map_err(FeedError::Catalog)?;
        read_page(&json.ok_or_else(missing).map_err(FeedError::Catalog)?)
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
        let request = Request { method: Method::PUT, url, accept: JSON, body: Some(document) };
        let gone = || CatalogError::Rejected { status: 404, method: Method::PUT, path };
        self.call(request).await?.map(|_| ()).ok_or_else(gone)
    }

    async fn product(&self, id: &ProductId) -> Result<Option<String>, CatalogError> {
        self.get(self.base.below(&["api", "dataproducts", id.as_str()])).await
    }

    async fn report(&self, id: &AgreementId, report: &Report) -> Result<(), CatalogError> {
        let url = self.base.below(&["api", "access", id.as_str(), "provisioning", report.step()]);
        let body = Some(report.body().to_string());
        let request = Request { method: Method::POST, url, accept: JSON, body };
        // One attempt: most servers that fail here are older ones that do not know reports.
        match self.attempt(&request).await {
            Ok(_)
            | Err(
                CatalogError::Rejected { status: 405, .. } | CatalogError::Busy { status: 501, .. },
            ) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
