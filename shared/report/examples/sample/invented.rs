//! A catalog that does not exist, of any size, the same each time.

use report::{
    Action, ConsumerKind, DifferenceRow, GrantRow, Kind, Mode, RejectionRow, Report, RoleRow,
    Round, SCHEMA_VERSION, Standing, Totals,
};

const ACCOUNT: &str = "123456789012";
const SUBJECTS: [&str; 12] = [
    "orders",
    "customers",
    "stores",
    "inventory",
    "payments",
    "returns",
    "shipments",
    "suppliers",
    "prices",
    "campaigns",
    "clickstream",
    "loyalty",
];
const PURPOSES: [&str; 10] = [
    "churn-prediction",
    "sales-forecast",
    "dashboard",
    "fraud-detection",
    "recommendations",
    "shelf-warmers",
    "route-planning",
    "pricing",
    "audit",
    "customer-360",
];

/// A report with `rows` grants and a fitting number of everything else.
pub(crate) fn report(rows: usize) -> Report {
    let grants: Vec<GrantRow> = (0..rows).map(grant).collect();
    let differences: Vec<DifferenceRow> =
        grants.iter().filter_map(difference).chain(repaired()).chain(on_no_role()).collect();
    let rejections: Vec<RejectionRow> = (0..2 + rows / 100).map(rejection).collect();
    let roles = roles(&grants);
    let as_agreed = grants.iter().filter(|row| row.standing == Standing::AsAgreed).count();
    let open = differences.iter().filter(|row| row.repaired.is_none()).count();
    Report {
        schema_version: SCHEMA_VERSION,
        round: Round { complete: true, problems: Vec::new(), ..round() },
        totals: Totals {
            agreements: number(rows + rejections.len() + rows / 4),
            active: number(rows + rejections.len()),
            grants: number(rows),
            as_agreed: number(as_agreed),
            differences: number(open),
            repaired: number(differences.len() - open),
            rejections: number(rejections.len()),
            not_ours: number(roles.len() / 2),
            roles: number(roles.len()),
            hints: number(open),
        },
        grants,
        differences,
        rejections,
        roles,
        accounts: Vec::new(),
    }
}

/// A report of a round that found nothing to say.
pub(crate) fn calm() -> Report {
    let mut report = report(0);
    report.grants =
        (0..6).map(|at| GrantRow { standing: Standing::AsAgreed, ..grant(at) }).collect();
    report.roles = roles(&report.grants);
    report.totals =
        Totals { agreements: 6, active: 6, grants: 6, as_agreed: 6, ..Totals::default() };
    report.totals.roles = number(report.roles.len());
    report.differences.clear();
    report.rejections.clear();
    report
}

/// A report in which each text tries something, of an incomplete round that withheld revocations.
pub(crate) fn hostile() -> Report {
    let attacks = [
        "</script><img src=x onerror=\"window.hacked=1\">",
        "\"><svg onload=window.hacked=1>",
        "' autofocus onfocus='window.hacked=1",
        "{{ 7 * 7 }} ${window.hacked=1}",
        "churn\u{202e}nimda",
        "</style><style>*{display:none}</style>",
    ];
    let mut report = report(attacks.len());
    for (row, attack) in report.grants.iter_mut().zip(attacks) {
        row.agreement = attack.into();
        row.consumer = Some(attack.into());
        row.provider = Some(attack.repeat(20));
        row.output_port = Some(attack.into());
        row.role = format!("arn:aws:iam::{ACCOUNT}:role/{attack}");
        row.policy = format!("sha256={attack}");
        row.resources = vec![attack.into(), format!("arn:aws:s3:::{attack}")];
        row.until = Some(attack.into());
        row.since = Some(attack.into());
    }
    for (row, attack) in report.differences.iter_mut().zip(attacks) {
        row.explanation = attack.into();
        row.agreement = Some("x".repeat(3_000));
        row.action = Action::Withheld;
    }
    for (row, attack) in report.rejections.iter_mut().zip(attacks) {
        row.reason = attack.into();
    }
    report.round.complete = false;
    report.round.problems = attacks.map(Into::into).into();
    report.round.withheld_revocations = 23;
    report.round.version = attacks.concat();
    report
}

fn round() -> Round {
    Round {
        began: "2026-03-01T06:00:00Z".into(),
        ended: "2026-03-01T06:00:41Z".into(),
        version: "0.1.0".into(),
        mode: Mode::Apply,
        complete: true,
        problems: Vec::new(),
        withheld_revocations: 0,
        revoke_limit: 10,
    }
}

fn grant(at: usize) -> GrantRow {
    let subject = numbered(pick(&SUBJECTS, at, 1), skewed(at, 3) / 40);
    let purpose = numbered(one_of(&PURPOSES, at * 7), skewed(at, 5) * at.min(3_000) / 30_000);
    let agreement = format!("{subject}-for-{purpose}-{at}");
    let standing = match (at + 11) % if at < 200 { 97 } else { 997 } {
        13 => Standing::Missing,
        14 => Standing::Altered,
        21 => Standing::Orphaned,
        40 => Standing::Unrecorded,
        41 => Standing::Unfinished,
        _ => Standing::AsAgreed,
    };
    let is_known = standing != Standing::Orphaned;
    GrantRow {
        consumer: is_known.then(|| purpose.clone()),
        consumer_kind: is_known.then(|| {
            one_of(&[ConsumerKind::DataProduct, ConsumerKind::DataProduct, ConsumerKind::Team], at)
        }),
        provider: is_known.then(|| subject.clone()),
        output_port: is_known.then(|| format!("{subject}-{}", one_of(&["all", "eu", "daily"], at))),
        role: format!("arn:aws:iam::{ACCOUNT}:role/data-products/{purpose}"),
        account: ACCOUNT.into(),
        policy: format!("DMM_DataUsageAgreement_{agreement}"),
        resources: resources(&subject, at % 3),
        since: Some(format!("2025-{:02}-{:02}T09:30:00Z", 1 + at % 12, 1 + at % 28)),
        until: (at % 3 == 1).then(|| until(at)),
        agreement,
        standing,
    }
}

fn resources(subject: &str, kind: usize) -> Vec<String> {
    let glue = format!("arn:aws:glue:eu-central-1:{ACCOUNT}");
    match kind {
        0 => vec![format!("arn:aws:s3:::acme-{subject}"), format!("arn:aws:s3:::acme-{subject}/*")],
        1 => vec![
            format!("arn:aws:s3:::acme-{subject}"),
            format!("arn:aws:s3:::acme-{subject}/eu/*"),
        ],
        _ => vec![
            format!("{glue}:catalog"),
            format!("{glue}:database/retail"),
            format!("{glue}:table/retail/{subject}_daily"),
            format!("arn:aws:s3:::acme-{subject}"),
            format!("arn:aws:s3:::acme-{subject}/daily/*"),
            format!("arn:aws:athena:eu-central-1:{ACCOUNT}:workgroup/analysts"),
        ],
    }
}

fn until(at: usize) -> String {
    let year = 2026 + at / 5 % 2;
    format!("{year}-{:02}-{:02}", 2 + at % 11, 1 + at * 7 % 28)
}

fn difference(row: &GrantRow) -> Option<DifferenceRow> {
    let (kind, explanation) = match row.standing {
        Standing::AsAgreed => return None,
        Standing::Missing => {
            (Kind::Missing, "The role does not hold the policy. It was removed by hand.")
        }
        Standing::Altered => {
            (Kind::Altered, "Statement ReadFolder names s3:PutObject, which was not agreed.")
        }
        Standing::Orphaned => {
            (Kind::Orphaned, "The agreement is gone from the catalog; the policy is still there.")
        }
        Standing::Unrecorded => {
            (Kind::Unrecorded, "The policy has our name, and the ledger does not know of it.")
        }
        Standing::Unfinished => {
            (Kind::StuckIntent, "A grant was begun 3 hours ago and not finished.")
        }
    };
    Some(DifferenceRow {
        kind,
        agreement: Some(row.agreement.clone()),
        role: Some(row.role.clone()),
        policy: Some(row.policy.clone()),
        explanation: explanation.into(),
        found: "2026-03-01T06:00:41Z".into(),
        repaired: None,
        action: Action::Asked,
    })
}

fn repaired() -> [DifferenceRow; 1] {
    [DifferenceRow {
        kind: Kind::Altered,
        agreement: Some("prices-for-pricing".into()),
        role: Some(format!("arn:aws:iam::{ACCOUNT}:role/data-products/pricing")),
        policy: Some("DMM_DataUsageAgreement_prices-for-pricing".into()),
        explanation: "Statement ReadBucket named another bucket, acme-prices-test.".into(),
        found: "2026-03-01T05:00:39Z".into(),
        repaired: Some("2026-03-01T06:00:41Z".into()),
        action: Action::Asked,
    }]
}

fn on_no_role() -> [DifferenceRow; 1] {
    [DifferenceRow {
        kind: Kind::MayNowSucceed,
        agreement: Some("suppliers-for-audit".into()),
        role: None,
        policy: None,
        explanation: "It was refused because role audit did not exist. It exists now.".into(),
        found: "2026-03-01T06:00:41Z".into(),
        repaired: None,
        action: Action::Asked,
    }]
}

fn rejection(at: usize) -> RejectionRow {
    let purpose = numbered(pick(&PURPOSES, at, 5), at / 9);
    let reasons = [
        "Role does not exist. Create it, or correct aws-role-name of the consumer.",
        "The role's inline policies hold 10,106 characters, this grant needs 412, and IAM allows \
         10,240. Remove agreements that are no longer used, or let the consumer use a second role.",
    ];
    RejectionRow {
        agreement: format!("refused-{at}"),
        consumer: Some(purpose.clone()),
        provider: Some(pick(&SUBJECTS, at, 3).into()),
        role: (at % 2 == 1).then(|| format!("arn:aws:iam::{ACCOUNT}:role/data-products/{purpose}")),
        reason: one_of(&reasons, at).into(),
        since: format!("2026-02-{:02}T14:05:00Z", 1 + at % 28),
    }
}

fn roles(grants: &[GrantRow]) -> Vec<RoleRow> {
    let mut arns: Vec<&str> = grants.iter().map(|row| row.role.as_str()).collect();
    arns.sort_unstable();
    arns.dedup();
    let role = |(at, arn): (usize, &str)| RoleRow {
        arn: arn.into(),
        account: ACCOUNT.into(),
        grants: number(grants.iter().filter(|row| row.role == arn).count()),
        used: if at % 97 == 7 { 0 } else { number((at * 2_633 + 812) % 10_300) },
        limit: 10_240,
        missing: at % 97 == 7,
    };
    arns.into_iter().enumerate().map(role).collect()
}

/// Some are picked far more often than others, as it is in life.
fn pick(from: &[&'static str], at: usize, salt: usize) -> &'static str {
    one_of(from, skewed(at, salt) * from.len() / 1_009)
}

/// Below 1,009, and far more often small than large.
fn skewed(at: usize, salt: usize) -> usize {
    let scattered = (at * 7_919 + salt * 104_729) % 1_009;
    scattered * scattered / 1_009 * scattered / 1_009
}

#[expect(clippy::indexing_slicing, reason = "what is picked from is written down here")]
fn one_of<T: Copy>(from: &[T], at: usize) -> T {
    from[at % from.len()]
}

fn numbered(name: &str, number: usize) -> String {
    if number == 0 { name.to_owned() } else { format!("{name}-{number}") }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
