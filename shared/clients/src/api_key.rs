//! The catalog's API key: read from its secret at most once per time to live.

use std::time::Duration;

use reqwest::header::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::secrets::{SecretError, Secrets};

/// The key as a header value that never shows itself in logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// Gives out the current key.
#[derive(Debug)]
pub struct ApiKeys<S> {
    secrets: S,
    name: String,
    time_to_live: Duration,
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
        Self { secrets, name, time_to_live, cached: Mutex::default() }
    }

    /// The key. Callers that arrive together wait for one read.
    pub async fn current(&self) -> Result<ApiKey, SecretError> {
        let mut cached = self.cached.lock().await;
        match cached.key.as_ref() {
            Some((key, read_at)) if read_at.elapsed() < self.time_to_live => Ok(key.clone()),
            Some(_) | None => self.read(&mut cached).await,
        }
    }

    /// A key read after `refused` was, perhaps by another caller; `None` when it was read again only
    /// just now.
    pub async fn newer_than(&self, refused: &ApiKey) -> Result<Option<ApiKey>, SecretError> {
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
        let text = text.trim();
        let mut header = HeaderValue::from_str(text).map_err(|_| unusable())?;
        if text.is_empty() {
            return Err(unusable());
        }
        header.set_sensitive(true);
        let key = ApiKey(header);
        cached.key = Some((key.clone(), Instant::now()));
        Ok(key)
    }
}
