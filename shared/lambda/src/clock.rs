//! The one place that asks for the time; everybody else is given it.

use std::time::SystemTime;

use time::OffsetDateTime;

/// Now, in UTC.
pub fn utc() -> OffsetDateTime {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    OffsetDateTime::now_utc()
}

/// Now, as Lambda counts its deadlines.
pub fn system() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    SystemTime::now()
}
