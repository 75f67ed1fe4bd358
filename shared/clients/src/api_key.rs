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
    cached: Mutex<Option<(ApiKey, Instant)>>,
}

impl<S: Secrets> ApiKeys<S> {
    /// `name` is the secret's id; a key older than `time_to_live` is read again.
    pub fn new(secrets: S, name: String, time_to_live: Duration) -> Self {
        Self { secrets, name, time_to_live, cached: Mutex::new(None) }
    }

    /// The key. Callers that arrive together wait for one read.
    pub async fn current(&self) -> Result<ApiKey, SecretError> {
        let mut cached = self.cached.lock().await;
        match cached.as_ref() {
            Some((key, read_at)) if read_at.elapsed() < self.time_to_live => Ok(key.clone()),
            Some(_) | None => self.read(&mut cached).await,
        }
    }

    /// A key read after `refused` was: another caller may already have read it.
    pub async fn newer_than(&self, refused: &ApiKey) -> Result<ApiKey, SecretError> {
        let mut cached = self.cached.lock().await;
        match cached.as_ref() {
            Some((key, _)) if key != refused => Ok(key.clone()),
            Some(_) | None => self.read(&mut cached).await,
        }
    }

    async fn read(&self, cached: &mut Option<(ApiKey, Instant)>) -> Result<ApiKey, SecretError> {
        let text = self.secrets.read(&self.name).await?;
        let unusable = || SecretError::Unusable { name: self.name.clone() };
        let text = text.trim();
        let mut header = HeaderValue::from_str(text).map_err(|_| unusable())?;
        if text.is_empty() {
            return Err(unusable());
        }
        header.set_sensitive(true);
        let key = ApiKey(header);
        *cached = Some((key.clone(), Instant::now()));
        Ok(key)
    }
}
