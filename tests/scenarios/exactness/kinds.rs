//! Each kind of port, and by hand: every request that its grant allows, of all that are made.

use serde_json::{Value, json};

use crate::exactness::story::Story;

/// Requests that are allowed together: each action on each resource. A resource may carry the
/// prefix of a listing; behind `*` stands what of it the document names when anything is asked for.
pub(crate) type Allowed = (&'static [&'static str], &'static [&'static str]);

/// A kind of port.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) story: Story,
    /// As if the partition were `aws`.
    pub(crate) expected: Vec<&'static [Allowed]>,
    /// Stands in the document, and no request asks for it: an action on a table that is only ever
    /// checked on its ancestors.
    pub(crate) never_asked: Vec<&'static [Allowed]>,
}

/// Needs no right at all.
const ALWAYS: &[Allowed] = &[(&["sts:GetCallerIdentity"], &["*"])];

const LAKE_BUCKET: &[Allowed] = &[
    (&["s3:GetBucketLocation"], &["arn:aws:s3:::acme-lake", "* arn:aws:s3:::acme-lake"]),
    (
        &["s3:ListBucket"],
        &[
            "* arn:aws:s3:::acme-lake",
            "arn:aws:s3:::acme-lake",
            "arn:aws:s3:::acme-lake prefix=",
            "arn:aws:s3:::acme-lake prefix=order",
            "arn:aws:s3:::acme-lake prefix=orders",
            "arn:aws:s3:::acme-lake prefix=orders/",
            "arn:aws:s3:::acme-lake prefix=orders/x",
            "arn:aws:s3:::acme-lake prefix=orders//x",
            "arn:aws:s3:::acme-lake prefix=orders2",
            "arn:aws:s3:::acme-lake prefix=orders2/",
            "arn:aws:s3:::acme-lake prefix=ORDERS/",
            "arn:aws:s3:::acme-lake prefix=/orders",
            "arn:aws:s3:::acme-lake prefix=returns",
            "arn:aws:s3:::acme-lake prefix=returns/",
            "arn:aws:s3:::acme-lake prefix=churn",
            "arn:aws:s3:::acme-lake prefix=churn/x",
        ],
    ),
];
const LAKE_OBJECTS: &[Allowed] = &[(
    &["s3:GetObject"],
    &[
        "* arn:aws:s3:::acme-lake/*",
        "arn:aws:s3:::acme-lake/x",
        "arn:aws:s3:::acme-lake/orders",
        "arn:aws:s3:::acme-lake/orders/",
        "arn:aws:s3:::acme-lake/orders/x",
        "arn:aws:s3:::acme-lake/orders/a/b",
        "arn:aws:s3:::acme-lake/orders//x",
        "arn:aws:s3:::acme-lake/orders/../x",
        "arn:aws:s3:::acme-lake/orders2/x",
        "arn:aws:s3:::acme-lake/order/x",
        "arn:aws:s3:::acme-lake/ORDERS/x",
        "arn:aws:s3:::acme-lake/returns/x",
        "arn:aws:s3:::acme-lake//orders/x",
    ],
)];
const BUCKET_OF_A_FOLDER: &[Allowed] =
    &[(&["s3:GetBucketLocation"], &["arn:aws:s3:::acme-lake", "* arn:aws:s3:::acme-lake"])];
/// The prefix without a slash lists names of `orders2` too. Whether that is meant is not said here.
const ORDERS_FOLDER: &[Allowed] = &[
    (
        &["s3:ListBucket"],
        &[
            "arn:aws:s3:::acme-lake prefix=orders",
            "arn:aws:s3:::acme-lake prefix=orders/",
            "arn:aws:s3:::acme-lake prefix=orders/x",
            "arn:aws:s3:::acme-lake prefix=orders//x",
        ],
    ),
    (
        &["s3:GetObject"],
        &[
            "* arn:aws:s3:::acme-lake/orders/*",
            "arn:aws:s3:::acme-lake/orders/",
            "arn:aws:s3:::acme-lake/orders/x",
            "arn:aws:s3:::acme-lake/orders/a/b",
            "arn:aws:s3:::acme-lake/orders//x",
            "arn:aws:s3:::acme-lake/orders/../x",
        ],
    ),
];
const RETURNS_FOLDER: &[Allowed] = &[
    (
        &["s3:ListBucket"],
        &["arn:aws:s3:::acme-lake prefix=returns", "arn:aws:s3:::acme-lake prefix=returns/"],
    ),
    (
        &["s3:GetObject"],
        &["* arn:aws:s3:::acme-lake/returns/*", "arn:aws:s3:::acme-lake/returns/x"],
    ),
];

const READ_TABLES: &[&str] = &[
    "glue:GetTable",
    "glue:GetTables",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
];
const SALES_DATABASE: &[Allowed] = &[
    (
        READ_TABLES,
        &[
            "* arn:aws:glue:eu-west-1:123456789012:catalog",
            "* arn:aws:glue:eu-west-1:123456789012:database/sales",
            "arn:aws:glue:eu-west-1:123456789012:catalog",
            "arn:aws:glue:eu-west-1:123456789012:database/sales",
        ],
    ),
    (
        &["glue:GetDatabase"],
        &[
            "* arn:aws:glue:eu-west-1:123456789012:catalog",
            "* arn:aws:glue:eu-west-1:123456789012:database/sales",
            "arn:aws:glue:eu-west-1:123456789012:catalog",
            "arn:aws:glue:eu-west-1:123456789012:database/sales",
        ],
    ),
];
const ORDERS_TABLE: &[Allowed] = &[(
    READ_TABLES,
    &[
        "* arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
        "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
    ],
)];
const RETURNS_TABLE: &[Allowed] = &[(
    READ_TABLES,
    &[
        "* arn:aws:glue:eu-west-1:123456789012:table/sales/returns",
        "arn:aws:glue:eu-west-1:123456789012:table/sales/returns",
    ],
)];
const ORDERS_UNASKED: &[Allowed] = &[(
    &["glue:GetDatabase"],
    &[
        "* arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
        "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
    ],
)];
const RETURNS_UNASKED: &[Allowed] = &[(
    &["glue:GetDatabase"],
    &[
        "* arn:aws:glue:eu-west-1:123456789012:table/sales/returns",
        "arn:aws:glue:eu-west-1:123456789012:table/sales/returns",
    ],
)];

const WORKGROUP: &[Allowed] = &[(
    &[
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetQueryResultsStream",
        "athena:GetWorkGroup",
    ],
    &[
        "* arn:aws:athena:eu-west-1:123456789012:workgroup/consumers",
        "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers",
    ],
)];

const RESULTS_FOLDER: &[Allowed] = &[
    (&["s3:GetBucketLocation"], &["* arn:aws:s3:::acme-results", "arn:aws:s3:::acme-results"]),
    (
        &["s3:ListBucket"],
        &["arn:aws:s3:::acme-results prefix=churn", "arn:aws:s3:::acme-results prefix=churn/x"],
    ),
    (
        &["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
        &["* arn:aws:s3:::acme-results/churn/*", "arn:aws:s3:::acme-results/churn/x"],
    ),
];

/// The few probes of the other partitions: see `probes`.
const FOLDER_ELSEWHERE: &[Allowed] = &[
    (
        &["s3:ListBucket"],
        &[
            "arn:aws:s3:::acme-lake prefix=orders",
            "arn:aws:s3:::acme-lake prefix=orders/",
            "arn:aws:s3:::acme-lake prefix=orders/x",
            "arn:aws:s3:::acme-lake prefix=orders//x",
        ],
    ),
    (&["s3:GetObject"], &["* arn:aws:s3:::acme-lake/orders/*", "arn:aws:s3:::acme-lake/orders/x"]),
];
const LAKE_OBJECTS_ELSEWHERE: &[Allowed] = &[(
    &["s3:GetObject"],
    &[
        "* arn:aws:s3:::acme-lake/*",
        "arn:aws:s3:::acme-lake/x",
        "arn:aws:s3:::acme-lake/orders/x",
        "arn:aws:s3:::acme-lake/orders2/x",
    ],
)];

const TABLE_ARN: &str = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders";
const WORKGROUP_ARN: &str = "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers";

/// Every kind there is.
pub(crate) fn every_kind() -> Vec<Kind> {
    [s3_kinds(), table_kinds(), kinds_with_workgroup(), kinds_elsewhere()]
        .into_iter()
        .flatten()
        .collect()
}

fn kind(name: &'static str, story: Story, expected: &[&'static [Allowed]]) -> Kind {
    let unasked = [(ORDERS_TABLE, ORDERS_UNASKED), (RETURNS_TABLE, RETURNS_UNASKED)];
    let unasked = unasked.into_iter().filter(|(table, _)| expected.contains(table));
    Kind {
        name,
        story,
        never_asked: unasked.map(|(_, unasked)| unasked).collect(),
        expected: [&[ALWAYS], expected].concat(),
    }
}

fn s3(field: &str, arn: &str) -> Story {
    let custom = json!({"output-port-type": "s3_bucket", field: arn});
    Story::of_port(&json!({"custom": custom}))
}

fn by_contract(server: &Value) -> Story {
    let contract = json!({"kind": "DataContract", "id": "c", "servers": [server],
                          "schema": [{"name": "orders"}, {"name": "returns"}]});
    let stored =
        |name: &str| (TABLE_ARN.replace("orders", name), format!("s3://acme-lake/{name}/"));
    Story {
        contract: Some(contract),
        tables: vec![stored("orders"), stored("returns")],
        ..Story::of_port(&json!({"contractId": "c"}))
    }
}

fn reserved_table(more: &Value) -> Story {
    let mut custom = json!({"output-port-type": "glue_table", "aws-glue-table-arn": TABLE_ARN,
                            "aws-athena-workgroup-arn": WORKGROUP_ARN});
    custom.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Story {
        tables: vec![(TABLE_ARN.to_owned(), "s3://acme-lake/orders/".to_owned())],
        ..Story::of_port(&json!({"custom": custom}))
    }
}

fn s3_kinds() -> Vec<Kind> {
    let models = json!({"server": "s", "type": "s3", "location": "s3://acme-lake/{model}/*"});
    let bucket = "aws-s3-bucket-arn";
    vec![
        kind("bucket", s3(bucket, "arn:aws:s3:::acme-lake"), &[LAKE_BUCKET, LAKE_OBJECTS]),
        kind(
            "folder",
            s3("aws-s3-folder-arn", "arn:aws:s3:::acme-lake/orders/"),
            &[BUCKET_OF_A_FOLDER, ORDERS_FOLDER],
        ),
        kind(
            "a folder for each schema object",
            by_contract(&models),
            &[BUCKET_OF_A_FOLDER, ORDERS_FOLDER, RETURNS_FOLDER],
        ),
    ]
}

fn table_kinds() -> Vec<Kind> {
    let one = json!({"server": {"type": "glue", "database": "sales", "table": "orders",
                                "location": "s3://acme-lake/orders/"}});
    let all = json!({"server": "s", "type": "glue", "database": "sales"});
    vec![
        kind(
            "table with folder",
            Story::of_port(&one),
            &[SALES_DATABASE, ORDERS_TABLE, BUCKET_OF_A_FOLDER, ORDERS_FOLDER],
        ),
        kind(
            "several tables",
            by_contract(&all),
            &[
                SALES_DATABASE,
                ORDERS_TABLE,
                RETURNS_TABLE,
                BUCKET_OF_A_FOLDER,
                ORDERS_FOLDER,
                RETURNS_FOLDER,
            ],
        ),
    ]
}

fn kinds_with_workgroup() -> Vec<Kind> {
    let folder = json!({"aws-s3-folder-arn": "arn:aws:s3:::acme-lake/orders"});
    let all = json!({"server": "s", "type": "athena", "schema": "sales"});
    let of_consumer = json!({"aws-athena-workgroup-arn": WORKGROUP_ARN});
    let results = json!({"aws-s3-athena-results-arn": "arn:aws:s3:::acme-results/churn"});
    let table = [SALES_DATABASE, ORDERS_TABLE, BUCKET_OF_A_FOLDER, ORDERS_FOLDER, WORKGROUP];
    let both = [&table[..], &[RETURNS_TABLE, RETURNS_FOLDER]].concat();
    let with_results = [&table[..], &[RESULTS_FOLDER]].concat();
    vec![
        kind("table with folder and workgroup", reserved_table(&folder), &table),
        kind("table with derived ARNs", reserved_table(&json!({})), &table),
        kind(
            "several tables with the consumer's workgroup",
            Story { consumer: of_consumer, ..by_contract(&all) },
            &both,
        ),
        kind(
            "table with a place for results",
            Story { consumer: results, ..reserved_table(&folder) },
            &with_results,
        ),
    ]
}

fn kinds_elsewhere() -> Vec<Kind> {
    let table = [SALES_DATABASE, ORDERS_TABLE, BUCKET_OF_A_FOLDER, FOLDER_ELSEWHERE, WORKGROUP];
    let bucket = [LAKE_BUCKET, LAKE_OBJECTS_ELSEWHERE];
    let folder = json!({"aws-s3-folder-arn": "arn:aws:s3:::acme-lake/orders"});
    let of = |partition, story: Story| story.moved_to(partition);
    let whole = || s3("aws-s3-bucket-arn", "arn:aws:s3:::acme-lake");
    vec![
        kind("table in China", of("aws-cn", reserved_table(&folder)), &table),
        kind("table in GovCloud", of("aws-us-gov", reserved_table(&folder)), &table),
        kind("bucket in China", of("aws-cn", whole()), &bucket),
        kind("bucket in GovCloud", of("aws-us-gov", whole()), &bucket),
    ]
}
