//! Differences have a history: when they were found first, and when they were gone.

use std::collections::{HashMap, HashSet};

use domain::role::RoleArn;
use report::{Action, DifferenceRow};
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::picture::Picture;
use crate::report_of::stamp;

/// Repaired differences are shown for so long.
const SHOWN: Duration = Duration::days(7);
/// No more repaired differences than these are shown.
const MOST_SHOWN: usize = 1000;
/// No more differences out of sight than these are carried on.
const MOST_CARRIED: usize = 10_000;
/// Rounds in which a difference is asked for before it is asked for once a day.
const TRIES: i32 = 3;

/// Differences of earlier surveys: those that are still there, and those that were repaired lately.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered(pub Vec<DifferenceRow>);

impl Remembered {
    /// Roles that a difference is about which was not repaired yet.
    pub(crate) fn open_roles(&self) -> impl Iterator<Item = RoleArn> {
        let open = self.0.iter().filter(|row| row.repaired.is_none());
        open.filter_map(|row| row.role.as_deref()?.parse().ok())
    }

    /// Agreements that were asked for often enough lately, without success: a difference that three
    /// rounds did not repair is asked for once a day.
    pub fn resting(&self, now: OffsetDateTime, interval: Duration) -> HashSet<&str> {
        let mut found: HashMap<&str, OffsetDateTime> = HashMap::new();
        for row in &self.0 {
            let is_open = row.repaired.is_none() && row.action != Action::Withheld;
            let since = OffsetDateTime::parse(&row.found, &Rfc3339);
            if let (true, Some(id), Ok(since)) = (is_open, row.agreement.as_deref(), since) {
                let first = found.entry(id).or_insert(since);
                *first = since.min(*first);
            }
        }
        let rests = |age: Duration| {
            age >= interval * TRIES && age.whole_days() == (age - interval).whole_days()
        };
        found.into_iter().filter(|(_, since)| rests(now - *since)).map(|(id, _)| id).collect()
    }
}

/// What a difference is about, whatever its kind.
type Place = (Option<String>, Option<String>, Option<String>);

fn place(row: &DifferenceRow) -> Place {
    (row.agreement.clone(), row.role.clone(), row.policy.clone())
}

/// What there is to say about differences that are not there any more.
pub(crate) struct Seen<'a> {
    decided: HashSet<&'a str>,
    roles: HashSet<String>,
}

impl<'a> Seen<'a> {
    /// What the picture shows for certain.
    pub(crate) fn of(picture: &'a Picture) -> Self {
        let judged = picture.judged.iter();
        Self {
            decided: judged.filter(|j| j.is_decided).map(|j| j.subject.id.as_str()).collect(),
            roles: picture.looks.roles.keys().map(ToString::to_string).collect(),
        }
    }

    /// Whether a difference that is not there now is repaired, and not only out of sight. An agreement
    /// that nobody knows any more and whose role was looked at has left nothing behind.
    fn is_repaired(&self, row: &DifferenceRow, known: &HashSet<&str>) -> bool {
        let looked_at = row.role.as_ref().is_none_or(|role| self.roles.contains(role));
        match row.agreement.as_deref() {
            Some(id) if known.contains(id) => self.decided.contains(id),
            Some(_) | None => looked_at,
        }
    }
}

/// A difference keeps the time at which it was found first. One that was there before and is not any
/// more was repaired, if that can be said. Returns how many were repaired since.
pub(crate) fn with_history(
    mut rows: Vec<DifferenceRow>,
    before: &Remembered,
    picture: &Picture,
    now: OffsetDateTime,
) -> (Vec<DifferenceRow>, usize) {
    let open = before.0.iter().filter(|row| row.repaired.is_none());
    let first_found: HashMap<Place, &String> = open.map(|row| (place(row), &row.found)).collect();
    for row in &mut rows {
        if let Some(first) = first_found.get(&place(row)) {
            row.found.clone_from(first);
        }
    }
    let still: HashSet<Place> = rows.iter().map(place).collect();
    let known: HashSet<&str> = picture.judged.iter().map(|j| j.subject.id.as_str()).collect();
    let seen = Seen::of(picture);
    let (mut repaired, mut shown, mut carried) = (0, 0, 0);
    for old in &before.0 {
        match &old.repaired {
            Some(time) if is_recent(time, now) && shown < MOST_SHOWN => {
                shown += 1;
                rows.push(old.clone());
            }
            None if still.contains(&place(old)) => {}
            None if seen.is_repaired(old, &known) => {
                repaired += 1;
                rows.push(DifferenceRow { repaired: Some(stamp(now)), ..old.clone() });
            }
            None if carried < MOST_CARRIED => {
                carried += 1;
                rows.push(old.clone());
            }
            Some(_) | None => {}
        }
    }
    (rows, repaired)
}

fn is_recent(time: &str, now: OffsetDateTime) -> bool {
    OffsetDateTime::parse(time, &Rfc3339).is_ok_and(|time| now - time < SHOWN)
}
