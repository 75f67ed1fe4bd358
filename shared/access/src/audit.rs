//! One line per change and per refusal: who got or lost what, under which agreement, and why.

use std::time::Duration;

use clients::iam::Receipt;
use domain::absence::Missed;
use domain::ids::PolicyName;
use domain::plan::{Change, Plan, Wanted};

use crate::Mode;
use crate::load::Seen;

/// After IAM took a change.
pub(crate) fn changed(change: &Change, seen: &Seen, receipt: &Receipt, took: Duration) {
    let request_id = receipt.request_id.as_deref().unwrap_or("none");
    let took = milliseconds(took);
    let total_ms = milliseconds(seen.begun.elapsed());
    match change {
        Change::Grant(grant) => {
            metrics::counter!("Granted").increment(1);
            tracing::info!(
                event.id = %seen.hint.event, agreement.id = %seen.hint.agreement,
                role.arn = %grant.role, policy.name = %grant.policy,
                document.sha256 = grant.document.sha256(), outcome = "granted",
                reason = "the agreement is active",
                iam.request_id = request_id, duration_ms = took, total_ms, "granted"
            );
        }
        Change::Revoke { role, policy } => {
            metrics::counter!("Revoked").increment(1);
            tracing::info!(
                event.id = %seen.hint.event, agreement.id = %seen.hint.agreement,
                role.arn = %role, policy.name = %policy,
                document.sha256 = granted_sha256(seen), outcome = "revoked",
                reason = why_revoked(seen),
                iam.request_id = request_id, duration_ms = took, total_ms, "revoked"
            );
        }
    }
}

/// Somebody else changed or removed a policy of ours since it was written.
pub(crate) fn drift(seen: &Seen) {
    let Some(role) = &seen.drifted else { return };
    metrics::counter!("DriftFound").increment(1);
    tracing::warn!(
        event.id = %seen.hint.event, agreement.id = %seen.hint.agreement,
        role.arn = %role, policy.name = %PolicyName::of(&seen.hint.agreement),
        document.sha256 = granted_sha256(seen), outcome = "drift",
        "the policy on the role is not the one the ledger says"
    );
}

/// A right that stays although Glue does not show a table of it.
pub(crate) fn kept(seen: &Seen) {
    let Wanted::Grant(grant) = &seen.situation.wanted else { return };
    for (table, Missed { why, since }) in &grant.missed {
        metrics::counter!("TablesMissed").increment(1);
        tracing::warn!(
            event.id = %seen.hint.event, agreement.id = %seen.hint.agreement,
            role.arn = %grant.role, policy.name = %grant.policy, table = %table,
            reason = why.name(), since = %since, outcome = "kept",
            "Glue does not show the table; the right on it stays"
        );
    }
}

/// Once per refusal: not again when the ledger already says so.
pub(crate) fn refused(plan: &Plan, seen: &Seen) {
    let Wanted::Refused(rejection) = &seen.situation.wanted else { return };
    if !seen.is_news(plan) {
        return;
    }
    metrics::counter!("Rejected").increment(1);
    metrics::counter!("Rejected", "reason" => rejection.code()).increment(1);
    let role = plan.record.as_ref().and_then(|entry| entry.role_arn.as_ref());
    tracing::warn!(
        event.id = %seen.hint.event, agreement.id = %seen.hint.agreement,
        role.arn = role.map(ToString::to_string).as_deref().unwrap_or("none"),
        policy.name = %PolicyName::of(&seen.hint.agreement),
        outcome = "rejected", reason = rejection.code(), error = %rejection,
        total_ms = milliseconds(seen.begun.elapsed()), "rejected"
    );
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn granted_sha256(seen: &Seen) -> &str {
    let granted = seen.before.as_ref().and_then(|entry| entry.document_sha256.as_deref());
    granted.unwrap_or("none")
}

fn why_revoked(seen: &Seen) -> &'static str {
    if seen.mode == Mode::Revoke {
        return "everything is being revoked: MODE is revoke";
    }
    match (&seen.situation.wanted, &seen.source) {
        (Wanted::Grant(_), _) => "the agreement's right belongs on another role",
        (Wanted::Refused(_), _) => "the agreement can no longer be granted",
        (Wanted::NotOurs, _) => "the output port is of another platform",
        (Wanted::Nothing, Some(_)) => "the agreement is not active",
        (Wanted::Nothing, None) => "the agreement is gone",
    }
}
