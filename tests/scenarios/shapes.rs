//! What must come of each document in `tests/fixtures`, written down by hand.

use crate::generation::Generation;
use crate::world::{CHURN, OTHER, WORKGROUP};

/// What both functions make of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// This role may read exactly these resources.
    Granted(&'static str, &'static [&'static str]),
    /// Nothing is granted, and the owners are told why in these words.
    Refused(&'static [&'static str]),
    /// Somebody else's business: no trace anywhere, and IAM is not even asked.
    NotOurs,
    /// No trace anywhere.
    Silent,
}

use Outcome::{Granted, NotOurs, Refused, Silent};

/// A fixture, with what it takes to make a story of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) fixture: &'static str,
    /// Who the agreement is for, unless the fixture is one.
    pub(crate) consumer: &'static str,
    /// Further fixtures of the story.
    pub(crate) beside: &'static [&'static str],
    pub(crate) outcome: Outcome,
}

const fn shape(fixture: &'static str, outcome: Outcome) -> Shape {
    Shape { fixture, consumer: "product", beside: &[], outcome }
}

impl Shape {
    const fn read_by(self, consumer: &'static str) -> Self {
        Self { consumer, ..self }
    }

    const fn beside(self, beside: &'static [&'static str]) -> Self {
        Self { beside, ..self }
    }
}

const BUCKET: &[&str] = &["arn:aws:s3:::acme-lake", "arn:aws:s3:::acme-lake/*"];
const FOLDER: &[&str] = &["arn:aws:s3:::acme-lake", "arn:aws:s3:::acme-lake/orders/*"];
const FOLDERS: &[&str] = &[
    "arn:aws:s3:::acme-lake",
    "arn:aws:s3:::acme-lake/orders/*",
    "arn:aws:s3:::acme-lake/returns/*",
];
const ORDERS_TABLE: &[&str] = &[
    "arn:aws:glue:eu-west-1:123456789012:catalog",
    "arn:aws:glue:eu-west-1:123456789012:database/sales",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
    "arn:aws:s3:::acme-lake",
    "arn:aws:s3:::acme-lake/orders/*",
];
const ORDERS_TABLE_WITH_WORKGROUP: &[&str] = &[
    WORKGROUP,
    "arn:aws:glue:eu-west-1:123456789012:catalog",
    "arn:aws:glue:eu-west-1:123456789012:database/sales",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
    "arn:aws:s3:::acme-lake",
    "arn:aws:s3:::acme-lake/orders/*",
];
const BOTH_TABLES: &[&str] = &[
    "arn:aws:glue:eu-west-1:123456789012:catalog",
    "arn:aws:glue:eu-west-1:123456789012:database/sales",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/returns",
    "arn:aws:s3:::acme-lake",
    "arn:aws:s3:::acme-lake/orders/*",
    "arn:aws:s3:::acme-lake/returns/*",
];

/// Agreements of either generation: who it is for, and whether it is active.
pub(crate) const AGREEMENTS: &[Shape] = &[
    shape("access/2026-07-product", Granted(CHURN, FOLDER)),
    shape("access/2026-07-team", Granted(OTHER, FOLDER)),
    shape("access/2026-07-user", Granted(OTHER, FOLDER)),
    shape("access/2025-09-product", Granted(CHURN, FOLDER)),
    shape("access/2025-09-team", Granted(OTHER, FOLDER)),
    shape("access/2025-09-user", Granted(OTHER, FOLDER)),
    shape("access/unused-consumers-say-unknown", Granted(OTHER, FOLDER)),
    shape("access/provider-deleted", Refused(&["data product this agreement is for", "not exist"])),
    shape("access/requested", Silent),
    shape("access/rejected", Silent),
    shape("access/not-begun", Silent),
    shape("access/ended", Silent),
    shape("data-usage-agreement/2025-09-product", Granted(CHURN, FOLDER)),
    shape("data-usage-agreement/2025-09-team", Granted(OTHER, FOLDER)),
    shape("data-usage-agreement/2025-09-user", Granted(OTHER, FOLDER)),
    shape("data-usage-agreement/specification-0.0.1", Granted(CHURN, FOLDER)),
    shape("data-usage-agreement/ended", Silent),
    shape("data-usage-agreement/id-in-info", Granted(CHURN, FOLDER)),
];

/// Data products, teams and people that read.
pub(crate) const CONSUMERS: &[Shape] = &[
    shape("data-product/consumer-dps-role-name", Granted(CHURN, FOLDER)),
    shape("data-product/consumer-dps-role-arn", Granted(CHURN, FOLDER)),
    shape("data-product/consumer-odps-role-name", Granted(CHURN, FOLDER)),
    shape("data-product/consumer-odps-role-arn", Granted(CHURN, FOLDER)),
    // Its team has a role.
    shape("data-product/consumer-without-role", Granted(OTHER, FOLDER)),
    shape(
        "data-product/consumer-odps-without-properties",
        Refused(&["consumer data product churn, consumer team marketing", "aws-role-name"]),
    )
    .beside(&["team/without-role"]),
    shape("team/role-name", Granted(OTHER, FOLDER)).read_by("team"),
    shape("team/role-arn", Granted(OTHER, FOLDER)).read_by("team"),
    shape("team/without-role", Refused(&["no AWS role", "consumer team marketing"]))
        .read_by("team"),
    shape("organization-member/role-name", Granted(OTHER, FOLDER)).read_by("user"),
    shape("organization-member/role-arn", Granted(OTHER, FOLDER)).read_by("user"),
    shape(
        "organization-member/without-role",
        Refused(&["no AWS role", "consumer member ada@example.com"]),
    )
    .read_by("user"),
];

/// Data products that provide, by where their port says what lies behind it.
pub(crate) const PROVIDERS: &[Shape] = &[
    shape("data-product/provider-dps-s3-fields", Granted(CHURN, FOLDER)),
    shape("data-product/provider-dps-glue-fields", Granted(CHURN, ORDERS_TABLE_WITH_WORKGROUP)),
    shape("data-product/provider-dps-server-s3", Granted(CHURN, FOLDER)),
    shape("data-product/provider-dps-server-glue", Granted(CHURN, ORDERS_TABLE)),
    shape("data-product/provider-dps-location-url", Granted(CHURN, FOLDER)),
    shape("data-product/provider-dps-location-bucket", Granted(CHURN, BUCKET)),
    shape("data-product/provider-dps-location-table", Granted(CHURN, ORDERS_TABLE)),
    shape("data-product/provider-dps-contract", Granted(CHURN, FOLDER))
        .beside(&["data-contract/odcs-s3"]),
    shape("data-product/provider-dps-contract-glue", Granted(CHURN, BOTH_TABLES))
        .beside(&["data-contract/odcs-glue"]),
    shape("data-product/provider-dps-contract-server", Granted(CHURN, FOLDER))
        .beside(&["data-contract/odcs-several-servers"]),
    shape("data-product/provider-dps-contract-and-server", Granted(CHURN, FOLDER))
        .beside(&["data-contract/odcs-without-servers"]),
    shape(
        "data-product/provider-dps-nothing",
        Refused(&["output port orders-v1 of provider data product orders", "says nowhere"]),
    ),
    shape("data-product/provider-dps-snowflake", NotOurs),
    shape("data-product/provider-dps-kafka", NotOurs),
    shape("data-product/provider-dps-redshift", NotOurs),
    shape("data-product/provider-before-dps", Granted(CHURN, FOLDER)),
    shape("data-product/provider-odps-s3-fields", Granted(CHURN, FOLDER)),
    shape("data-product/provider-odps-glue-fields", Granted(CHURN, ORDERS_TABLE_WITH_WORKGROUP)),
    shape("data-product/provider-odps-server-s3", Granted(CHURN, FOLDER)),
    shape("data-product/provider-odps-server-glue", Granted(CHURN, ORDERS_TABLE)),
    shape("data-product/provider-odps-contract", Granted(CHURN, FOLDER))
        .beside(&["data-contract/odcs-s3"]),
    shape("data-product/provider-odps-contract-athena", Granted(CHURN, BOTH_TABLES))
        .beside(&["data-contract/odcs-athena"]),
    shape("data-product/provider-odps-contract-property", Granted(CHURN, FOLDER))
        .beside(&["data-contract/odcs-s3"]),
    shape("data-product/provider-odps-contract-server", Granted(CHURN, FOLDER))
        .beside(&["data-contract/odcs-several-servers"]),
    shape(
        "data-product/provider-odps-contract-server-missing",
        Refused(&["data contract orders-contract", "has no server", "staging", "contractServer"]),
    )
    .beside(&["data-contract/odcs-several-servers"]),
    shape("data-product/provider-odps-port-id", Granted(CHURN, FOLDER)),
    shape("data-product/provider-odps-0.9", Granted(CHURN, FOLDER)),
    shape("data-product/provider-odps-bigquery", NotOurs),
];

const BY_CONTRACT: &[&str] = &["data-product/provider-dps-contract"];
const BY_GLUE_CONTRACT: &[&str] = &["data-product/provider-dps-contract-glue"];
const BY_SERVER_NAME: &[&str] = &["data-product/provider-odps-contract-server"];
const OLD_FORM: &[&str] = &[
    "data contract orders-contract of output port orders-v1",
    "servers is a map",
    "Open Data Contract Standard",
];

/// Data contracts that describe the port.
pub(crate) const CONTRACTS: &[Shape] = &[
    shape("data-contract/odcs-s3", Granted(CHURN, FOLDER)).beside(BY_CONTRACT),
    shape("data-contract/odcs-s3-model", Granted(CHURN, FOLDERS)).beside(BY_CONTRACT),
    shape(
        "data-contract/odcs-s3-pattern",
        Refused(&["s3://acme-lake/orders/*.json", "is a pattern", "server production"]),
    )
    .beside(BY_CONTRACT),
    shape("data-contract/odcs-s3-elsewhere", NotOurs).beside(BY_CONTRACT),
    shape("data-contract/odcs-glue", Granted(CHURN, BOTH_TABLES)).beside(BY_GLUE_CONTRACT),
    shape("data-contract/odcs-athena", Granted(CHURN, BOTH_TABLES)).beside(BY_GLUE_CONTRACT),
    shape("data-contract/odcs-several-servers", Granted(CHURN, FOLDER)).beside(BY_SERVER_NAME),
    shape("data-contract/odcs-redshift", NotOurs).beside(BY_CONTRACT),
    shape("data-contract/odcs-without-servers", Refused(&["says nowhere what lies behind it"]))
        .beside(BY_CONTRACT),
    shape("data-contract/odcs-3.0-glue", Granted(CHURN, ORDERS_TABLE)).beside(BY_GLUE_CONTRACT),
    shape("data-contract/dcs-0.9", Refused(OLD_FORM)).beside(BY_CONTRACT),
    shape("data-contract/dcs-1.1", Refused(OLD_FORM)).beside(BY_GLUE_CONTRACT),
];

/// A page of the feed over an agreement that is active.
pub(crate) struct Page {
    pub(crate) fixture: &'static str,
    today: (usize, Outcome),
    older: (usize, Outcome),
}

impl Page {
    /// How many messages are queued, and what comes of them.
    pub(crate) fn expected(&self, generation: Generation) -> (usize, Outcome) {
        match generation {
            Generation::Access => self.today,
            Generation::DataUsageAgreement => self.older,
        }
    }
}

const fn page(fixture: &'static str, queued: usize, outcome: Outcome) -> Page {
    Page { fixture, today: (queued, outcome), older: (queued, outcome) }
}

/// Created and Requested give no right: no message.
pub(crate) const FEEDS: &[Page] = &[
    page("feed/access-begins", 3, Granted(CHURN, FOLDER)),
    page("feed/access-begins-renamed", 3, Granted(CHURN, FOLDER)),
    page("feed/data-usage-agreement-begins", 3, Granted(CHURN, FOLDER)),
    page("feed/data-usage-agreement-begins-renamed", 3, Granted(CHURN, FOLDER)),
    page("feed/both-generations-of-one-change", 2, Granted(CHURN, FOLDER)),
    page("feed/nullable-fields-are-null", 1, Granted(CHURN, FOLDER)),
    page("feed/provisioning-reports-coming-back", 0, Silent),
    page("feed/events-that-change-no-access", 0, Silent),
    page("feed/end-of-feed", 0, Silent),
    // One hint for all five. The older API has no list to find the agreements in.
    Page {
        fixture: "feed/definitions-change",
        today: (1, Granted(CHURN, FOLDER)),
        older: (0, Silent),
    },
];

/// Pages over an agreement that was granted and has ended.
pub(crate) const ENDINGS: &[&str] = &["feed/access-ends", "feed/data-usage-agreement-ends"];
