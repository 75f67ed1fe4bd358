//! The catalog's API key: read from its secret at most once per time to live.

use std::str::FromStr;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::http::CatalogError;
use crate::secrets::{SecretError, Secrets};

/// How a request carries the key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyHeader {
    /// `x-api-key: <key>`, which every version of the catalog takes.
    #[default]
    XApiKey,
    /// `Authorization: Bearer <key>`, since 2025.
    Bearer,
}

/// Not a way to carry the key.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is neither x-api-key nor bearer")]
pub struct KeyHeaderError(String);

impl FromStr for KeyHeader {
    type Err = KeyHeaderError;

    fn from_str(text: &str) -> Result<Self, KeyHeaderError> {
        match text.to_ascii_lowercase().as_str() {
            "x-api-key" => Ok(Self::XApiKey),
            "bearer" => Ok(Self::Bearer),
            _ => Err(KeyHeaderError(text.to_owned())),
        }
    }
}

/// The key as a header that never shows itself in logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    name: HeaderName,
    value: HeaderValue,
}

impl ApiKey {
    fn of(text: &str, header: KeyHeader) -> Option<Self> {
        let (name, text) = match header {
            KeyHeader::XApiKey => (HeaderName::from_static("x-api-key"), text.to_owned()),
            KeyHeader::Bearer => (AUTHORIZATION, format!("Bearer {text}")),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(Self { name, value })
    }

    pub(crate) fn header(&self) -> (HeaderName, HeaderValue) {
        (self.name.clone(), self.value.clone())
    }
}

/// Gives out the current key.
#[derive(Debug)]
pub struct ApiKeys<S> {
    secrets: S,
    name: String,
    time_to_live: Duration,
    header: KeyHeader,
    cached: Mutex<Cached>,
}

/// The key, and when it was last read because the catalog had refused it.
#[derive(Debug, Default)]
struct Cached {
    key: Option<(ApiKey, Instant)>,
    read_again: Option<Instant>,
}

/// A key refused right after it was read again is wrong: it is not read for every message.
const REREAD_PAUSE: Duration = Duration::from_secs(30);

impl<S: Secrets> ApiKeys<S> {
    /// `name` is the secret's id; a key older than `time_to_live` is read again.
    pub fn new(secrets: S, name: String, time_to_live: Duration) -> Self {
        let header = KeyHeader::default();
        Self { secrets, name, time_to_live, header, cached: Mutex::default() }
    }

    /// The same, carried in another header.
    #[must_use]
    pub fn carried_in(self, header: KeyHeader) -> Self {
        Self { header, ..self }
    }

    /// The key. Callers that arrive together wait for one read.
    pub async fn current(&self) -> Result<ApiKey, SecretError> {
        let mut cached = self.cached.lock().await;
        match cached.key.as_ref() {
            Some((key, read_at)) if read_at.elapsed() < self.time_to_live => Ok(key.clone()),
            Some(_) | None => self.read(&mut cached).await,
        }
    }

    /// Makes an exchange with the key as it is now. A key that is refused may have been replaced in the
    /// meantime: it is read again once, and the exchange repeated.
    pub async fn carry<T, F>(&self, exchange: impl Fn(&ApiKey) -> F) -> Result<T, CatalogError>
    where
        F: Future<Output = Result<T, CatalogError>>,
    {
        let key = self.current().await.map_err(CatalogError::Key)?;
        let first = exchange(&key).await;
        let Err(CatalogError::KeyRefused { .. }) = first else { return first };
        match self.newer_than(&key).await.map_err(CatalogError::Key)? {
            Some(key) => exchange(&key).await,
            None => first,
        }
    }

    /// A key read after `refused` was, perhaps by another caller; `None` when it was read again only
    /// just now.
    async fn newer_than(&self, refused: &ApiKey) -> Result<Option<ApiKey>, SecretError> {
        let mut cached = self.cached.lock().await;
        match cached.key.as_ref() {
            Some((key, _)) if key != refused => return Ok(Some(key.clone())),
            Some(_) | None => {}
        }
        if cached.read_again.is_some_and(|read_at| read_at.elapsed() < REREAD_PAUSE) {
            return Ok(None);
        }
        cached.read_again = Some(Instant::now());
        self.read(&mut cached).await.map(Some)
    }

    async fn read(&self, cached: &mut Cached) -> Result<ApiKey, SecretError> {
        let text = self.secrets.read(&self.name).await?;
        let unusable = || SecretError::Unusable { name: self.name.clone() };
        let text = Some(text.trim()).filter(|text| !text.is_empty()).ok_or_else(unusable)?;
        let key = ApiKey::of(text, self.header).ok_or_else(unusable)?;
        cached.key = Some((key.clone(), Instant::now()));
        Ok(key)
    }
}
