//! What a connection leads to, kept until its credentials are refused.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Credentials refused right after they were read again are wrong: they are not read for every call.
const PAUSE: Duration = Duration::from_secs(30);

/// A way that is followed when it is needed first. Callers that arrive together wait for one of them.
#[derive(Debug)]
pub(crate) struct Followed<T>(Mutex<Kept<T>>);

#[derive(Debug)]
struct Kept<T> {
    found: Option<Arc<T>>,
    followed_again: Option<Instant>,
}

impl<T> Default for Followed<T> {
    fn default() -> Self {
        Self(Mutex::new(Kept { found: None, followed_again: None }))
    }
}

impl<T> Followed<T> {
    /// What it leads to. What failed is tried again at the next call.
    pub(crate) async fn first<F, E>(&self, follow: impl FnOnce() -> F) -> Result<Arc<T>, E>
    where
        F: Future<Output = Result<Arc<T>, E>>,
    {
        let mut kept = self.0.lock().await;
        if let Some(found) = &kept.found {
            return Ok(Arc::clone(found));
        }
        let found = follow().await?;
        kept.found = Some(Arc::clone(&found));
        Ok(found)
    }

    /// What it leads to now that the credentials of `refused` are; `None` where it was followed again
    /// only just before.
    pub(crate) async fn again<F, E>(
        &self,
        refused: &Arc<T>,
        follow: impl FnOnce() -> F,
    ) -> Result<Option<Arc<T>>, E>
    where
        F: Future<Output = Result<Arc<T>, E>>,
    {
        let mut kept = self.0.lock().await;
        if kept.found.as_ref().is_some_and(|found| !Arc::ptr_eq(found, refused)) {
            return Ok(kept.found.clone());
        }
        if kept.followed_again.is_some_and(|last| last.elapsed() < PAUSE) {
            return Ok(None);
        }
        kept.followed_again = Some(Instant::now());
        kept.found = Some(follow().await?);
        Ok(kept.found.clone())
    }
}
