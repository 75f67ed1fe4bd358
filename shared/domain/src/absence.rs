//! Tables that Glue does not show: dropped and about to be made anew, or newly governed by Lake
//! Formation. What the ledger has as granted on such a table is not taken away for that: where its
//! data lies is then the ledger's word.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use vec1::Vec1;

use crate::Rejection;
use crate::glue::TableArn;
use crate::ledger::{Entry, State};
use crate::output_port::Table;
use crate::policy::{objects_granted_in, tables_granted_in};
use crate::role::RoleArn;
use crate::s3::S3Location;

/// A table that may not be looked at for so long is something for the operator.
pub const LONG_DENIED: Duration = Duration::hours(1);

/// Why a table is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Absence {
    /// There is no such table.
    Missing,
    /// There may be, and the integration may not look.
    Denied,
}

impl Absence {
    /// A short stable name, for metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Denied => "denied",
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Glue has no such table",
            Self::Denied => "the integration may not read the table's description in Glue",
        })
    }
}

/// A table on which a right stays although it is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Why it is not shown.
    pub why: Absence,
    /// When that was seen first.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

impl Missed {
    /// Whether the operator has to be told.
    pub fn is_long_denied(&self, now: OffsetDateTime) -> bool {
        self.why == Absence::Denied && now - self.since >= LONG_DENIED
    }
}

/// The tables of one right that are not shown.
pub type MissedTables = BTreeMap<TableArn, Missed>;

/// What Glue, or the port itself, says about a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// The table, and where its data lies.
    Shown(Table),
    /// Nothing, and why.
    Absent(TableArn, Absence),
}

/// What was known before.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// What the ledger says about the agreement.
    pub recorded: Option<&'a Entry>,
    /// The time of the look.
    pub now: OffsetDateTime,
    /// How long a missing table costs nothing.
    pub settles_in: Duration,
}

/// Every table with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// The tables.
    pub tables: Vec1<Table>,
    /// Those whose place is the ledger's word.
    pub missed: MissedTables,
}

/// Completes what was seen by what the ledger has as granted to `role`. A table that is absent and
/// was not granted to this role, or is missing for too long, refuses the whole.
pub fn completed(
    seen: Vec1<Sighting>,
    role: &RoleArn,
    before: &Before<'_>,
) -> Result<Completed, Rejection> {
    let absent: Vec<(&TableArn, Absence)> = seen.iter().filter_map(Sighting::absent).collect();
    let granted = Granted::of(before.recorded, role);
    let mut missed = MissedTables::new();
    for (table, why) in &absent {
        let refused = || refusal(table, *why);
        let granted = granted.as_ref().filter(|granted| granted.tables.contains(*table));
        let known = granted.ok_or_else(refused)?.missed.get(*table);
        let missing = stays(*why, known.copied(), before).ok_or_else(refused)?;
        missed.insert((*table).clone(), missing);
    }
    let places = match (granted, absent.first()) {
        (Some(granted), Some((table, why))) => {
            granted.places(&seen).ok_or_else(|| refusal(table, *why))?
        }
        (Some(_), None) | (None, _) => Vec::new(),
    };
    Ok(Completed { tables: placed(seen, places)?, missed })
}

/// Every table with its place. What is left over stays with the last table that is absent: whose it
/// was the ledger does not say, and it was granted.
fn placed(seen: Vec1<Sighting>, places: Vec<S3Location>) -> Result<Vec1<Table>, Rejection> {
    let (mut places, mut last) = (places.into_iter(), None);
    let mut tables = seen.try_mapped(|sighting| match sighting {
        Sighting::Shown(table) => Ok(table),
        Sighting::Absent(arn, why) => {
            let location = places.next().ok_or_else(|| refusal(&arn, why))?;
            last = Some(arn.clone());
            Ok(Table { arn, location })
        }
    })?;
    if let Some(arn) = last {
        tables.extend(places.map(|location| Table { arn: arn.clone(), location }));
    }
    Ok(tables)
}

/// What to tell the owners about tables that are not shown.
pub fn told(missed: &MissedTables) -> impl Iterator<Item = String> {
    missed.iter().map(|(table, Missed { why, since })| {
        // Formatting fails only beyond the year 9999.
        let since = since.format(&Rfc3339).unwrap_or_default();
        match why {
            Absence::Missing => format!(
                "Glue has no table {table} since {since}: the right stays as it was for now, and goes \
                 if the table stays away"
            ),
            Absence::Denied => format!(
                "the integration may not read the description of {table} since {since}: the right \
                 stays as it was; where Lake Formation governs the table, grant DESCRIBE on it to the \
                 integration's own roles"
            ),
        }
    })
}

impl Sighting {
    fn absent(&self) -> Option<(&TableArn, Absence)> {
        match self {
            Self::Absent(table, why) => Some((table, *why)),
            Self::Shown(_) => None,
        }
    }

    /// The table.
    pub fn table(&self) -> &TableArn {
        match self {
            Self::Shown(table) => &table.arn,
            Self::Absent(table, _) => table,
        }
    }
}

fn refusal(table: &TableArn, why: Absence) -> Rejection {
    Rejection::TableLocation { table: table.to_string(), reason: why.to_string() }
}

/// Since when a table is away, as long as that costs nothing. It begins anew when the reason is
/// another one.
fn stays(why: Absence, known: Option<Missed>, before: &Before<'_>) -> Option<Missed> {
    let known = known.filter(|known| known.why == why);
    let missed = known.unwrap_or(Missed { why, since: before.now });
    let is_over = match why {
        Absence::Missing => before.now - missed.since >= before.settles_in,
        Absence::Denied => false,
    };
    (!is_over).then_some(missed)
}

/// What the ledger has as granted.
struct Granted<'a> {
    tables: BTreeSet<TableArn>,
    places: BTreeSet<S3Location>,
    missed: &'a MissedTables,
}

impl<'a> Granted<'a> {
    fn of(recorded: Option<&'a Entry>, role: &RoleArn) -> Option<Self> {
        let here =
            |entry: &&Entry| entry.state == State::Granted && entry.role_arn.as_ref() == Some(role);
        let entry = recorded.filter(here)?;
        let document: &Value = entry.document.as_ref()?;
        let (tables, places) = (tables_granted_in(document), objects_granted_in(document));
        Some(Self { tables, places, missed: &entry.missed_tables })
    }

    /// At least one place for each absent table. A document says only where the data of all its tables
    /// lies. Of one table that is its place; of several, what the tables that are shown do not cover
    /// stays, as long as the agreement still names all of them.
    fn places(&self, seen: &[Sighting]) -> Option<Vec<S3Location>> {
        let absent = seen.iter().filter_map(Sighting::absent).count();
        let is_shown = |place: &S3Location| {
            seen.iter().any(|sighting| match sighting {
                Sighting::Shown(table) => table.location.contains(place),
                Sighting::Absent(..) => false,
            })
        };
        let is_only_one = self.tables.len() == 1;
        if !is_only_one && !self.are_named_by(seen) {
            return None;
        }
        let left = self.places.iter().filter(|place| is_only_one || !is_shown(place));
        let mut left: Vec<S3Location> = left.cloned().collect();
        // The root of a bucket is never Glue's word: an owner wrote it down, and does so no more.
        if left.iter().any(|place| place.folder().is_none()) {
            return None;
        }
        // A table without a place of its own lies inside another's.
        let filler = left.first().or_else(|| self.places.first())?.clone();
        let places = left.len().max(absent);
        left.resize(places, filler);
        Some(left)
    }

    fn are_named_by(&self, seen: &[Sighting]) -> bool {
        let named: BTreeSet<&TableArn> = seen.iter().map(Sighting::table).collect();
        self.tables.iter().all(|table| named.contains(table))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vec1::vec1;

    use super::*;
    use crate::ids::{AgreementId, PolicyName};
    use crate::ledger::Occasion;
    use crate::output_port::DataAccess;
    use crate::policy::{Document, Grant};

    const SETTLES_IN: Duration = Duration::minutes(5);

    fn role(name: &str) -> RoleArn {
        format!("arn:aws:iam::123456789012:role/{name}").parse().unwrap()
    }

    fn arn(name: &str) -> TableArn {
        format!("arn:aws:glue:eu-west-1:123456789012:table/sales/{name}").parse().unwrap()
    }

    fn table(name: &str, folder: &str) -> Table {
        let location = format!("arn:aws:s3:::lake/{folder}").parse().unwrap();
        Table { arn: arn(name), location }
    }

    fn shown(name: &str, folder: &str) -> Sighting {
        Sighting::Shown(table(name, folder))
    }

    fn missing(name: &str) -> Sighting {
        Sighting::Absent(arn(name), Absence::Missing)
    }

    fn denied(name: &str) -> Sighting {
        Sighting::Absent(arn(name), Absence::Denied)
    }

    fn document(tables: Vec1<Table>) -> Document {
        Document::of(&DataAccess::Glue { tables, workgroup: None }, None)
    }

    fn now() -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::days(20_000)
    }

    /// The ledger's entry of a right of `churn` on these tables.
    fn granted(tables: Vec1<Table>) -> Entry {
        let agreement: AgreementId = "acc-42".parse().unwrap();
        let grant = Grant {
            role: role("churn"),
            policy: PolicyName::of(&agreement),
            document: document(tables),
            also_needed: Vec::new(),
            missed: MissedTables::new(),
        };
        let occasion = Occasion { event_id: "e1".to_owned(), time: String::new() };
        Entry::granted(&agreement, &grant, occasion)
    }

    /// The document that stays, or the refusal's code.
    fn judged(seen: Vec1<Sighting>, entry: &Entry) -> Result<Document, &'static str> {
        let before = Before { recorded: Some(entry), now: now(), settles_in: SETTLES_IN };
        let completed = completed(seen, &role("churn"), &before);
        completed.map(|all| document(all.tables)).map_err(|refused| refused.code())
    }

    /// The same entry, in which a table is missed for so many minutes.
    fn missed_for(mut entry: Entry, name: &str, why: Absence, minutes: i64) -> Entry {
        let since = now() - Duration::minutes(minutes);
        entry.missed_tables.insert(arn(name), Missed { why, since });
        entry
    }

    #[test]
    fn a_table_that_is_not_shown_keeps_the_right_that_the_ledger_has_on_it() {
        let entry = granted(vec1![table("orders", "o")]);
        for seen in [missing("orders"), denied("orders")] {
            let kept = judged(vec1![seen], &entry).unwrap();
            assert_eq!(Some(kept.value()), entry.document.as_ref());
        }
    }

    #[test]
    fn a_right_that_was_never_granted_to_this_role_on_this_table_is_refused() {
        let entry = granted(vec1![table("orders", "o")]);
        assert_eq!(judged(vec1![missing("returns")], &entry), Err("TableLocation"));
        let elsewhere = Entry { role_arn: Some(role("other")), ..entry.clone() };
        assert_eq!(judged(vec1![missing("orders")], &elsewhere), Err("TableLocation"));
        let refused = Entry { state: State::Rejected, ..entry };
        assert_eq!(judged(vec1![missing("orders")], &refused), Err("TableLocation"));
        let before = Before { recorded: None, now: now(), settles_in: SETTLES_IN };
        assert!(completed(vec1![denied("orders")], &role("churn"), &before).is_err());
    }

    #[test]
    fn missing_is_forgiven_until_the_settle_time_is_over_and_denied_for_ever() {
        let entry = || granted(vec1![table("orders", "o")]);
        for (seen, why, minutes, is_kept) in [
            (missing("orders"), Absence::Missing, 4, true),
            (missing("orders"), Absence::Missing, 5, false),
            (denied("orders"), Absence::Denied, 100_000, true),
            // The reason changed: it begins anew.
            (missing("orders"), Absence::Denied, 100_000, true),
            (denied("orders"), Absence::Missing, 100_000, true),
        ] {
            let entry = missed_for(entry(), "orders", why, minutes);
            assert_eq!(judged(vec1![seen], &entry).is_ok(), is_kept, "{why:?} {minutes}");
        }
    }

    #[test]
    fn since_when_a_table_is_missed_does_not_move_while_the_reason_stays() {
        let entry = missed_for(granted(vec1![table("orders", "o")]), "orders", Absence::Denied, 90);
        let before = Before { recorded: Some(&entry), now: now(), settles_in: SETTLES_IN };
        let kept = completed(vec1![denied("orders")], &role("churn"), &before).unwrap();
        assert_eq!(kept.missed, entry.missed_tables);
        assert!(kept.missed[&arn("orders")].is_long_denied(now()));
        let again = completed(vec1![shown("orders", "o")], &role("churn"), &before).unwrap();
        assert!(again.missed.is_empty());
    }

    #[test]
    fn of_several_tables_those_that_are_absent_keep_what_the_others_do_not_cover() {
        let both = granted(vec1![table("orders", "o"), table("returns", "r")]);
        let kept = judged(vec1![shown("orders", "o"), missing("returns")], &both).unwrap();
        assert_eq!(Some(kept.value()), both.document.as_ref());
        let kept = judged(vec1![missing("orders"), denied("returns")], &both).unwrap();
        assert_eq!(Some(kept.value()), both.document.as_ref());
        let inside = granted(vec1![table("orders", "o"), table("returns", "o/r")]);
        let kept = judged(vec1![shown("orders", "o"), missing("returns")], &inside).unwrap();
        assert_eq!(Some(kept.value()), inside.document.as_ref());
        // dbt makes every table anew at another place, one after the other.
        let kept = judged(vec1![shown("orders", "o2"), missing("returns")], &both).unwrap();
        assert_eq!(objects_granted_in(kept.value()).len(), 3);
    }

    #[test]
    fn a_right_of_several_tables_is_refused_when_one_was_taken_out_or_a_new_one_is_absent() {
        let both = granted(vec1![table("orders", "o"), table("returns", "r")]);
        assert_eq!(judged(vec1![missing("returns")], &both), Err("TableLocation"));
        let added = vec1![shown("orders", "o"), shown("returns", "r"), missing("new")];
        assert_eq!(judged(added, &both), Err("TableLocation"));
        let added = vec1![shown("orders", "o"), missing("returns"), shown("new", "n")];
        assert_eq!(objects_granted_in(judged(added, &both).unwrap().value()).len(), 3);
    }

    #[test]
    fn a_whole_bucket_that_an_owner_once_wrote_down_is_not_kept_as_the_place_of_a_table() {
        let root = "arn:aws:s3:::lake".parse().unwrap();
        let entry = granted(vec1![Table { arn: arn("orders"), location: root }]);
        assert_eq!(judged(vec1![missing("orders")], &entry), Err("TableLocation"));
    }

    #[test]
    fn owners_are_told_what_stays_and_why() {
        let (orders, returns) = (arn("orders"), arn("returns"));
        let missed = |why| Missed { why, since: OffsetDateTime::UNIX_EPOCH };
        let missed = MissedTables::from([
            (orders, missed(Absence::Missing)),
            (returns, missed(Absence::Denied)),
        ]);
        let told: Vec<String> = told(&missed).collect();
        assert!(told[0].contains("sales/orders since 1970-01-01T00:00:00Z"), "{told:?}");
        assert!(told[1].contains("grant DESCRIBE"), "{told:?}");
    }

    fn sighting() -> impl Strategy<Value = Sighting> {
        prop_oneof![
            ("[ab]", "(x|y|x/y)").prop_map(|(name, folder)| shown(&name, &folder)),
            "[abc]".prop_map(|name| missing(&name)),
            "[abc]".prop_map(|name| denied(&name)),
        ]
    }

    proptest! {
        #[test]
        fn nothing_that_is_kept_was_not_granted_before(
            seen in prop::collection::vec(sighting(), 1..4),
            had in prop::collection::vec(("[abc]", "(x|y|x/y|z)"), 1..4),
        ) {
            let had: Vec<Table> = had.iter().map(|(name, folder)| table(name, folder)).collect();
            let entry = granted(Vec1::try_from_vec(had).unwrap());
            let (tables, places) = {
                let document = entry.document.as_ref().unwrap();
                (tables_granted_in(document), objects_granted_in(document))
            };
            let seen = Vec1::try_from_vec(seen).unwrap();
            let before = Before { recorded: Some(&entry), now: now(), settles_in: SETTLES_IN };
            if let Ok(kept) = completed(seen.clone(), &role("churn"), &before) {
                for table in &kept.tables {
                    let is_shown = seen.contains(&Sighting::Shown(table.clone()));
                    prop_assert!(is_shown || tables.contains(&table.arn));
                    let had = places.iter().any(|place| place.contains(&table.location));
                    prop_assert!(is_shown || had, "{table:?}");
                }
            }
        }
    }
}
