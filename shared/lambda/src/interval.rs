//! How old what an earlier invocation left is.

use time::{Duration, OffsetDateTime};

/// Whether what began at `began` is younger than `interval`. A time to come was written by a clock that
/// was wrong, and counts as long ago.
pub fn is_within(interval: Duration, began: OffsetDateTime, now: OffsetDateTime) -> bool {
    began <= now && now - began < interval
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn only_what_began_less_than_the_interval_ago_is_within_it() {
        let (hour, now) = (Duration::HOUR, datetime!(2026-08-01 06:00 UTC));
        for (minutes_ago, expected) in [(0, true), (59, true), (60, false), (-1, false)] {
            let began = now - Duration::minutes(minutes_ago);
            assert_eq!(is_within(hour, began, now), expected, "{minutes_ago}");
        }
    }
}
