//! Times as people read them. All are UTC; what cannot be read as a time is shown as it came.

use std::borrow::Cow;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

/// Reads RFC 3339, whatever its offset.
pub(crate) fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC)
}

/// `2026-03-01 06:00`.
pub(crate) fn minute(text: &str) -> Cow<'_, str> {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]");
    moment(text)
        .and_then(|moment| moment.format(format).ok())
        .map_or(Cow::Borrowed(text), Cow::Owned)
}

/// `2026-03-01`, of a time or a date.
pub(crate) fn day(text: &str) -> Cow<'_, str> {
    moment(text).map_or(Cow::Borrowed(text), |moment| Cow::Owned(moment.date().to_string()))
}

/// Days from the day of `moment` until the date `until`; negative when that is past. `None` when
/// `until` is no date.
pub(crate) fn days_until(moment: OffsetDateTime, until: &str) -> Option<i64> {
    let until = Date::parse(until, format_description!("[year]-[month]-[day]")).ok()?;
    Some((until - moment.date()).whole_days())
}

/// How long a round took, or nothing if its times cannot be read: `41 s`, `3 min 20 s`.
pub(crate) fn span(began: &str, ended: &str) -> Option<String> {
    let seconds = (moment(ended)? - moment(began)?).whole_seconds();
    match (seconds / 60, seconds % 60) {
        _ if seconds < 0 => None,
        (0, seconds) => Some(format!("{seconds} s")),
        (minutes, seconds) => Some(format!("{minutes} min {seconds} s")),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_is_shown_to_the_minute_in_utc() {
        assert_eq!(minute("2026-03-01T08:14:59.123+02:00"), "2026-03-01 06:14");
    }

    #[test]
    fn a_day_is_shown_without_its_time() {
        assert_eq!(day("2026-03-01T23:30:00-01:00"), "2026-03-02");
    }

    #[test]
    fn what_is_no_time_is_shown_as_it_came() {
        assert_eq!(
            (minute("yesterday"), day("9999-12-31T23:59:59-23:59")),
            (Cow::Borrowed("yesterday"), Cow::Borrowed("9999-12-31T23:59:59-23:59"))
        );
    }

    #[test]
    fn days_are_counted_by_the_calendar_whatever_the_hour() {
        let late = datetime!(2026-02-27 23:59 UTC);
        let days =
            ["2026-02-27", "2026-03-01", "2026-02-26", "soon"].map(|day| days_until(late, day));
        assert_eq!(days, [Some(0), Some(2), Some(-1), None]);
    }

    #[test]
    fn a_span_is_told_in_minutes_and_seconds() {
        let spans = [("06:00:00", "06:00:41"), ("06:00:00", "06:03:20"), ("06:01:00", "06:00:00")]
            .map(|(a, b)| span(&format!("2026-03-01T{a}Z"), &format!("2026-03-01T{b}Z")));
        assert_eq!(spans, [Some("41 s".into()), Some("3 min 20 s".into()), None]);
    }
}
