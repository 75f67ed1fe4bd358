//! The values that tests begin with.

use crate::{
    Action, ConsumerKind, DifferenceRow, GrantRow, Kind, Mode, RejectionRow, Report, RoleRow,
    Round, SCHEMA_VERSION, Standing, Totals,
};

const ROLE: &str = "arn:aws:iam::123456789012:role/data-products/churn";

/// One grant, exactly as agreed, found by a complete round.
pub(crate) fn as_agreed() -> Report {
    Report {
        schema_version: SCHEMA_VERSION,
        round: Round {
            began: "2026-03-01T06:00:00Z".into(),
            ended: "2026-03-01T06:00:41Z".into(),
            version: "0.1.0".into(),
            mode: Mode::Apply,
            complete: true,
            problems: Vec::new(),
            withheld_revocations: 0,
            revoke_limit: 10,
        },
        totals: Totals { agreements: 1, active: 1, grants: 1, as_agreed: 1, ..Totals::default() },
        grants: vec![grant()],
        differences: Vec::new(),
        rejections: Vec::new(),
        roles: vec![role()],
        accounts: Vec::new(),
    }
}

pub(crate) fn grant() -> GrantRow {
    GrantRow {
        agreement: "orders-for-churn".into(),
        consumer: Some("churn".into()),
        consumer_kind: Some(ConsumerKind::DataProduct),
        provider: Some("orders".into()),
        output_port: Some("orders-all".into()),
        role: ROLE.into(),
        account: "123456789012".into(),
        policy: "DMM_DataUsageAgreement_orders-for-churn".into(),
        resources: vec!["arn:aws:s3:::acme-orders".into(), "arn:aws:s3:::acme-orders/*".into()],
        since: Some("2026-02-01T00:00:00Z".into()),
        until: None,
        standing: Standing::AsAgreed,
    }
}

pub(crate) fn difference() -> DifferenceRow {
    DifferenceRow {
        kind: Kind::Altered,
        agreement: Some("customers-for-churn".into()),
        role: Some(ROLE.into()),
        policy: Some("DMM_DataUsageAgreement_customers-for-churn".into()),
        explanation: "Statement ReadBucket names another bucket.".into(),
        found: "2026-03-01T06:00:41Z".into(),
        repaired: None,
        action: Action::Asked,
    }
}

pub(crate) fn rejection() -> RejectionRow {
    RejectionRow {
        agreement: "stores-for-churn".into(),
        consumer: Some("churn".into()),
        provider: Some("stores".into()),
        role: None,
        reason: "The output port names no bucket.".into(),
        since: "2026-02-20T10:00:00Z".into(),
    }
}

pub(crate) fn role() -> RoleRow {
    RoleRow {
        arn: ROLE.into(),
        account: "123456789012".into(),
        grants: 2,
        used: 512,
        limit: 10_240,
        missing: false,
    }
}
