//! Tables that Glue does not show.

use domain::absence::{Absence, LONG_DENIED, Missed};
use time::{Duration, OffsetDateTime};

#[test]
fn why_a_table_is_not_shown_has_a_short_name_and_words_for_its_owners() {
    for (why, name, words) in [
        (Absence::Missing, "missing", "has no such table"),
        (Absence::Denied, "denied", "may not read the table"),
    ] {
        assert_eq!(why.name(), name);
        assert_eq!(serde_json::to_value(why).unwrap(), name);
        assert!(why.to_string().contains(words), "{why}");
    }
}

#[test]
fn only_a_table_that_has_been_denied_for_an_hour_is_for_the_operator() {
    let since = OffsetDateTime::UNIX_EPOCH;
    let is_told = |why, later| Missed { why, since }.is_long_denied(since + later);
    assert!(is_told(Absence::Denied, LONG_DENIED));
    assert!(!is_told(Absence::Denied, LONG_DENIED - Duration::seconds(1)));
    assert!(!is_told(Absence::Missing, LONG_DENIED * 2));
}
