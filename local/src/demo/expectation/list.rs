//! Every agreement of the demonstration, with its end.

use super::{Allow, End, Expected, allow, plain};

const READ_TABLE: &[&str] = &[
    "glue:GetDatabase",
    "glue:GetTable",
    "glue:GetTables",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
];

const fn query(workgroup: &'static [&'static str]) -> Allow {
    allow(
        &[
            "athena:StartQueryExecution",
            "athena:StopQueryExecution",
            "athena:GetQueryExecution",
            "athena:GetQueryResults",
            "athena:GetQueryResultsStream",
            "athena:GetWorkGroup",
        ],
        workgroup,
        "",
    )
}

const CONSUMERS: &[&str] = &["arn:aws:athena:eu-central-1:000000000000:workgroup/consumers"];
const ANALYSTS: &[&str] = &["arn:aws:athena:eu-central-1:000000000000:workgroup/analysts"];

const LIST: &[&str] = &["s3:ListBucket"];
const READ: &[&str] = &["s3:GetObject"];
const LAKE: &[&str] = &["arn:aws:s3:::sample-lake"];
const LOCATE_LAKE: Allow = allow(&["s3:GetBucketLocation"], LAKE, "");
const ARCHIVE: &[&str] = &["arn:aws:s3:::sample-archive"];

/// Two tables of one contract, and where Glue keeps each.
const INVENTORY: [Allow; 5] = [
    allow(
        READ_TABLE,
        &[
            "arn:aws:glue:eu-central-1:000000000000:catalog",
            "arn:aws:glue:eu-central-1:000000000000:database/inventory",
            "arn:aws:glue:eu-central-1:000000000000:table/inventory/items_v1",
            "arn:aws:glue:eu-central-1:000000000000:table/inventory/movements",
        ],
        "",
    ),
    LOCATE_LAKE,
    allow(LIST, LAKE, "s3:prefix like inventory/items or inventory/items/*"),
    allow(LIST, LAKE, "s3:prefix like inventory/movements or inventory/movements/*"),
    allow(
        READ,
        &[
            "arn:aws:s3:::sample-lake/inventory/items/*",
            "arn:aws:s3:::sample-lake/inventory/movements/*",
        ],
        "",
    ),
];

/// The two tables through a workgroup.
const fn inventory(workgroup: &'static [&'static str]) -> [Allow; 6] {
    let [tables, bucket, items, movements, objects] = INVENTORY;
    [tables, bucket, items, movements, objects, query(workgroup)]
}

/// All agreements of the demonstration.
pub(crate) const EXPECTED: [Expected; 15] = [
    Expected {
        agreement: "orders-for-churn",
        end: End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/churn",
            policy: "DMM_DataUsageAgreement_orders-for-churn",
            allows: &[
                allow(
                    &["s3:GetBucketLocation", "s3:ListBucket"],
                    &["arn:aws:s3:::sample-orders"],
                    "",
                ),
                allow(READ, &["arn:aws:s3:::sample-orders/*"], ""),
            ],
        },
        own_tags: &["gdpr-checked", "reviewed"],
        own_fields: &[("cost-center", "4711"), ("reviewer", "b.sample")],
    },
    plain(
        "customers-for-dashboard",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/dashboard",
            policy: "DMM_DataUsageAgreement_customers-for-dashboard",
            allows: &[
                LOCATE_LAKE,
                allow(LIST, LAKE, "s3:prefix like customers/europe or customers/europe/*"),
                allow(READ, &["arn:aws:s3:::sample-lake/customers/europe/*"], ""),
            ],
        },
    ),
    plain(
        "shelf-warmers-for-forecast",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/forecast-v2",
            policy: "DMM_DataUsageAgreement_shelf-warmers-for-forecast",
            allows: &[
                allow(
                    READ_TABLE,
                    &[
                        "arn:aws:glue:eu-central-1:000000000000:catalog",
                        "arn:aws:glue:eu-central-1:000000000000:database/fulfillment",
                        "arn:aws:glue:eu-central-1:000000000000:table/fulfillment/shelf_warmers",
                    ],
                    "",
                ),
                LOCATE_LAKE,
                allow(LIST, LAKE, "s3:prefix like shelf-warmers or shelf-warmers/*"),
                allow(READ, &["arn:aws:s3:::sample-lake/shelf-warmers/*"], ""),
                query(CONSUMERS),
            ],
        },
    ),
    plain(
        "urn:access:stock-for-churn",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/churn",
            policy: "DMM_DataUsageAgreement_sha256=c2d5eb76519d77b349d0e03ac7ee8c35c4e13df9f08da82cec5a0749345a5ad4",
            allows: &[
                allow(
                    READ_TABLE,
                    &[
                        "arn:aws:glue:eu-central-1:000000000000:catalog",
                        "arn:aws:glue:eu-central-1:000000000000:database/fulfillment",
                        "arn:aws:glue:eu-central-1:000000000000:table/fulfillment/stock",
                    ],
                    "",
                ),
                LOCATE_LAKE,
                allow(LIST, LAKE, "s3:prefix like stock or stock/*"),
                allow(READ, &["arn:aws:s3:::sample-lake/stock/*"], ""),
                query(CONSUMERS),
            ],
        },
    ),
    plain(
        "returns-for-segments",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/segments",
            policy: "DMM_DataUsageAgreement_returns-for-segments",
            allows: &[
                LOCATE_LAKE,
                allow(LIST, LAKE, "s3:prefix like returns or returns/*"),
                allow(READ, &["arn:aws:s3:::sample-lake/returns/*"], ""),
            ],
        },
    ),
    plain(
        "sales-for-marketing",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/marketing",
            policy: "DMM_DataUsageAgreement_sales-for-marketing",
            allows: &[
                LOCATE_LAKE,
                allow(LIST, LAKE, "s3:prefix like sales/orders or sales/orders/*"),
                allow(LIST, LAKE, "s3:prefix like sales/line_items or sales/line_items/*"),
                allow(
                    READ,
                    &[
                        "arn:aws:s3:::sample-lake/sales/orders/*",
                        "arn:aws:s3:::sample-lake/sales/line_items/*",
                    ],
                    "",
                ),
            ],
        },
    ),
    plain(
        "inventory-for-analyst",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/analyst",
            policy: "DMM_DataUsageAgreement_inventory-for-analyst",
            allows: &inventory(ANALYSTS),
        },
    ),
    plain(
        "inventory-for-segments",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/segments",
            policy: "DMM_DataUsageAgreement_inventory-for-segments",
            allows: &inventory(CONSUMERS),
        },
    ),
    // Nobody names a workgroup: no queries.
    plain(
        "prices-for-dashboard",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/dashboard",
            policy: "DMM_DataUsageAgreement_prices-for-dashboard",
            allows: &[
                allow(
                    READ_TABLE,
                    &[
                        "arn:aws:glue:eu-central-1:000000000000:catalog",
                        "arn:aws:glue:eu-central-1:000000000000:database/fulfillment",
                        "arn:aws:glue:eu-central-1:000000000000:table/fulfillment/prices",
                    ],
                    "",
                ),
                LOCATE_LAKE,
                allow(LIST, LAKE, "s3:prefix like prices or prices/*"),
                allow(READ, &["arn:aws:s3:::sample-lake/prices/*"], ""),
            ],
        },
    ),
    // The data product names no role, its team does.
    plain(
        "invoices-for-reports",
        End::Granted {
            role: "arn:aws:iam::000000000000:role/data-products/marketing",
            policy: "DMM_DataUsageAgreement_invoices-for-reports",
            allows: &[
                allow(&["s3:GetBucketLocation"], ARCHIVE, ""),
                allow(LIST, ARCHIVE, "s3:prefix like invoices or invoices/*"),
                allow(READ, &["arn:aws:s3:::sample-archive/invoices/*"], ""),
            ],
        },
    ),
    plain("orders-for-dashboard", End::Inactive),
    plain("customers-for-churn", End::Deleted),
    plain("clicks-for-churn", End::Refused("kafka_topic")),
    plain("orders-for-backoffice", End::Refused("role/platform/admin")),
    plain("campaigns-for-churn", End::NotOurs),
];
