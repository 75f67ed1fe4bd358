//! The end of the demonstration as it must be, written down by hand.

/// What must be true of one agreement.
pub(crate) struct Expected {
    pub(crate) agreement: &'static str,
    pub(crate) end: End,
    /// Tags and fields of its owner, which must still be there.
    pub(crate) own_tags: &'static [&'static str],
    pub(crate) own_fields: &'static [(&'static str, &'static str)],
}

/// How an agreement ends.
pub(crate) enum End {
    /// The role can read exactly this.
    Granted { role: &'static str, policy: &'static str, allows: &'static [Allow] },
    /// It is no longer active, and nothing is granted.
    Inactive,
    /// It could not be granted, and the reason holds these words.
    Refused(&'static str),
    /// The catalog no longer knows it.
    Deleted,
}

/// Every action on every resource.
pub(crate) struct Allow {
    pub(crate) actions: &'static [&'static str],
    pub(crate) resources: &'static [&'static str],
    pub(crate) condition: &'static str,
}

const fn allow(
    actions: &'static [&'static str],
    resources: &'static [&'static str],
    condition: &'static str,
) -> Allow {
    Allow { actions, resources, condition }
}

const fn plain(agreement: &'static str, end: End) -> Expected {
    Expected { agreement, end, own_tags: &[], own_fields: &[] }
}

const READ_TABLE: &[&str] = &[
    "glue:GetDatabase",
    "glue:GetTable",
    "glue:GetTables",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
];

const QUERY: Allow = allow(
    &[
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetQueryResultsStream",
        "athena:GetWorkGroup",
    ],
    &["arn:aws:athena:eu-central-1:000000000000:workgroup/consumers"],
    "",
);

const LAKE: &[&str] = &["arn:aws:s3:::sample-lake"];
const LOCATE_LAKE: Allow = allow(&["s3:GetBucketLocation"], LAKE, "");

/// All agreements of the demonstration.
pub(crate) const EXPECTED: [Expected; 8] = [
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
                allow(&["s3:GetObject"], &["arn:aws:s3:::sample-orders/*"], ""),
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
                allow(
                    &["s3:ListBucket"],
                    LAKE,
                    "s3:prefix like customers/europe or customers/europe/*",
                ),
                allow(&["s3:GetObject"], &["arn:aws:s3:::sample-lake/customers/europe/*"], ""),
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
                allow(&["s3:ListBucket"], LAKE, "s3:prefix like shelf-warmers or shelf-warmers/*"),
                allow(&["s3:GetObject"], &["arn:aws:s3:::sample-lake/shelf-warmers/*"], ""),
                QUERY,
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
                allow(&["s3:ListBucket"], LAKE, "s3:prefix like stock or stock/*"),
                allow(&["s3:GetObject"], &["arn:aws:s3:::sample-lake/stock/*"], ""),
                QUERY,
            ],
        },
    ),
    plain("orders-for-dashboard", End::Inactive),
    plain("customers-for-churn", End::Deleted),
    plain("clicks-for-churn", End::Refused("kafka_topic")),
    plain("orders-for-backoffice", End::Refused("role/platform/admin")),
];
