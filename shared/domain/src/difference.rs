//! Compares what is wanted with what is recorded and found, and names each difference. Pure: nothing
//! is repaired here; whoever repairs looks again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::canonical::Fingerprint;
use crate::ledger::{Entry, Phase, State};
use crate::plan::Wanted;
use crate::policy::{Grant, INLINE_QUOTA, counted_characters};
use crate::role::RoleArn;

/// An intent is stuck after so many times what IAM needs to settle: every delivery of its message is
/// over by then.
const STUCK: i32 = 9;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A right that is agreed is not there.
    Missing,
    /// The policy says something else than is agreed.
    Altered,
    /// A right is there, or recorded, that is not agreed.
    Orphaned,
    /// The right is as agreed, and the ledger does not say so.
    Unrecorded,
    /// A change was begun and never finished.
    StuckIntent,
    /// What was refused could be granted now.
    MayNowSucceed,
}

impl Kind {
    /// A short stable name, for metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Orphaned => "orphaned",
            Self::Unrecorded => "unrecorded",
            Self::StuckIntent => "stuckIntent",
            Self::MayNowSucceed => "mayNowSucceed",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One difference of one agreement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// What differs.
    pub kind: Kind,
    /// The role, where it is about one.
    pub role: Option<RoleArn>,
    /// Whether a policy lies on the role that repairing would take away.
    pub takes_away: bool,
    /// What was seen, for people.
    pub explanation: String,
}

/// All that is known about one agreement.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// What the catalog asks for.
    pub wanted: &'a Wanted,
    /// Why nothing is wanted, where nothing is.
    pub why_nothing: &'a str,
    /// What the ledger says.
    pub recorded: Option<&'a Entry>,
    /// The agreement's policy on every role that has one.
    pub found: &'a BTreeMap<RoleArn, Fingerprint>,
    /// Characters that all inline policies of a role use, where it was looked at.
    pub used: &'a BTreeMap<RoleArn, usize>,
    /// The time of the look.
    pub now: OffsetDateTime,
    /// How long a look after a write proves nothing.
    pub settles_in: Duration,
}

impl Sight<'_> {
    /// Every difference. Empty where bringing the agreement in line would change neither IAM nor what
    /// the ledger says is granted, and where nothing can be said yet.
    pub fn differences(&self) -> Vec<Difference> {
        if !self.is_decided() {
            return Vec::new();
        }
        if let Some(entry) = self.recorded.filter(|entry| entry.phase == Phase::Intent) {
            return vec![unfinished(entry)];
        }
        let mut differences = self.left_behind();
        differences.extend(match self.wanted {
            Wanted::Grant(grant) => self.about_grant(grant),
            Wanted::Nothing | Wanted::NotOurs => self.still_recorded(),
            Wanted::Refused(_) => self.about_refusal(),
        });
        differences
    }

    /// Whether anything can be said yet: a change that is under way, or was made a moment ago, has to
    /// settle first.
    pub fn is_decided(&self) -> bool {
        let Some(entry) = self.recorded else { return true };
        let settled = match entry.phase {
            Phase::Intent => self.settles_in * STUCK,
            Phase::Fact => self.settles_in,
        };
        // What carries no time that can be read was not written a moment ago.
        age(entry, self.now).is_none_or(|age| age >= settled)
    }

    fn target(&self) -> Option<&RoleArn> {
        match self.wanted {
            Wanted::Grant(grant) => Some(&grant.role),
            Wanted::Nothing | Wanted::NotOurs | Wanted::Refused(_) => None,
        }
    }

    /// Policies on roles that should have none.
    fn left_behind(&self) -> Vec<Difference> {
        let why = match self.wanted {
            Wanted::Grant(grant) => format!("the agreement's role is {}", grant.role),
            Wanted::Nothing => self.why_nothing.to_owned(),
            Wanted::NotOurs => "the output port is of another platform".to_owned(),
            Wanted::Refused(why) => format!("it can no longer be granted: {why}"),
        };
        let unrecorded =
            if self.recorded.is_none() { ", and the ledger does not know it" } else { "" };
        let roles = self.found.keys().filter(|role| Some(*role) != self.target());
        let orphan = |role| Difference {
            takes_away: true,
            ..difference(
                Kind::Orphaned,
                Some(role),
                format!("the role holds the policy although {why}{unrecorded}"),
            )
        };
        roles.map(orphan).collect()
    }

    fn about_grant(&self, grant: &Grant) -> Option<Difference> {
        let wanted = Fingerprint::of(grant.document.value());
        let is_recorded = self.recorded.is_some_and(|entry| is_granted_so(entry, grant, &wanted));
        let said = |kind, told: &str| Some(difference(kind, Some(&grant.role), told.to_owned()));
        match (self.found.get(&grant.role), self.recorded) {
            (Some(found), _) if *found != wanted && is_recorded => {
                said(Kind::Altered, "somebody edited the policy")
            }
            (Some(found), _) if *found != wanted => {
                said(Kind::Altered, "what is agreed has changed since the policy was written")
            }
            (Some(_), Some(entry)) if is_recorded => about_tables(entry, grant),
            (Some(_), Some(_)) => said(Kind::Unrecorded, "the ledger says something else"),
            (Some(_), None) => said(Kind::Unrecorded, "the ledger does not know it"),
            (None, Some(entry)) if entry.state == State::Rejected => {
                let text = "it was refused, and nothing refuses it any more";
                self.has_room(grant).then(|| said(Kind::MayNowSucceed, text)).flatten()
            }
            (None, _) if is_recorded => said(Kind::Missing, "somebody removed the policy"),
            (None, Some(_)) => {
                said(Kind::Missing, "the agreement is active, the ledger says otherwise")
            }
            (None, None) => said(Kind::Missing, "the agreement is active and was never looked at"),
        }
    }

    fn has_room(&self, grant: &Grant) -> bool {
        let needed = counted_characters(&grant.document.text());
        self.used.get(&grant.role).is_none_or(|used| used + needed <= INLINE_QUOTA)
    }

    /// Nothing is wanted, nothing is there: the ledger should say so.
    fn still_recorded(&self) -> Option<Difference> {
        let entry = self.recorded.filter(|_| self.found.is_empty())?;
        let told = match entry.state {
            State::Revoked => return None,
            State::Granted => "the ledger says that it is granted, and it is not",
            State::Rejected => "it was refused and has ended since",
        };
        Some(difference(Kind::Orphaned, entry.role_arn.as_ref(), told.to_owned()))
    }

    fn about_refusal(&self) -> Option<Difference> {
        if !self.found.is_empty() {
            return None;
        }
        let told = match self.recorded.map(|entry| entry.state) {
            Some(State::Rejected) => return None,
            Some(State::Granted) => "the ledger says that it is granted, and it cannot be",
            Some(State::Revoked) | None => {
                "the agreement is active and its owners were never told why nothing is granted"
            }
        };
        Some(difference(Kind::Missing, None, told.to_owned()))
    }
}

/// The one writer has decided this already: to have it finished takes away nothing more.
fn unfinished(entry: &Entry) -> Difference {
    let told = format!("a change begun at {} was never finished", entry.time);
    difference(Kind::StuckIntent, entry.role_arn.as_ref(), told)
}

fn difference(kind: Kind, role: Option<&RoleArn>, explanation: String) -> Difference {
    Difference { kind, role: role.cloned(), takes_away: false, explanation }
}

/// A right that stays although Glue does not show its tables: since when, the ledger has to know.
fn about_tables(entry: &Entry, grant: &Grant) -> Option<Difference> {
    let told = match (entry.missed_tables == grant.missed, grant.missed.is_empty()) {
        (true, _) => return None,
        (false, true) => "Glue shows every table again, and the ledger does not know yet",
        (false, false) => {
            "the right stays although Glue does not show a table, and the ledger does not know yet"
        }
    };
    Some(difference(Kind::Unrecorded, None, told.to_owned()))
}

fn age(entry: &Entry, now: OffsetDateTime) -> Option<Duration> {
    OffsetDateTime::parse(&entry.time, &Rfc3339).ok().map(|written| now - written)
}

fn is_granted_so(entry: &Entry, grant: &Grant, wanted: &Fingerprint) -> bool {
    entry.state == State::Granted
        && entry.role_arn.as_ref() == Some(&grant.role)
        && entry.document.as_ref().is_some_and(|document| Fingerprint::of(document) == *wanted)
}

/// The roles on which repairing these would take a policy away, each once.
pub fn taken_from(differences: &[Difference]) -> BTreeSet<&RoleArn> {
    let taking = differences.iter().filter(|difference| difference.takes_away);
    taking.filter_map(|difference| difference.role.as_ref()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::Rejection;
    use crate::absence::{Absence, Missed, MissedTables};
    use crate::ids::{AgreementId, PolicyName};
    use crate::ledger::{Occasion, SETTLED};
    use crate::output_port::DataAccess;
    use crate::plan::{Situation, plan};
    use crate::policy::Document;
    use crate::s3::S3Location;

    const WRITTEN: &str = "2026-08-01T06:00:00Z";

    fn role(name: &str) -> RoleArn {
        format!("arn:aws:iam::123456789012:role/{name}").parse().unwrap()
    }

    fn agreement() -> AgreementId {
        "acc-42".parse().unwrap()
    }

    fn grant(role_name: &str, bucket: &str) -> Grant {
        let place: S3Location = format!("arn:aws:s3:::{bucket}").parse().unwrap();
        Grant {
            role: role(role_name),
            policy: PolicyName::of(&agreement()),
            document: Document::of(&DataAccess::from(place), None),
            also_needed: Vec::new(),
            missed: MissedTables::new(),
        }
    }

    fn occasion() -> Occasion {
        Occasion { event_id: "e1".to_owned(), time: WRITTEN.to_owned() }
    }

    fn granted(role: &str, bucket: &str) -> Entry {
        Entry::granted(&agreement(), &grant(role, bucket), occasion())
    }

    fn refused() -> Wanted {
        Wanted::Refused(Rejection::ConsumerMissing)
    }

    fn rejected() -> Entry {
        Entry::rejected(&agreement(), None, Rejection::ConsumerMissing.to_string(), occasion())
    }

    struct World {
        wanted: Wanted,
        recorded: Option<Entry>,
        found: BTreeMap<RoleArn, Value>,
        used: BTreeMap<RoleArn, usize>,
        minutes: i64,
    }

    impl World {
        fn of(wanted: Wanted, recorded: Option<Entry>, found: &[(&str, Value)]) -> Self {
            let found = found.iter().map(|(name, document)| (role(name), document.clone()));
            Self { wanted, recorded, found: found.collect(), used: BTreeMap::new(), minutes: 60 }
        }

        fn differences(&self) -> Vec<Difference> {
            let written = OffsetDateTime::parse(WRITTEN, &Rfc3339).unwrap();
            let found = self.found.iter().map(|(role, d)| (role.clone(), Fingerprint::of(d)));
            Sight {
                wanted: &self.wanted,
                why_nothing: "the agreement is gone",
                recorded: self.recorded.as_ref(),
                found: &found.collect(),
                used: &self.used,
                now: written + Duration::minutes(self.minutes),
                settles_in: SETTLED,
            }
            .differences()
        }

        fn kinds(&self) -> Vec<Kind> {
            self.differences().iter().map(|difference| difference.kind).collect()
        }
    }

    fn document(bucket: &str) -> Value {
        grant("any", bucket).document.value().clone()
    }

    #[test]
    fn what_is_as_agreed_and_recorded_is_no_difference_however_it_is_written() {
        let mut text = document("data").to_string();
        text = text.replace(r#""Action":["s3:GetObject"]"#, r#""Action": "s3:GetObject""#);
        let other_form: Value = serde_json::from_str(&text).unwrap();
        assert_ne!(other_form, document("data"));
        let wanted = Wanted::Grant(grant("churn", "data"));
        let world = World::of(wanted, Some(granted("churn", "data")), &[("churn", other_form)]);
        assert_eq!(world.kinds(), []);
    }

    #[test]
    fn a_policy_somebody_removed_is_missing_and_one_somebody_edited_is_altered() {
        let wanted = || Wanted::Grant(grant("churn", "data"));
        let recorded = || Some(granted("churn", "data"));
        assert_eq!(World::of(wanted(), recorded(), &[]).kinds(), [Kind::Missing]);
        let edited = World::of(wanted(), recorded(), &[("churn", json!({"Version": "2008"}))]);
        assert_eq!(edited.kinds(), [Kind::Altered]);
        assert_eq!(edited.differences()[0].explanation, "somebody edited the policy");
    }

    #[test]
    fn an_agreement_whose_event_was_lost_is_missing() {
        let wanted = Wanted::Grant(grant("churn", "data"));
        assert_eq!(World::of(wanted, None, &[]).kinds(), [Kind::Missing]);
        assert_eq!(World::of(refused(), None, &[]).kinds(), [Kind::Missing]);
    }

    #[test]
    fn a_policy_without_an_active_agreement_is_orphaned_and_taking_it_away_counts() {
        let found = [("churn", document("data"))];
        for wanted in [Wanted::Nothing, Wanted::NotOurs, refused()] {
            let world = World::of(wanted, Some(granted("churn", "data")), &found);
            assert_eq!(world.kinds(), [Kind::Orphaned]);
            assert_eq!(taken_from(&world.differences()), BTreeSet::from([&role("churn")]));
        }
    }

    #[test]
    fn a_right_that_moved_is_orphaned_on_the_old_role_and_missing_on_the_new_one() {
        let wanted = Wanted::Grant(grant("new", "data"));
        let found = [("old", document("data"))];
        let world = World::of(wanted, Some(granted("old", "data")), &found);
        assert_eq!(world.kinds(), [Kind::Orphaned, Kind::Missing]);
        assert_eq!(taken_from(&world.differences()).len(), 1);
    }

    #[test]
    fn a_policy_the_ledger_does_not_know_is_unrecorded() {
        let found = [("churn", document("data"))];
        let world = World::of(Wanted::Grant(grant("churn", "data")), None, &found);
        assert_eq!(world.kinds(), [Kind::Unrecorded]);
        assert!(taken_from(&world.differences()).is_empty());
    }

    #[test]
    fn an_intent_is_stuck_only_once_every_delivery_is_over() {
        let intent = granted("churn", "data").intending(BTreeSet::new());
        let mut world = World::of(Wanted::Grant(grant("churn", "data")), Some(intent), &[]);
        assert_eq!(world.kinds(), [Kind::StuckIntent]);
        world.minutes = 44;
        assert_eq!(world.kinds(), []);
    }

    #[test]
    fn what_was_written_a_moment_ago_proves_nothing() {
        let mut world = World::of(Wanted::Nothing, Some(granted("churn", "data")), &[]);
        world.minutes = 4;
        assert_eq!(world.kinds(), []);
        world.minutes = -10;
        assert_eq!(world.kinds(), [], "written after the look");
    }

    #[test]
    fn a_refusal_is_tried_again_once_nothing_refuses_it_and_the_role_has_room() {
        let wanted = || Wanted::Grant(grant("churn", "data"));
        let mut world = World::of(wanted(), Some(rejected()), &[]);
        assert_eq!(world.kinds(), [Kind::MayNowSucceed]);
        world.used.insert(role("churn"), INLINE_QUOTA - 10);
        assert_eq!(world.kinds(), [], "still no room");
        assert_eq!(World::of(refused(), Some(rejected()), &[]).kinds(), [], "still refused");
    }

    /// Tables that are not shown: none, or one for one of two reasons.
    fn missed() -> impl Strategy<Value = MissedTables> {
        let one = |why| {
            let table = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders".parse().unwrap();
            MissedTables::from([(table, Missed { why, since: OffsetDateTime::UNIX_EPOCH })])
        };
        let (missing, denied) = (one(Absence::Missing), one(Absence::Denied));
        prop_oneof![3 => Just(MissedTables::new()), 1 => Just(missing), 1 => Just(denied)]
    }

    #[test]
    fn that_a_table_is_missed_is_told_to_the_ledger_once_and_again_when_it_is_back() {
        let since = OffsetDateTime::UNIX_EPOCH;
        let table = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders".parse().unwrap();
        let missed = MissedTables::from([(table, Missed { why: Absence::Missing, since })]);
        let kept = || Grant { missed: missed.clone(), ..grant("churn", "data") };
        let recorded = |grant: &Grant| Some(Entry::granted(&agreement(), grant, occasion()));
        let found = [("churn", document("data"))];
        for (wanted, recorded, kinds) in [
            (kept(), recorded(&kept()), vec![]),
            (kept(), recorded(&grant("churn", "data")), vec![Kind::Unrecorded]),
            (grant("churn", "data"), recorded(&kept()), vec![Kind::Unrecorded]),
        ] {
            let world = World::of(Wanted::Grant(wanted), recorded, &found);
            assert_eq!(world.kinds(), kinds);
            assert!(taken_from(&world.differences()).is_empty());
        }
    }

    fn wanted() -> impl Strategy<Value = Wanted> {
        let grants = ("[ab]", "(aaa|bbb)", missed())
            .prop_map(|(r, b, missed)| Wanted::Grant(Grant { missed, ..grant(&r, &b) }));
        prop_oneof![3 => grants, 1 => Just(Wanted::Nothing), 1 => Just(Wanted::NotOurs), 1 => Just(refused())]
    }

    fn recorded() -> impl Strategy<Value = Option<Entry>> {
        let granted = ("[ab]", "(aaa|bbb)", missed())
            .prop_map(|(r, b, missed_tables)| Some(Entry { missed_tables, ..granted(&r, &b) }));
        let revoked = Just(Some(Entry::revoked(&agreement(), Some(role("a")), occasion())));
        let rejected = Just(Some(rejected()));
        prop_oneof![1 => Just(None), 3 => granted, 1 => revoked, 1 => rejected]
    }

    fn found() -> impl Strategy<Value = BTreeMap<RoleArn, Value>> {
        let document = prop_oneof![Just(document("aaa")), Just(document("bbb")), Just(json!({}))];
        prop::collection::btree_map("[abc]".prop_map(|name| role(&name)), document, 0..3)
    }

    proptest! {
        #[test]
        fn there_is_a_difference_exactly_where_the_one_writer_would_do_something(
            wanted in wanted(), recorded in recorded(), found in found()
        ) {
            let situation = Situation {
                agreement: agreement(),
                wanted: wanted.clone(),
                recorded: recorded.clone(),
                found: found.clone(),
                shown: false,
                occasion: Occasion { event_id: "e2".to_owned(), time: "later".to_owned() },
            };
            let plan = plan(&situation);
            let world = World { wanted, recorded, found, used: BTreeMap::new(), minutes: 60 };
            let differences = world.differences();
            let would_act = !plan.changes.is_empty() || plan.record.is_some();
            prop_assert_eq!(would_act, !differences.is_empty(), "{:?} {:?}", plan, differences);
            let revoked: BTreeSet<&RoleArn> = plan.changes.iter().filter_map(|change| match change {
                crate::plan::Change::Revoke { role, .. } => world.found.contains_key(role).then_some(role),
                crate::plan::Change::Grant(_) => None,
            }).collect();
            prop_assert_eq!(revoked, taken_from(&differences));
        }
    }
}
