//! Differences have a history: when they were found first, and when they were gone.

use std::collections::{HashMap, HashSet};

use report::{DifferenceRow, Kind};
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::report_of::stamp;

/// Repaired differences are shown for so long.
const SHOWN: Duration = Duration::days(7);
/// No more repaired differences than these are shown.
const MOST_SHOWN: usize = 1000;

/// Differences of earlier surveys: those that are still there, and those that were repaired lately.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered(pub Vec<DifferenceRow>);

type Key = (Kind, Option<String>, Option<String>);

fn key(row: &DifferenceRow) -> Key {
    (row.kind, row.agreement.clone(), row.role.clone())
}

/// A difference keeps the time at which it was found first. One that was there before and is not any
/// more was repaired, if everything was looked at. Returns how many were repaired since.
pub(crate) fn with_history(
    mut rows: Vec<DifferenceRow>,
    before: &Remembered,
    is_complete: bool,
    now: OffsetDateTime,
) -> (Vec<DifferenceRow>, usize) {
    let open = before.0.iter().filter(|row| row.repaired.is_none());
    let first_found: HashMap<Key, &String> = open.map(|row| (key(row), &row.found)).collect();
    for row in &mut rows {
        if let Some(first) = first_found.get(&key(row)) {
            row.found.clone_from(first);
        }
    }
    let still: HashSet<Key> = rows.iter().map(key).collect();
    let mut repaired = 0;
    let mut shown = 0;
    for old in &before.0 {
        match &old.repaired {
            Some(time) if is_recent(time, now) && shown < MOST_SHOWN => {
                shown += 1;
                rows.push(old.clone());
            }
            Some(_) => {}
            None if still.contains(&key(old)) => {}
            None if is_complete => {
                repaired += 1;
                rows.push(DifferenceRow { repaired: Some(stamp(now)), ..old.clone() });
            }
            None => rows.push(old.clone()),
        }
    }
    (rows, repaired)
}

fn is_recent(time: &str, now: OffsetDateTime) -> bool {
    OffsetDateTime::parse(time, &Rfc3339).is_ok_and(|time| now - time < SHOWN)
}
