//! A catalog in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use domain::definition::{Definition, Listed, read_list};
use domain::event::{Event, EventId, Family};
use domain::ids::{AgreementId, DocumentId};

use super::{FakeSecrets, Faults};
use crate::agreements::Agreements;
use crate::api_key::{ApiKey, ApiKeys};
use crate::aws::AwsError;
use crate::catalog::{Catalog, Report, Step};
use crate::feed::{Feed, FeedError, read_page};
use crate::http::CatalogError;

/// Agreements, products and a feed. It says nothing by itself: tests append the events.
#[derive(Clone, Debug, Default)]
pub struct FakeCatalog {
    faults: Faults,
    state: Arc<Mutex<State>>,
    keys: Option<Arc<ApiKeys<FakeSecrets>>>,
}

#[derive(Debug, Default)]
struct State {
    agreements: BTreeMap<(bool, String), String>,
    documents: BTreeMap<String, String>,
    events: Vec<String>,
    /// Where in the feed an event is.
    places: BTreeMap<String, usize>,
    accepted_key: Option<String>,
    page_size: Option<usize>,
    repeat_first_page: bool,
    reports: Vec<(String, Report)>,
    refused_puts: BTreeSet<String>,
    hidden: BTreeSet<String>,
    puts: usize,
}

fn key(family: Family, id: &str) -> (bool, String) {
    (family == Family::Access, id.to_owned())
}

impl FakeCatalog {
    /// An empty catalog.
    pub fn new(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// The same catalog for a process that shows a key. Without keys nothing is asked for.
    #[must_use]
    pub fn asked_with(&self, keys: ApiKeys<FakeSecrets>) -> Self {
        Self { keys: Some(Arc::new(keys)), ..self.clone() }
    }

    /// Only this key is accepted from now on, or none.
    pub fn accept_key(&self, key: Option<&str>) {
        self.with(|state| state.accepted_key = key.map(str::to_owned));
    }

    fn accepts(&self, key: &ApiKey) -> bool {
        let (_, shown) = key.header();
        self.with(|state| state.accepted_key.as_ref().is_some_and(|key| shown == key.as_str()))
    }

    /// Makes an exchange: with a key as the real client does, where there are keys.
    async fn exchange<T: Send>(
        &self,
        action: &'static str,
        effect: impl Fn() -> Result<T, CatalogError> + Send + Sync,
    ) -> Result<T, CatalogError> {
        let Some(keys) = &self.keys else { return self.faults.run(action, failed, effect).await };
        let effect = &effect;
        let exchange = |key: &ApiKey| {
            let is_accepted = self.accepts(key);
            let refused = CatalogError::KeyRefused { status: 401 };
            let answer = move || if is_accepted { effect() } else { Err(refused) };
            self.faults.run(action, failed, answer)
        };
        keys.carry(exchange).await
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().expect("lock"))
    }

    /// Creates or replaces an agreement, as its owner would.
    pub fn set_agreement(&self, family: Family, id: &str, document: &str) {
        self.with(|state| state.agreements.insert(key(family, id), document.to_owned()));
    }

    /// Deletes an agreement.
    pub fn delete_agreement(&self, family: Family, id: &str) {
        self.with(|state| state.agreements.remove(&key(family, id)));
    }

    /// An agreement as the catalog shows it.
    pub fn agreement_text(&self, family: Family, id: &str) -> Option<String> {
        self.with(|state| state.agreements.get(&key(family, id)).cloned())
    }

    /// Creates or replaces a data product.
    pub fn set_product(&self, id: &str, document: &str) {
        self.set_document(&DocumentId::Product(id.parse().expect("an id")), document);
    }

    /// Creates or replaces a document of any kind.
    pub fn set_document(&self, id: &DocumentId, document: &str) {
        self.with(|state| state.documents.insert(id.to_string(), document.to_owned()));
    }

    /// Deletes a document of any kind.
    pub fn delete_document(&self, id: &DocumentId) {
        self.with(|state| state.documents.remove(&id.to_string()));
    }

    /// Deletes a data product.
    pub fn delete_product(&self, id: &str) {
        self.delete_document(&DocumentId::Product(id.parse().expect("an id")));
    }

    /// Appends an event to the feed.
    pub fn publish(&self, event: &str) {
        self.with(|state| {
            if let Ok(read) = Event::read(event) {
                state.places.entry(read.id.as_str().to_owned()).or_insert(state.events.len());
            }
            state.events.push(event.to_owned());
        });
    }

    /// Events per page.
    pub fn page_size(&self, size: usize) {
        self.with(|state| state.page_size = Some(size));
    }

    /// The feed answers with its first page for ever.
    pub fn repeat_first_page(&self) {
        self.with(|state| state.repeat_first_page = true);
    }

    /// The catalog refuses to store this agreement (422).
    pub fn refuse_puts(&self, id: &str) {
        self.with(|state| state.refused_puts.insert(id.to_owned()));
    }

    /// Lists do not hold this agreement, as when it moves between two pages.
    pub fn hide_from_lists(&self, id: &str) {
        self.with(|state| state.hidden.insert(id.to_owned()));
    }

    /// How often an agreement was replaced by the code under test.
    pub fn puts(&self) -> usize {
        self.with(|state| state.puts)
    }

    /// How far each report says its agreement is.
    pub fn steps(&self) -> Vec<Step> {
        self.with(|state| state.reports.iter().map(|(_, report)| report.step).collect())
    }

    /// Forgets what was reported so far.
    pub fn forget_reports(&self) {
        self.with(|state| state.reports.clear());
    }

    /// What was reported.
    pub fn reports(&self) -> Vec<(String, Report)> {
        self.with(|state| state.reports.clone())
    }
}

/// The catalog is no AWS service, but it fails in the same ways.
fn failed(error: AwsError) -> CatalogError {
    match error {
        AwsError::Denied { .. } | AwsError::CredentialsRefused { .. } => {
            CatalogError::KeyRefused { status: 403 }
        }
        AwsError::Unavailable { .. } => CatalogError::Busy { status: 503, retry_after: None },
    }
}

impl Catalog for FakeCatalog {
    async fn agreement(
        &self,
        family: Family,
        id: &AgreementId,
    ) -> Result<Option<String>, CatalogError> {
        let read = || Ok(self.agreement_text(family, id.as_str()));
        self.exchange("GET agreement", read).await
    }

    async fn put_agreement(
        &self,
        family: Family,
        id: &AgreementId,
        document: String,
    ) -> Result<(), CatalogError> {
        let write = || {
            self.with(|state| {
                if state.refused_puts.contains(id.as_str()) {
                    return Err(rejected(422));
                }
                let slot = state.agreements.get_mut(&key(family, id.as_str()));
                slot.ok_or_else(|| rejected(404))?.clone_from(&document);
                state.puts += 1;
                Ok(())
            })
        };
        self.exchange("PUT agreement", write).await
    }

    async fn document(&self, id: &DocumentId) -> Result<Option<String>, CatalogError> {
        let action = match id {
            DocumentId::Product(_) => "GET product",
            DocumentId::Contract(_) => "GET contract",
            DocumentId::Team(_) => "GET team",
            DocumentId::Member(_) => "GET member",
        };
        let read = || Ok(self.with(|state| state.documents.get(&id.to_string()).cloned()));
        self.exchange(action, read).await
    }

    async fn report(&self, id: &AgreementId, report: &Report) -> Result<(), CatalogError> {
        let write = || {
            self.with(|state| state.reports.push((id.to_string(), report.clone())));
            Ok(())
        };
        let action = match report.step {
            Step::Provisioned | Step::ProvisioningFailed | Step::Deprovisioned => "POST report",
            Step::ProvisioningStarted
            | Step::DeprovisioningStarted
            | Step::DeprovisioningFailed => "POST news",
        };
        self.exchange(action, write).await
    }
}

impl Agreements for FakeCatalog {
    async fn around(&self, _: &Definition) -> Result<Vec<Listed>, CatalogError> {
        let list = || {
            let documents = self.with(|state| {
                let of_access = state.agreements.iter().filter(|((is_access, _), _)| *is_access);
                of_access.map(|(_, document)| document.clone()).collect::<Vec<_>>()
            });
            let page = format!("[{}]", documents.join(","));
            read_list(&page).map_err(|err| CatalogError::Unreadable(err.to_string()))
        };
        self.exchange("GET agreements", list).await
    }

    async fn all(&self, family: Family) -> Result<Option<Vec<String>>, CatalogError> {
        let list = || {
            let all = self.with(|state| {
                let is_access = family == Family::Access;
                let hidden = &state.hidden;
                let listed = |of: bool, id: &String| of == is_access && !hidden.contains(id);
                let of_family = state.agreements.iter().filter(|((of, id), _)| listed(*of, id));
                of_family.map(|(_, document)| document.clone()).collect::<Vec<_>>()
            });
            Ok((family == Family::Access || !all.is_empty()).then_some(all))
        };
        self.exchange("GET agreements", list).await
    }
}

fn rejected(status: u16) -> CatalogError {
    let path = "/api/access".to_owned();
    CatalogError::Rejected { status, method: reqwest::Method::PUT, path }
}

impl Feed for FakeCatalog {
    async fn after(&self, last: Option<&EventId>) -> Result<Vec<Event>, FeedError> {
        let read = || {
            let page = self.with(|state| {
                let passed = last.and_then(|last| state.places.get(last.as_str()));
                let start = passed.map_or(0, |place| place + 1);
                let start = if state.repeat_first_page { 0 } else { start };
                let rest = state.events.iter().skip(start);
                let page: Vec<&str> =
                    rest.take(state.page_size.unwrap_or(1000)).map(String::as_str).collect();
                format!("[{}]", page.join(","))
            });
            Ok(page)
        };
        let page = self.exchange("GET events", read).await.map_err(FeedError::Catalog)?;
        read_page(&page)
    }
}
