//! Turns a picture into the rows of the access report.

use std::collections::BTreeSet;

use access::Mode;
use domain::canonical::Fingerprint;
use domain::difference::{Difference, Kind};
use domain::ids::PolicyName;
use domain::ledger::{Entry, Phase, State};
use domain::plan::Wanted;
use domain::policy::INLINE_QUOTA;
use domain::role::RoleArn;
use report::{
    Action, ConsumerKind, DifferenceRow, GrantRow, RejectionRow, Report, RoleRow, Round, Standing,
    Totals,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::accounts::accounts;
use crate::asking::Asking;
use crate::history::{Remembered, with_history};
use crate::judged::{Judged, Subject};
use crate::looks::{Held, RoleLook};
use crate::picture::{Picture, Stray};

/// What a report says beside the picture.
#[derive(Clone, Debug)]
pub struct Circumstances<'a> {
    /// When the survey ended.
    pub ended: OffsetDateTime,
    /// What may be done about differences.
    pub mode: Mode,
    /// What was asked for.
    pub asking: &'a Asking,
    /// Whether it was really asked for: not in a mode that only reports.
    pub asked: bool,
}

/// The report, and what to remember for the next one.
pub fn report_of(
    picture: &Picture,
    before: &Remembered,
    about: &Circumstances<'_>,
) -> (Report, Remembered) {
    let found = differences(picture, about);
    let (differences, repaired) = with_history(found, before, picture, about.ended);
    let grants = grants(picture);
    let rejections: Vec<RejectionRow> =
        picture.judged.iter().filter_map(|judged| rejection(judged, about.ended)).collect();
    let totals = Totals {
        agreements: count(picture.agreements),
        active: count(picture.active),
        grants: count(picture.looks.count()),
        as_agreed: count(grants.iter().filter(|row| row.standing == Standing::AsAgreed).count()),
        differences: count(differences.iter().filter(|row| row.repaired.is_none()).count()),
        repaired: count(repaired),
        rejections: count(rejections.len()),
        not_ours: count(picture.looks.roles.values().map(|look| look.others).sum()),
        roles: count(picture.looks.roles.len()),
        hints: count(if about.asked { asked_for(about.asking) } else { 0 }),
    };
    let roles = picture.looks.roles.iter().map(|(arn, look)| role(arn, look)).collect();
    let remembered = Remembered(differences.clone());
    let schema_version = report::SCHEMA_VERSION;
    let round = round(picture, about);
    let accounts = accounts(picture);
    let report =
        Report { schema_version, round, totals, grants, differences, rejections, roles, accounts };
    (report, remembered)
}

fn round(picture: &Picture, about: &Circumstances<'_>) -> Round {
    Round {
        began: stamp(picture.began),
        ended: stamp(about.ended),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: match about.mode {
            Mode::Apply => report::Mode::Apply,
            Mode::Report => report::Mode::Report,
            Mode::Revoke => report::Mode::Revoke,
        },
        complete: picture.problems.is_empty(),
        problems: picture.problems.clone(),
        withheld_revocations: count(if about.asked { about.asking.withheld } else { 0 }),
        revoke_limit: count(about.asking.limit),
    }
}

/// Agreements, not messages: one that left policies on several roles has several.
fn asked_for(asking: &Asking) -> usize {
    asking.hints.iter().map(|(agreement, _)| agreement).collect::<BTreeSet<_>>().len()
}

fn grants(picture: &Picture) -> Vec<GrantRow> {
    let agreed = picture.judged.iter().flat_map(|judged| {
        let held = judged.subject.found.iter();
        let held = held
            .map(|(role, held)| row(judged, role, &held.resources, standing(judged, role, held)));
        held.chain(missing(judged)).collect::<Vec<_>>()
    });
    agreed.chain(picture.strays.iter().map(stray_row)).collect()
}

fn missing(judged: &Judged) -> Option<GrantRow> {
    let Some(Wanted::Grant(grant)) = &judged.wanted else { return None };
    let is_missing = |difference: &Difference| {
        difference.kind == Kind::Missing && difference.role.as_ref() == Some(&grant.role)
    };
    let resources = grant.document.resources();
    let is_missing = judged.differences.iter().any(is_missing);
    is_missing.then(|| row(judged, &grant.role, &resources, Standing::Missing))
}

fn row(judged: &Judged, role: &RoleArn, resources: &[String], standing: Standing) -> GrantRow {
    let (consumer, consumer_kind) = consumer(&judged.subject).unzip();
    let agreement = judged.subject.agreement.as_ref();
    let recorded = judged.subject.entry.as_ref();
    let here = recorded
        .filter(|entry| entry.state == State::Granted && entry.role_arn.as_ref() == Some(role));
    GrantRow {
        agreement: judged.subject.id.to_string(),
        consumer,
        consumer_kind,
        provider: provider(&judged.subject),
        output_port: agreement.and_then(|agreement| agreement.output_port.clone()),
        role: role.to_string(),
        account: role.account().to_owned(),
        policy: PolicyName::of(&judged.subject.id).to_string(),
        resources: resources.to_vec(),
        since: here.map(|entry| entry.time.clone()),
        until: agreement.and_then(|agreement| agreement.ends.clone()),
        standing,
    }
}

/// How a policy on a role compares. Where nothing can be said, it is compared with the ledger.
fn standing(judged: &Judged, role: &RoleArn, held: &Held) -> Standing {
    let here = judged.differences.iter().find(|difference| {
        difference.role.as_ref() == Some(role) || difference.kind == Kind::StuckIntent
    });
    let recorded =
        || judged.subject.entry.as_ref().is_some_and(|entry| is_recorded(entry, role, held));
    match here.map(|difference| difference.kind) {
        Some(Kind::Altered) => Standing::Altered,
        Some(Kind::Orphaned) => Standing::Orphaned,
        Some(Kind::Unrecorded) => Standing::Unrecorded,
        None if recorded() => Standing::AsAgreed,
        Some(Kind::Missing | Kind::StuckIntent | Kind::MayNowSucceed) | None => {
            Standing::Unfinished
        }
    }
}

fn is_recorded(entry: &Entry, role: &RoleArn, held: &Held) -> bool {
    entry.state == State::Granted
        && entry.phase == Phase::Fact
        && entry.role_arn.as_ref() == Some(role)
        && entry
            .document
            .as_ref()
            .is_some_and(|document| Fingerprint::of(document) == held.fingerprint)
}

fn stray_row(stray: &Stray) -> GrantRow {
    GrantRow {
        agreement: format!("unknown ({})", stray.policy),
        consumer: None,
        consumer_kind: None,
        provider: None,
        output_port: None,
        role: stray.role.to_string(),
        account: stray.role.account().to_owned(),
        policy: stray.policy.to_string(),
        resources: stray.held.resources.clone(),
        since: None,
        until: None,
        standing: Standing::Unrecorded,
    }
}

fn consumer(subject: &Subject) -> Option<(String, ConsumerKind)> {
    let consumer = &subject.agreement.as_ref()?.consumer;
    if let Some(product) = &consumer.product {
        return Some((product.to_string(), ConsumerKind::DataProduct));
    }
    if let Some(team) = &consumer.team {
        return Some((team.to_string(), ConsumerKind::Team));
    }
    consumer.member.as_ref().map(|member| (member.to_string(), ConsumerKind::Person))
}

fn provider(subject: &Subject) -> Option<String> {
    subject.agreement.as_ref()?.provider.as_ref().map(ToString::to_string)
}

/// An active agreement that is refused now, or was and still is for want of room.
fn rejection(judged: &Judged, now: OffsetDateTime) -> Option<RejectionRow> {
    let recorded = judged.subject.entry.as_ref().filter(|entry| entry.state == State::Rejected);
    let reason = match (&judged.wanted, recorded) {
        (Some(Wanted::Refused(why)), _) => why.to_string(),
        (Some(Wanted::Grant(_)) | None, Some(entry)) => entry.reason.clone().unwrap_or_default(),
        (Some(Wanted::Grant(_) | Wanted::Nothing | Wanted::NotOurs) | None, _) => return None,
    };
    Some(RejectionRow {
        agreement: judged.subject.id.to_string(),
        consumer: consumer(&judged.subject).map(|(consumer, _)| consumer),
        provider: provider(&judged.subject),
        role: recorded.and_then(|entry| entry.role_arn.as_ref()).map(ToString::to_string),
        reason,
        since: recorded.map_or_else(|| stamp(now), |entry| entry.time.clone()),
    })
}

fn role(arn: &RoleArn, look: &RoleLook) -> RoleRow {
    RoleRow {
        arn: arn.to_string(),
        account: arn.account().to_owned(),
        grants: count(look.held.len()),
        used: count(look.used),
        limit: count(INLINE_QUOTA),
        missing: look.is_gone,
    }
}

fn differences(picture: &Picture, about: &Circumstances<'_>) -> Vec<DifferenceRow> {
    let found = stamp(about.ended);
    let agreed = picture.judged.iter().flat_map(|judged| {
        let action = action(judged, about);
        judged.differences.iter().map(move |difference| (judged, difference, action))
    });
    let agreed = agreed.map(|(judged, difference, action)| DifferenceRow {
        kind: kind(difference.kind),
        agreement: Some(judged.subject.id.to_string()),
        role: difference.role.as_ref().map(ToString::to_string),
        policy: Some(PolicyName::of(&judged.subject.id).to_string()),
        explanation: explanation(judged, &difference.explanation, about),
        found: found.clone(),
        repaired: None,
        action,
    });
    let stray = |stray: &Stray| DifferenceRow {
        kind: report::Kind::Unrecorded,
        agreement: None,
        role: Some(stray.role.to_string()),
        policy: Some(stray.policy.to_string()),
        explanation:
            "neither catalog nor ledger knows an agreement of this policy's name; look at \
                      it, and remove it by hand"
                .to_owned(),
        found: found.clone(),
        repaired: None,
        action: Action::Reported,
    };
    agreed.chain(picture.strays.iter().map(stray)).collect()
}

fn action(judged: &Judged, about: &Circumstances<'_>) -> Action {
    let id = &judged.subject.id;
    if !about.asked || about.asking.resting.contains(id) {
        Action::Reported
    } else if about.asking.held_back.contains(id) {
        Action::Withheld
    } else {
        Action::Asked
    }
}

fn explanation(judged: &Judged, said: &str, about: &Circumstances<'_>) -> String {
    if about.asking.resting.contains(&judged.subject.id) {
        return format!(
            "{said}; it was asked for before and not repaired, and is asked for once a day"
        );
    }
    said.to_owned()
}

fn kind(kind: Kind) -> report::Kind {
    match kind {
        Kind::Missing => report::Kind::Missing,
        Kind::Altered => report::Kind::Altered,
        Kind::Orphaned => report::Kind::Orphaned,
        Kind::Unrecorded => report::Kind::Unrecorded,
        Kind::StuckIntent => report::Kind::StuckIntent,
        Kind::MayNowSucceed => report::Kind::MayNowSucceed,
    }
}

pub(crate) fn stamp(time: OffsetDateTime) -> String {
    // Formatting fails only beyond the year 9999.
    time.format(&Rfc3339).unwrap_or_default()
}

fn count(figure: usize) -> u64 {
    u64::try_from(figure).unwrap_or(u64::MAX)
}
