//! The one place where the local program asks what time it is.

use std::time::SystemTime;

/// The present moment.
#[expect(clippy::disallowed_methods, reason = "the sample catalog's dates follow the real day")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
