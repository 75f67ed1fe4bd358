//! The rows of the page's tables: sorted, and with what the page says in words.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::arn::{Cut, most_telling_first};
use crate::words::{Tone, grouped};
use crate::{AccountRow, DifferenceRow, GrantRow, RejectionRow, Report, RoleRow, Tie, dates};

/// Agreements that end within this many days are listed as the next to expire.
pub(crate) const SOON_DAYS: i64 = 90;

/// A role that is fuller than this is called nearly full.
const NEARLY_FULL_PERCENT: u128 = 80;

/// So many resources of a grant are shown at once, the others on request.
const RESOURCES_AT_ONCE: usize = 2;

/// A grant, and what it opens.
pub(crate) struct GrantView<'a> {
    pub(crate) row: &'a GrantRow,
    pub(crate) role: Cut<'a>,
    pub(crate) first: Vec<Cut<'a>>,
    pub(crate) others: Vec<Cut<'a>>,
    pub(crate) since: Option<Cow<'a, str>>,
    pub(crate) tone: Tone,
}

/// The grants by consumer, provider and agreement; those without a consumer last.
pub(crate) fn grants(report: &Report) -> Vec<GrantView<'_>> {
    let mut rows: Vec<&GrantRow> = report.grants.iter().collect();
    rows.sort_by_key(|row| {
        (row.consumer.is_none(), &row.consumer, &row.provider, &row.output_port, &row.agreement)
    });
    rows.into_iter().map(GrantView::of).collect()
}

impl<'a> GrantView<'a> {
    fn of(row: &'a GrantRow) -> Self {
        let mut first = most_telling_first(&row.resources);
        // "1 more" takes as much room as the one.
        let others = if first.len() > RESOURCES_AT_ONCE + 1 {
            first.split_off(RESOURCES_AT_ONCE)
        } else {
            Vec::new()
        };
        Self {
            row,
            role: Cut::role(&row.role),
            first,
            others,
            since: row.since.as_deref().map(dates::day),
            tone: row.standing.tone(),
        }
    }
}

/// A difference, and what became of it.
pub(crate) struct DifferenceView<'a> {
    pub(crate) row: &'a DifferenceRow,
    pub(crate) role: Option<Cut<'a>>,
    pub(crate) found: Cow<'a, str>,
    pub(crate) repaired: Option<Cow<'a, str>>,
    pub(crate) tone: Tone,
}

/// The differences: those that are still there first, in each half the latest first.
pub(crate) fn differences(report: &Report) -> Vec<DifferenceView<'_>> {
    let mut rows: Vec<&DifferenceRow> = report.differences.iter().collect();
    rows.sort_by_key(|row| {
        (row.repaired.is_some(), Reverse((dates::moment(&row.found), &row.repaired)))
    });
    rows.into_iter()
        .map(|row| DifferenceView {
            row,
            role: row.role.as_deref().map(Cut::role),
            found: dates::minute(&row.found),
            repaired: row.repaired.as_deref().map(dates::minute),
            tone: if row.repaired.is_some() { Tone::Good } else { row.kind.tone() },
        })
        .collect()
}

impl<'a> DifferenceView<'a> {
    /// The policy's name, unless it is known from the agreement's.
    pub(crate) fn unusual_policy(&self, prefix: &str) -> Option<&'a str> {
        let policy = self.row.policy.as_deref()?;
        (policy.strip_prefix(prefix) != self.row.agreement.as_deref()).then_some(policy)
    }
}

/// An agreement that was refused.
pub(crate) struct RejectionView<'a> {
    pub(crate) row: &'a RejectionRow,
    pub(crate) role: Option<Cut<'a>>,
    pub(crate) since: Cow<'a, str>,
}

/// The refusals, the latest first.
pub(crate) fn rejections(report: &Report) -> Vec<RejectionView<'_>> {
    let mut rows: Vec<&RejectionRow> = report.rejections.iter().collect();
    rows.sort_by_key(|row| Reverse(dates::moment(&row.since)));
    rows.into_iter()
        .map(|row| RejectionView {
            row,
            role: row.role.as_deref().map(Cut::role),
            since: dates::day(&row.since),
        })
        .collect()
}

/// A role, and how full it is.
pub(crate) struct RoleView<'a> {
    pub(crate) row: &'a RoleRow,
    pub(crate) role: Cut<'a>,
    pub(crate) grants: String,
    pub(crate) percent: u64,
    pub(crate) used: String,
    pub(crate) limit: String,
}

/// The roles: those that do not exist first, then the fullest.
pub(crate) fn roles(report: &Report) -> Vec<RoleView<'_>> {
    let mut views: Vec<RoleView<'_>> = report.roles.iter().map(RoleView::of).collect();
    views.sort_by_key(|view| (!view.row.missing, Reverse(view.percent), &view.row.arn));
    views
}

impl<'a> RoleView<'a> {
    fn of(row: &'a RoleRow) -> Self {
        Self {
            row,
            role: Cut::role(&row.arn),
            grants: grouped(row.grants),
            percent: percent(row.used, row.limit),
            used: grouped(row.used),
            limit: grouped(row.limit),
        }
    }

    /// Where the bar ends: no bar is longer than its frame.
    pub(crate) fn bar(&self) -> u64 {
        self.percent.min(100)
    }

    /// What the bar means, where that needs a word.
    pub(crate) fn warning(&self) -> Option<(&'static str, Tone)> {
        if self.row.missing {
            Some(("does not exist", Tone::Alarm))
        } else if self.row.used >= self.row.limit {
            Some(("full", Tone::Alarm))
        } else if u128::from(self.row.used) * 100 > u128::from(self.row.limit) * NEARLY_FULL_PERCENT
        {
            Some(("nearly full", Tone::Attention))
        } else {
            None
        }
    }
}

/// Rounded down: only what is full is called 100 %.
fn percent(used: u64, limit: u64) -> u64 {
    let percent = u128::from(used) * 100 / u128::from(limit.max(1));
    u64::try_from(percent).unwrap_or(u64::MAX)
}

/// An account, and what was seen of it.
pub(crate) struct AccountView<'a> {
    pub(crate) row: &'a AccountRow,
    pub(crate) roles: String,
    pub(crate) grants: String,
}

/// The accounts: those with a problem first. None where there is only our own, which needs no table.
pub(crate) fn accounts<'a>(report: &'a Report) -> Vec<AccountView<'a>> {
    let mut rows: Vec<&'a AccountRow> = report.accounts.iter().collect();
    if rows.iter().all(|row| row.tie == Tie::Own) {
        return Vec::new();
    }
    rows.sort_by_key(|row| (row.problem.is_none(), row.tie != Tie::Own, &row.id));
    let view = |row: &'a AccountRow| AccountView {
        row,
        roles: grouped(row.roles),
        grants: grouped(row.grants),
    };
    rows.into_iter().map(view).collect()
}

/// A grant whose agreement ends soon, or should have ended.
pub(crate) struct ExpiryView<'a> {
    pub(crate) grant: GrantView<'a>,
    pub(crate) until: &'a str,
    pub(crate) days: i64,
}

/// The grants that expire within [`SOON_DAYS`] of the round's end: the longest expired first.
pub(crate) fn expiries(report: &Report) -> Vec<ExpiryView<'_>> {
    let Some(ended) = dates::moment(&report.round.ended) else { return Vec::new() };
    let mut views: Vec<ExpiryView<'_>> = report
        .grants
        .iter()
        .filter_map(|row| {
            let until = row.until.as_deref()?;
            let days = dates::days_until(ended, until).filter(|days| *days <= SOON_DAYS)?;
            Some(ExpiryView { grant: GrantView::of(row), until, days })
        })
        .collect();
    views.sort_by_key(|view| (view.days, &view.grant.row.agreement));
    views
}

impl ExpiryView<'_> {
    /// `ended 12 days ago`, `today`, `in 5 days`.
    pub(crate) fn when(&self) -> String {
        let days = self.days.unsigned_abs();
        match self.days {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            -1 => "ended yesterday".to_owned(),
            ..0 => format!("ended {} days ago", grouped(days)),
            _ => format!("in {} days", grouped(days)),
        }
    }

    pub(crate) fn tone(&self) -> Tone {
        match self.days {
            ..0 => Tone::Alarm,
            0..=7 => Tone::Attention,
            _ => Tone::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn with_grants(grants: Vec<GrantRow>) -> Report {
        Report { grants, ..example::as_agreed() }
    }

    fn until(day: &str) -> GrantRow {
        GrantRow { until: Some(day.into()), ..example::grant() }
    }

    fn role(used: u64) -> RoleRow {
        RoleRow { used, ..example::role() }
    }

    #[test]
    fn grants_are_listed_by_consumer_and_those_without_one_last() {
        let of = |consumer: Option<&str>| GrantRow {
            consumer: consumer.map(Into::into),
            ..example::grant()
        };
        let report = with_grants(vec![of(None), of(Some("zoo")), of(Some("apples"))]);
        let consumers: Vec<_> =
            grants(&report).iter().map(|view| view.row.consumer.as_deref()).collect();
        assert_eq!(consumers, [Some("apples"), Some("zoo"), None]);
    }

    #[test]
    fn no_resource_of_a_grant_is_left_out() {
        for number in 0..6 {
            let resources: Vec<String> = (0..number).map(|n| format!("arn:{n}")).collect();
            let row = GrantRow { resources: resources.clone(), ..example::grant() };
            let view = GrantView::of(&row);
            let shown: Vec<_> = view.first.iter().chain(&view.others).map(|cut| cut.name).collect();
            assert_eq!(shown, resources);
            assert_ne!(view.others.len(), 1, "a single one is shown at once");
        }
    }

    #[test]
    fn expired_agreements_come_first_and_those_beyond_ninety_days_not_at_all() {
        let days =
            ["2026-05-30", "2026-05-31", "2026-03-01", "2026-02-28", "2025-12-01", "2026-03-06"];
        let mut report = with_grants(days.map(until).into());
        report.round.ended = "2026-03-01T06:00:41Z".into();
        let list: Vec<String> = expiries(&report).iter().map(ExpiryView::when).collect();
        assert_eq!(
            list,
            ["ended 90 days ago", "ended yesterday", "today", "in 5 days", "in 90 days"]
        );
    }

    #[test]
    fn an_agreement_without_an_end_never_expires() {
        let open_ended = GrantRow { until: None, ..example::grant() };
        assert!(expiries(&with_grants(vec![open_ended, until("some day")])).is_empty());
    }

    #[test]
    fn more_than_eighty_percent_are_nearly_full_and_all_of_it_is_full() {
        let words = [8_192, 8_193, 10_239, 10_240, 12_000]
            .map(|used| RoleView::of(&role(used)).warning().map(|(word, _)| word));
        assert_eq!(
            words,
            [None, Some("nearly full"), Some("nearly full"), Some("full"), Some("full")]
        );
    }

    #[test]
    fn a_bar_is_never_longer_than_its_frame() {
        let bars = [0, 5_120, 10_240, u64::MAX].map(|used| RoleView::of(&role(used)).bar());
        assert_eq!(bars, [0, 50, 100, 100]);
    }

    #[test]
    fn a_role_that_does_not_exist_is_listed_before_the_fullest() {
        let gone = RoleRow { missing: true, used: 0, ..example::role() };
        let report = Report { roles: vec![role(10), role(9_000), gone], ..example::as_agreed() };
        let list: Vec<_> =
            roles(&report).iter().map(|view| (view.row.missing, view.row.used)).collect();
        assert_eq!(list, [(true, 0), (false, 9_000), (false, 10)]);
    }

    #[test]
    fn differences_that_are_still_there_come_before_repaired_ones() {
        let row = |found: &str, repaired: Option<&str>| DifferenceRow {
            found: found.into(),
            repaired: repaired.map(Into::into),
            ..example::difference()
        };
        let differences_of = vec![
            row("2026-03-01T05:00:00Z", Some("2026-03-01T06:00:00Z")),
            row("2026-03-01T04:00:00Z", None),
            row("2026-03-01T06:00:00Z", None),
        ];
        let report = Report { differences: differences_of, ..example::as_agreed() };
        let list: Vec<_> = differences(&report).iter().map(|view| view.found.to_string()).collect();
        assert_eq!(list, ["2026-03-01 06:00", "2026-03-01 04:00", "2026-03-01 05:00"]);
    }

    #[test]
    fn a_policy_is_named_where_the_agreement_does_not_tell_its_name() {
        let row = |agreement: Option<&str>| DifferenceRow {
            agreement: agreement.map(Into::into),
            policy: Some("DMM_a".into()),
            ..example::difference()
        };
        let differences_of = vec![row(Some("a")), row(Some("b")), row(None)];
        let report = Report { differences: differences_of, ..example::as_agreed() };
        let named: Vec<_> =
            differences(&report).iter().map(|view| view.unusual_policy("DMM_")).collect();
        assert_eq!(named, [None, Some("DMM_a"), Some("DMM_a")]);
    }

    #[test]
    fn the_latest_refusal_comes_first() {
        let row = |since: &str| RejectionRow { since: since.into(), ..example::rejection() };
        let report = Report {
            rejections: vec![row("2026-01-01T00:00:00Z"), row("2026-02-01T00:00:00Z")],
            ..example::as_agreed()
        };
        let list: Vec<_> = rejections(&report).iter().map(|view| view.since.to_string()).collect();
        assert_eq!(list, ["2026-02-01", "2026-01-01"]);
    }
}
