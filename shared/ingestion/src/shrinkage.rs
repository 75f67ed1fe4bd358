//! A list of Glue that is suddenly a quarter shorter is not believed at once: Lake Formation leaves out
//! what may not be seen any more instead of refusing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::target::Kind;

/// So many may be gone at once, however few there were: one of two tables is half of them.
const FEW: usize = 4;
/// Of so many, one may be missing; from there on the list is not believed.
const A_PART_OF: usize = 4;
/// What every complete round of so long shows is believed.
const BELIEVED_AFTER: Duration = Duration::hours(24);

/// How many of each kind one target was shown when that was believed last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<Kind, Accepted>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    count: usize,
    /// What is shown since, when it is too few to be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fewer: Option<Fewer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fewer {
    count: usize,
    /// The beginning of the first round that showed so few.
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

/// A list that is too short to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// What is on it.
    pub kind: Kind,
    /// How many a round of this kind found.
    pub found: usize,
    /// How many there were when the list was believed last.
    pub accepted: usize,
}

impl Counts {
    /// Whether a list of `found` things is too short, in a round that began at `began`. `known` is how
    /// many the target has, for a state that was written before lists were compared. Asked twice about
    /// one round, it says the same.
    pub fn judge(
        &mut self,
        kind: Kind,
        (found, known): (usize, usize),
        began: OffsetDateTime,
    ) -> Option<Shrunk> {
        let accepted = self.0.entry(kind).or_insert(Accepted { count: known, fewer: None });
        let gone = accepted.count.saturating_sub(found);
        if gone <= FEW || gone.saturating_mul(A_PART_OF) < accepted.count {
            accepted.fewer = None;
            return None;
        }
        let before = accepted.fewer.filter(|before| found >= before.count);
        let fewer = before.unwrap_or(Fewer { count: found, since: began });
        accepted.fewer = Some(fewer);
        let shrunk = Shrunk { kind, found, accepted: accepted.count };
        (began - fewer.since < BELIEVED_AFTER).then_some(shrunk)
    }

    /// From now on lists are compared with this one.
    pub fn accept(&mut self, kind: Kind, found: usize) {
        self.0.insert(kind, Accepted { count: found, fewer: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn counts(count: usize) -> Counts {
        let mut counts = Counts::default();
        counts.accept(Kind::Table, count);
        counts
    }

    fn is_believed(count: usize, found: usize) -> bool {
        counts(count).judge(Kind::Table, (found, count), BEGAN).is_none()
    }

    #[test]
    fn a_list_that_is_a_quarter_shorter_is_not_believed_and_a_few_may_always_go() {
        for (count, found, expected) in [
            (100, 76, true),
            (100, 75, false),
            (100, 0, false),
            (100, 140, true),
            (2, 1, true),
            (4, 0, true),
            (6, 2, true),
            (6, 1, false),
            (20, 16, true),
            (20, 15, false),
            (0, 0, true),
        ] {
            assert_eq!(is_believed(count, found), expected, "{found} of {count}");
        }
    }

    #[test]
    fn what_is_shown_for_a_whole_day_is_believed_and_less_begins_anew() {
        let mut counts = counts(100);
        let mut judge = |found, hours| {
            counts.judge(Kind::Table, (found, 100), BEGAN + Duration::hours(hours)).is_none()
        };
        assert!(!judge(60, 0));
        assert!(!judge(61, 23), "compared with what was accepted, not with the round before");
        assert!(!judge(50, 24), "fewer still");
        assert!(!judge(50, 47));
        assert!(judge(52, 48));
        assert!(judge(52, 48), "asked twice");
    }

    #[test]
    fn a_round_that_shows_enough_again_makes_the_day_begin_anew() {
        let mut counts = counts(100);
        let mut judge = |found, hours| {
            counts.judge(Kind::Table, (found, 100), BEGAN + Duration::hours(hours)).is_none()
        };
        assert!(!judge(60, 0));
        assert!(judge(90, 12));
        assert!(!judge(60, 24));
    }

    #[test]
    fn a_state_from_before_is_compared_with_what_the_target_has() {
        let mut counts = Counts::default();
        let shrunk = counts.judge(Kind::Table, (10, 40), BEGAN).unwrap();
        assert_eq!((shrunk.found, shrunk.accepted), (10, 40));
        let stored = serde_json::to_string(&counts).unwrap();
        assert_eq!(serde_json::from_str::<Counts>(&stored).unwrap(), counts);
    }
}
