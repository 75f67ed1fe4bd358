//! A report whose texts are the given ones, each of them in each of the places for text.

use report::{
    AccountRow, Action, ConsumerKind, DifferenceRow, GrantRow, Kind, Mode, RejectionRow, Report,
    RoleRow, Round, SCHEMA_VERSION, Standing, Tie, Totals,
};

/// Row `n` of a table begins with text `n` and goes on with the texts after it.
pub(crate) fn report_of(texts: &[String]) -> Report {
    let rows = || 0..texts.len();
    Report {
        schema_version: SCHEMA_VERSION,
        round: Round {
            began: "2026-03-01T06:00:00Z".into(),
            ended: texts.first().cloned().unwrap_or_else(|| "2026-03-01T06:00:41Z".into()),
            version: texts.concat(),
            mode: Mode::Report,
            complete: texts.is_empty(),
            problems: texts.to_vec(),
            withheld_revocations: 1,
            revoke_limit: 10,
        },
        totals: Totals::default(),
        grants: rows().map(|at| grant(&mut texts_from(texts, at))).collect(),
        differences: rows().map(|at| difference(&mut texts_from(texts, at))).collect(),
        rejections: rows().map(|at| rejection(&mut texts_from(texts, at))).collect(),
        roles: rows().map(|at| role(&mut texts_from(texts, at))).collect(),
        accounts: rows().map(|at| account(&mut texts_from(texts, at))).collect(),
    }
}

fn texts_from(texts: &[String], at: usize) -> impl Iterator<Item = String> {
    texts.iter().cycle().skip(at).cloned()
}

fn next(texts: &mut impl Iterator<Item = String>) -> String {
    texts.next().unwrap_or_default()
}

fn grant(texts: &mut impl Iterator<Item = String>) -> GrantRow {
    let agreement = next(texts);
    GrantRow {
        consumer: texts.next(),
        consumer_kind: agreement.len().is_multiple_of(2).then_some(ConsumerKind::Person),
        provider: texts.next().filter(|name| name.len() % 3 != 0),
        output_port: texts.next(),
        role: next(texts),
        account: next(texts),
        policy: next(texts),
        resources: texts.by_ref().take(agreement.len() % 6).collect(),
        since: texts.next(),
        until: texts.next(),
        standing: Standing::Altered,
        agreement,
    }
}

fn difference(texts: &mut impl Iterator<Item = String>) -> DifferenceRow {
    DifferenceRow {
        kind: Kind::StuckIntent,
        agreement: texts.next(),
        role: texts.next(),
        policy: texts.next(),
        explanation: next(texts),
        found: next(texts),
        repaired: texts.next().filter(|time| time.len() % 2 == 1),
        action: Action::Withheld,
    }
}

fn rejection(texts: &mut impl Iterator<Item = String>) -> RejectionRow {
    RejectionRow {
        agreement: next(texts),
        consumer: texts.next(),
        provider: texts.next(),
        role: texts.next(),
        reason: next(texts),
        since: next(texts),
    }
}

fn role(texts: &mut impl Iterator<Item = String>) -> RoleRow {
    let arn = next(texts);
    RoleRow {
        account: next(texts),
        grants: 1,
        used: arn.len() as u64 * 500,
        limit: 10_240,
        missing: arn.is_empty(),
        arn,
    }
}

fn account(texts: &mut impl Iterator<Item = String>) -> AccountRow {
    AccountRow { id: next(texts), tie: Tie::Connected, roles: 2, grants: 3, problem: texts.next() }
}
