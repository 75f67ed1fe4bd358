//! Objects that are written for people and other programs to read, and never read back by us.

use std::future::Future;

use crate::objects::ObjectError;

/// A place to publish.
pub trait Publication: Send + Sync {
    /// Creates or replaces an object. `content_type` says how a browser is to show it.
    fn publish(
        &self,
        key: &str,
        body: String,
        content_type: &str,
    ) -> impl Future<Output = Result<(), ObjectError>> + Send;
}
