//! Ten thousand ports that are not what they should be give no document at all.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::exactness::port::values;
use crate::exactness::story::Story;

const PORTS: usize = 10_000;

const BUCKET: &str = "arn:aws:s3:::acme-lake";
const FOLDER: &str = "arn:aws:s3:::acme-lake/orders";
const URL: &str = "s3://acme-lake/orders";
const TABLE: &str = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders";
const CATALOG: &str = "arn:aws:glue:eu-west-1:123456789012:catalog";
const DATABASE: &str = "arn:aws:glue:eu-west-1:123456789012:database/sales";
const WORKGROUP: &str = "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers";
const RESULTS: &str = "arn:aws:s3:::acme-results/churn";

/// Where a text of others ends up in a document.
#[derive(Clone, Copy, Debug)]
enum Field {
    Bucket,
    Folder,
    Table,
    Workgroup,
    Catalog,
    Database,
    FolderOfTable,
    Results,
    ServerLocation,
    OlderLocation,
    ServerDatabase,
    ServerTable,
    LocationOfTable,
    Model,
    ContractTable,
}

use Field::{
    Bucket, Catalog, ContractTable, Database, Folder, FolderOfTable, LocationOfTable, Model,
    OlderLocation, Results, ServerDatabase, ServerLocation, ServerTable, Table, Workgroup,
};

/// Fields that hold ARNs, and those among them without which there is no offer.
const ARNS: [Field; 8] =
    [Bucket, Folder, Table, Workgroup, Catalog, Database, FolderOfTable, Results];
const NEEDED: [Field; 4] = [Bucket, Folder, Table, Workgroup];
const OTHERS: [Field; 7] = [
    ServerLocation,
    OlderLocation,
    ServerDatabase,
    ServerTable,
    LocationOfTable,
    Model,
    ContractTable,
];

impl Field {
    fn valid(self) -> &'static str {
        match self {
            Bucket => BUCKET,
            Folder | FolderOfTable => FOLDER,
            Table => TABLE,
            Workgroup => WORKGROUP,
            Catalog => CATALOG,
            Database => DATABASE,
            Results => RESULTS,
            ServerLocation | OlderLocation | LocationOfTable => URL,
            ServerDatabase => "sales",
            ServerTable | Model | ContractTable => "orders",
        }
    }

    /// A story that is granted when this field holds what it should.
    fn story(self, value: &Value) -> Story {
        let held = |field: Self, usual: &str| match (field, self) {
            (Results, _) => json!(usual),
            _ if field as usize == self as usize => value.clone(),
            _ => json!(usual),
        };
        match self {
            Bucket => {
                of_fields(&json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": value}))
            }
            Folder => {
                of_fields(&json!({"output-port-type": "s3_bucket", "aws-s3-folder-arn": value}))
            }
            Table | Workgroup | Catalog | Database | FolderOfTable => {
                of_fields(&json!({"output-port-type": "glue_table",
                "aws-glue-table-arn": held(Table, TABLE),
                "aws-athena-workgroup-arn": held(Workgroup, WORKGROUP),
                "aws-glue-catalog-arn": held(Catalog, CATALOG),
                "aws-glue-database-arn": held(Database, DATABASE),
                "aws-s3-folder-arn": held(FolderOfTable, FOLDER)}))
            }
            Results => Story {
                consumer: json!({"aws-s3-athena-results-arn": value}),
                ..Table.story(&json!(TABLE))
            },
            ServerLocation => Story::of_port(&json!({"server": {"type": "s3", "location": value}})),
            OlderLocation => Story::of_port(&json!({"type": "s3", "location": value})),
            ServerDatabase | ServerTable | LocationOfTable => {
                Story::of_port(&json!({"server": {"type": "glue",
                "database": held(ServerDatabase, "sales"), "table": held(ServerTable, "orders"),
                "location": held(LocationOfTable, URL)}}))
            }
            Model => {
                by_contract(&json!({"type": "s3", "location": "s3://acme-lake/{model}"}), value)
            }
            ContractTable => by_contract(&json!({"type": "glue", "database": "sales"}), value),
        }
    }
}

fn of_fields(custom: &Value) -> Story {
    Story::of_port(&json!({"custom": custom}))
}

/// Glue would know the table.
fn by_contract(server: &Value, name: &Value) -> Story {
    let contract = json!({"kind": "DataContract", "id": "c", "servers": [server],
                          "schema": [{"name": name}]});
    Story {
        contract: Some(contract),
        tables: vec![(TABLE.to_owned(), "s3://acme-lake/orders/".to_owned())],
        ..Story::of_port(&json!({"contractId": "c"}))
    }
}

const FRAGMENTS: [&str; 25] = [
    "*",
    "?",
    "**",
    "$",
    "${aws:username}",
    "${*}",
    "${aws:PrincipalTag/x}",
    "\"",
    "\\",
    "\\u002a",
    "\",\"Resource\":\"*",
    "\"},{\"Effect\":\"Allow\"",
    " ",
    "\t",
    "\r\n",
    "\n",
    "\u{0}",
    "\u{7f}",
    "//",
    "/./",
    "/../",
    "\u{430}",
    "\u{ff0f}",
    "\u{200b}",
    "\u{202e}",
];

/// No ASCII that can be printed: control characters, look-alikes, everything of other scripts.
fn strange() -> impl Strategy<Value = String> {
    any::<char>().prop_filter("plain", |c| !(' '..='~').contains(c)).prop_map(String::from)
}

/// Inside, because white space at the ends is nobody's attack and `/*` at the end of a place
/// means all of it.
fn disfigured() -> impl Strategy<Value = Story> {
    let fields = [&ARNS[..], &OTHERS[..]].concat();
    let fragment = prop_oneof![select(&FRAGMENTS[..]).prop_map(str::to_owned), strange()];
    (select(fields), fragment, any::<Index>()).prop_map(|(field, fragment, at)| {
        let mut text = field.valid().to_owned();
        text.insert_str(1 + at.index(text.len() - 1), &fragment);
        field.story(&json!(text))
    })
}

/// Of another cloud, service, kind or depth, or longer than any name.
fn foreign() -> impl Strategy<Value = Story> {
    let begins = [
        "arn:aws-cn:",
        "arn:aws-us-gov:",
        "arn:aws-iso:",
        "arn:evil:",
        "arn:AWS:",
        "arn::",
        "ARN:aws:",
        "arn:aws :",
        "arn:aws:x",
        " arn:aws:aws:",
        "s3://",
        "",
        "arn:",
    ];
    let other = (select(&ARNS[..]), select(begins.to_vec())).prop_map(|(field, begins)| {
        field.story(&json!(field.valid().replacen("arn:aws:", begins, 1)))
    });
    let everything = [&ARNS[..], &OTHERS[..]].concat();
    let long = (select(everything), 2_050..9_000_usize).prop_map(|(field, length)| {
        field.story(&json!(format!("{}{}", field.valid(), "x".repeat(length))))
    });
    let cut = (select(&ARNS[..]), any::<Index>()).prop_map(|(field, at)| {
        // Not within the resource: what is left of a name may be a name.
        let resource = field.valid().rfind(':').unwrap_or_default();
        field.story(&json!(field.valid()[..=at.index(resource + 1)]))
    });
    prop_oneof![2 => other, 1 => long, 1 => cut]
}

/// JSON that holds the right text in the wrong way.
fn wrapped() -> impl Strategy<Value = Story> {
    (select(&NEEDED[..]), 0..10_usize).prop_map(|(field, way)| {
        let text = field.valid();
        let ways = [
            json!([text]),
            json!([text, "*"]),
            json!({"value": text}),
            json!({"$ref": text}),
            json!({text: text}),
            json!(null),
            json!(true),
            json!(7),
            json!(""),
            json!(format!("[\"{text}\"]")),
        ];
        field.story(&ways[way])
    })
}

/// Text that is no JSON, or not the JSON that it seems to be.
fn tricks() -> impl Strategy<Value = Story> {
    let customs = [
        r#"{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"GOOD","aws-s3-bucket-arn":"arn:aws:s3:::*"}"#,
        r#"{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"GOOD\u002f\u002a"}"#,
        r#"{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"GOOD\u0000"}"#,
        r#"{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"GOOD",}"#,
        r#"{"output-port-type":"s3_bucket","aws-s3-bucket-arn":'GOOD'}"#,
        r#"{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"GOOD","aws-other-arn":"arn:aws:s3:::b"}"#,
        r#"{"output-port-type":"s3_bucket","AWS-S3-BUCKET-ARN":"GOOD"}"#,
        r#"{"output-port-type":"s3_bucket","aws-s3-bucket-arn ":"GOOD"}"#,
        r#"{"output-port-type":["s3_bucket"],"aws-s3-bucket-arn":"GOOD"}"#,
        r#"{"__proto__":{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"GOOD"}}"#,
        r#"{"custom":{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"GOOD"}}"#,
        r#"[{"property":"output-port-type","value":"s3_bucket"},{"property":"aws-s3-bucket-arn","value":"GOOD"}]"#,
        r#""{\"output-port-type\":\"s3_bucket\",\"aws-s3-bucket-arn\":\"GOOD\"}""#,
    ];
    (select(customs.to_vec()), "[a-z]{3,20}").prop_map(|(custom, bucket)| {
        let custom = custom.replace("GOOD", &format!("arn:aws:s3:::{bucket}"));
        let provider =
            format!(r#"{{"id":"warmers","outputPorts":[{{"id":"p","custom":{custom}}}]}}"#);
        Story { provider, ..Story::of_port(&json!({})) }
    })
}

#[tokio::test]
async fn ten_thousand_hostile_ports_yield_no_document() {
    let hostile = prop_oneof![5 => disfigured(), 2 => foreign(), 1 => wrapped(), 1 => tricks()];
    for story in values(&hostile, PORTS) {
        assert_eq!(story.document().await, None, "{story:#?}");
    }
}

#[tokio::test]
async fn what_the_hostile_ports_are_made_of_is_granted_as_long_as_nobody_touched_it() {
    for field in [&ARNS[..], &OTHERS[..]].concat() {
        let story = field.story(&json!(field.valid()));
        assert!(story.document().await.is_some(), "{story:#?}");
    }
}
