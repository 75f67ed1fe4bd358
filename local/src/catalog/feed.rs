//! The event feed: changes come in, pages of `CloudEvents` in the order they happened come out.

use std::time::{Duration, SystemTime};

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::{Value, json};

/// The feed never answers with more events than this.
pub(super) const PAGE_SIZE: usize = 1000;

/// 100-nanosecond ticks from the start of the Gregorian calendar to the Unix epoch.
const TICKS_BEFORE_UNIX_EPOCH: u64 = 0x01B2_1DD2_1381_4000;

/// One change, not yet part of the feed.
pub(super) struct Change<'a> {
    /// The event's name without prefix and suffix, such as `AccessActivated`.
    pub(super) name: &'a str,
    /// Id of the agreement or data product that changed.
    pub(super) subject: &'a str,
    /// Who caused it: `system` or an API key.
    pub(super) principal: &'a str,
    /// Fields of `data` beside `id` and `timestamp`.
    pub(super) details: Value,
}

/// Everything that happened, oldest first.
#[derive(Default)]
pub(super) struct Feed {
    events: Vec<Value>,
    last_tick: u64,
}

impl Feed {
    /// Appends an event and gives it an id greater than all before.
    pub(super) fn append(&mut self, change: &Change<'_>, now: SystemTime) {
        self.last_tick = ticks(now).max(self.last_tick + 1);
        let time = timestamp(now);
        let mut data = json!({ "id": change.subject, "timestamp": time });
        if let (Some(data), Some(details)) = (data.as_object_mut(), change.details.as_object()) {
            data.extend(details.clone());
        }
        self.events.push(json!({
            "specversion": "1.0",
            "id": event_id(self.last_tick),
            "type": format!("com.datamesh-manager.events.{}Event", change.name),
            "source": "https://catalog.example",
            "subject": change.subject,
            "time": time,
            "datacontenttype": "application/json",
            "principal": change.principal,
            "data": data,
        }));
    }

    /// The page that follows `last`. An id that is not in the feed still has its place in time.
    pub(super) fn after(&self, last: Option<&str>) -> &[Value] {
        let start =
            last.map_or(0, |last| self.events.partition_point(|event| id_of(event) <= last));
        let rest = self.events.get(start..).unwrap_or_default();
        rest.get(..PAGE_SIZE).unwrap_or(rest)
    }

    /// Every event, oldest first.
    pub(super) fn all(&self) -> &[Value] {
        &self.events
    }
}

/// The id of an event.
pub(crate) fn id_of(event: &Value) -> &str {
    event.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// Whether the text looks like an event id.
pub(super) fn is_event_id(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, found)| match at {
            8 | 13 | 18 | 23 => found == '-',
            _ => found.is_ascii_hexdigit(),
        })
}

/// A moment as the API writes it: `2026-08-01T06:00:00.123Z`.
pub(super) fn timestamp(now: SystemTime) -> String {
    let millis = since_epoch(now).as_millis();
    DateTime::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
        .fmt(Format::DateTime)
        .unwrap_or_default()
}

/// The day of a moment in UTC: `2026-08-01`.
pub(super) fn day(now: SystemTime) -> String {
    timestamp(now).chars().take(10).collect()
}

fn since_epoch(now: SystemTime) -> Duration {
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

fn ticks(now: SystemTime) -> u64 {
    let ticks = since_epoch(now).as_nanos() / 100;
    u64::try_from(ticks).unwrap_or(u64::MAX / 2).saturating_add(TICKS_BEFORE_UNIX_EPOCH)
}

/// A UUID of version 6: its text sorts by time, which is what makes it a position in the feed.
fn event_id(ticks: u64) -> String {
    let (high, middle, low) = (ticks >> 28 & 0xFFFF_FFFF, ticks >> 12 & 0xFFFF, ticks & 0xFFF);
    format!("{high:08x}-{middle:04x}-6{low:03x}-8000-02005e0000ca")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed_of(count: usize) -> Feed {
        let mut feed = Feed::default();
        let change = Change {
            name: "AccessUpdated",
            subject: "a",
            principal: "system",
            details: Value::Null,
        };
        for _ in 0..count {
            feed.append(&change, SystemTime::UNIX_EPOCH);
        }
        feed
    }

    #[test]
    fn ids_grow_even_when_the_clock_stands_still() {
        let feed = feed_of(5000);
        let ids: Vec<&str> = feed.all().iter().map(id_of).collect();
        assert!(ids.is_sorted_by(|one, other| one < other));
        assert!(ids.iter().all(|id| is_event_id(id)));
    }

    #[test]
    fn a_walk_by_the_last_id_sees_every_event_once() {
        let feed = feed_of(2500);
        let mut seen = Vec::new();
        while let page @ [.., last] = feed.after(seen.last().copied()) {
            assert!(page.len() <= PAGE_SIZE);
            assert_eq!(
                feed.after(Some(id_of(last))).first(),
                feed.all().get(seen.len() + page.len())
            );
            seen.extend(page.iter().map(id_of));
        }
        assert_eq!(seen.len(), 2500);
    }

    #[test]
    fn an_id_that_was_never_given_out_is_a_position_all_the_same() {
        let feed = feed_of(3);
        assert_eq!(feed.after(Some("00000000-0000-6000-8000-000000000000")).len(), 3);
        assert_eq!(feed.after(Some("ffffffff-ffff-6fff-8000-000000000000")).len(), 0);
    }

    #[test]
    fn a_day_is_the_date_in_utc() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_785_628_799);
        assert_eq!(day(now), "2026-08-01");
        assert_eq!(day(now + Duration::from_secs(1)), "2026-08-02");
    }
}
