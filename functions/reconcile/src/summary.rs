//! What a round saw and did, in figures.

use domain::absence::Missed;
use domain::plan::Wanted;
use report::Report;
use serde::Serialize;
use survey::Picture;
use time::OffsetDateTime;

/// What a round saw and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Agreements in the catalog.
    pub agreements: u64,
    /// Policies of ours.
    pub grants: u64,
    /// Roles looked at.
    pub roles: u64,
    /// Differences found.
    pub differences: u64,
    /// Differences that are gone since the last round.
    pub repaired: u64,
    /// Hints given.
    pub hints: u64,
    /// Rights that would have been taken away, if they were not too many.
    pub withheld: u64,
    /// How many may be.
    pub limit: u64,
    /// Rights that stay on tables which may not be looked at for more than an hour.
    pub tables_denied: u64,
    /// Whether everything was looked at.
    pub complete: bool,
    /// How full the fullest role is.
    pub fullest_percent: u32,
    /// How long the round took.
    pub seconds: i64,
    /// Where the report is, below the bucket.
    pub report: String,
}

/// The figures of a round that ended.
pub(crate) fn summary(
    report: &Report,
    picture: &Picture,
    ended: OffsetDateTime,
    place: String,
) -> Summary {
    let percent = |role: &report::RoleRow| role.used.saturating_mul(100) / role.limit.max(1);
    let fullest = report.roles.iter().map(percent).max().unwrap_or_default();
    Summary {
        agreements: report.totals.agreements,
        grants: report.totals.grants,
        roles: report.totals.roles,
        differences: report.totals.differences,
        repaired: report.totals.repaired,
        hints: report.totals.hints,
        withheld: report.round.withheld_revocations,
        limit: report.round.revoke_limit,
        tables_denied: tables_denied(picture),
        complete: report.round.complete,
        fullest_percent: u32::try_from(fullest).unwrap_or(u32::MAX),
        seconds: (ended - picture.began).whole_seconds(),
        report: place,
    }
}

/// Rights that stay although nobody can look where their data lies: one line for each table.
fn tables_denied(picture: &Picture) -> u64 {
    let mut rights = 0;
    for judged in &picture.judged {
        let Some(Wanted::Grant(grant)) = &judged.wanted else { continue };
        let denied = grant.missed.iter();
        let denied = denied.filter(|(_, missed)| missed.is_long_denied(picture.began));
        let mut is_denied = false;
        for (table, Missed { since, .. }) in denied {
            is_denied = true;
            tracing::warn!(
                agreement.id = %judged.subject.id, role.arn = %grant.role, table = %table,
                since = %since, "the table may not be looked at; the right on it stays"
            );
        }
        rights += u64::from(is_denied);
    }
    rights
}
