//! Where data lies, as a data contract or an output port describes it: a "server" block.

use std::fmt;

use serde_json::Value;
use vec1::Vec1;

use crate::Rejection;
use crate::arn::{ArnError, Partition, refuse_hostile};
use crate::fields::{CustomFields, of_properties, scalars, stated};
use crate::glue::TableArn;
use crate::output_port::{Offer, OfferedTable};
use crate::rejection::quote;
use crate::s3::{S3Location, is_aws_endpoint};

/// Stands in a location for the name of each schema object of the contract (ODCS 3.1).
const MODEL: &str = "{model}";
/// Endings that mean "everything in this folder".
const EVERYTHING: [&str; 3] = ["/**/*", "/**", "/*"];
/// The catalog that is Glue; any other is federated and lies elsewhere.
const GLUE_IN_ATHENA: &str = "awsdatacatalog";

/// The standard's other types of servers (ODCS 3.1), and what ports of the older standard say.
const ELSEWHERE: [&str; 36] = [
    "api",
    "azure",
    "bigquery",
    "clickhouse",
    "cloudsql",
    "custom",
    "databricks",
    "db2",
    "denodo",
    "dremio",
    "duckdb",
    "fabric",
    "gcs",
    "hive",
    "impala",
    "informix",
    "kafka",
    "kinesis",
    "local",
    "mysql",
    "oracle",
    "postgres",
    "postgresql",
    "powerbi",
    "presto",
    "pubsub",
    "redshift",
    "sftp",
    "snowflake",
    "sqlserver",
    "synapse",
    "teradata",
    "trino",
    "unity",
    "vertica",
    "zen",
];

/// What a description means where it does not say: the integration's own place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The cloud.
    pub partition: Partition,
    /// The account, if it is certain.
    pub account: Option<String>,
    /// The region, if it is certain.
    pub region: Option<String>,
}

/// What kind of thing a port or server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Objects in a bucket.
    S3,
    /// A table in Glue's catalog, read through Athena or directly.
    Glue,
    /// Nothing this integration could grant.
    Other,
}

impl Platform {
    /// The platform a type stands for. The catalog takes any text there.
    pub fn of(kind: &str) -> Self {
        match kind.to_ascii_lowercase().as_str() {
            "s3" | "s3_bucket" => Self::S3,
            "glue" | "glue_table" | "athena" => Self::Glue,
            _ => Self::Other,
        }
    }

    /// Whether a type is one of the standard's, for a platform that is not ours: no misspelling.
    pub fn is_known_elsewhere(kind: &str) -> bool {
        ELSEWHERE.contains(&kind.to_ascii_lowercase().as_str())
    }
}

/// One server block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// The name a port picks it by.
    pub name: Option<String>,
    /// What kind of thing it is.
    pub kind: Option<String>,
    fields: CustomFields,
}

impl Server {
    /// Reads an entry of a contract's `servers`, or a port's own block. The standard's own fields
    /// count more than free ones of the same name.
    pub fn read(block: &Value) -> Self {
        let mut fields = of_properties(block.get("customProperties")).unwrap_or_default();
        fields.extend(scalars(Some(block)));
        Self { name: stated(block.get("server")), kind: stated(block.get("type")), fields }
    }

    /// A port's deprecated field that came before the block.
    pub fn at(location: &str) -> Self {
        let fields = CustomFields::from([("location".to_owned(), location.to_owned())]);
        Self { fields, ..Self::default() }
    }

    /// What it must be when nothing names its type.
    pub fn looks_like(&self) -> Platform {
        let location = self.get(&["location"]).unwrap_or_default();
        let is_table = location.starts_with("arn:") && location.contains(":glue:");
        let is_s3 = location.starts_with("s3") || location.contains(":s3:::");
        match (is_table || self.get(&["database"]).is_some(), is_s3) {
            (true, _) => Platform::Glue,
            (false, true) => Platform::S3,
            (false, false) => Platform::Other,
        }
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The catalog writes `"unknown"` where it means nothing.
    fn get(&self, names: &[&str]) -> Option<&str> {
        let stated = |name: &&str| self.fields.get(*name).filter(|text| *text != "unknown");
        names.iter().find_map(stated).map(String::as_str)
    }
}

/// A server block in its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    /// The block.
    pub server: &'a Server,
    /// Names of the contract's schema objects.
    pub models: &'a [String],
    /// What is meant where the block does not say.
    pub home: &'a Home,
    /// Whose block it is, for an error.
    pub holder: &'a str,
}

impl Described<'_> {
    /// What lies there, for a platform that is ours.
    pub fn offer(&self, platform: Platform) -> Result<Option<Offer>, Rejection> {
        let endpoint = self.server.get(&["endpointUrl"]);
        match platform {
            // Another store that speaks S3: a bucket of that name in AWS is somebody else's.
            Platform::S3 if endpoint.is_some_and(|url| !is_aws_endpoint(url)) => Ok(None),
            Platform::S3 => {
                let owner = self.account();
                self.places().map(|places| Some(Offer::S3 { places, owner }))
            }
            Platform::Glue => {
                self.tables().map(|tables| Some(Offer::Glue { tables, workgroup: None }))
            }
            Platform::Other => Ok(None),
        }
    }

    fn missing(&self, field: &'static str, advice: &'static str) -> Rejection {
        Rejection::ServerIncomplete { holder: self.holder.to_owned(), field, advice }
    }

    fn invalid(&self, field: &'static str, reason: &dyn fmt::Display) -> Rejection {
        let reason = reason.to_string();
        Rejection::ServerInvalid { holder: self.holder.to_owned(), field, reason }
    }

    fn places(&self) -> Result<Vec1<S3Location>, Rejection> {
        const ADVICE: &str = "set it to s3://bucket/folder";
        let location = self.server.get(&["location"]);
        let location = location.ok_or_else(|| self.missing("location", ADVICE))?;
        if !location.contains(MODEL) {
            return Ok(Vec1::new(self.place(location)?));
        }
        let places = self.models.iter().map(|model| self.place_of(location, model));
        let places: Vec<S3Location> = places.collect::<Result<_, _>>()?;
        let none = |_| {
            self.invalid(
                "location",
                &"it holds {model}, and the data contract has no schema object",
            )
        };
        Vec1::try_from_vec(places).map_err(none)
    }

    fn place_of(&self, location: &str, model: &str) -> Result<S3Location, Rejection> {
        let is_plain = refuse_hostile(model).is_ok() && !model.contains(['/', '{', '}', '[', ']']);
        if !is_plain || model == "." || model == ".." {
            let reason = format!("schema object {:?} cannot stand for {{model}}", quote(model));
            return Err(self.invalid("location", &reason));
        }
        self.place(&location.replace(MODEL, model))
    }

    /// A URL or an ARN of a bucket or folder. A pattern that is narrower than a folder has no
    /// representation, and is not widened to one.
    fn place(&self, location: &str) -> Result<S3Location, Rejection> {
        let whole = EVERYTHING.iter().find_map(|ending| location.strip_suffix(ending));
        let folder = whole.unwrap_or(location);
        if folder.contains(['{', '}', '*', '?', '[', ']']) {
            let reason = format!(
                "{:?} is a pattern; a grant covers a bucket or a folder: end the location with the \
                 folder, or set aws-s3-bucket-arn on the output port",
                quote(location)
            );
            return Err(self.invalid("location", &reason));
        }
        let read = if folder.starts_with("arn:") {
            folder.parse()
        } else {
            S3Location::from_url(folder, self.home.partition)
        };
        read.map_err(|err| self.invalid("location", &err))
    }

    fn tables(&self) -> Result<Vec1<OfferedTable>, Rejection> {
        let location = self.server.get(&["location"]);
        let is_table = |text: &&str| text.starts_with("arn:") && text.contains(":glue:");
        if let Some(arn) = location.filter(is_table) {
            let arn = arn.parse().map_err(|err: ArnError| self.invalid("location", &err))?;
            return Ok(Vec1::new(OfferedTable { arn, location: None }));
        }
        let own = self.server.get(&["table"]);
        let names: Vec<&str> = match own {
            Some(table) => vec![table],
            None => self.models.iter().map(String::as_str).collect(),
        };
        let tables = names.into_iter().map(|name| self.table(name, own.is_some()));
        let tables: Vec<OfferedTable> = tables.collect::<Result<_, _>>()?;
        let none = |_| {
            self.missing("table", "name the table, or describe it in the data contract's schema")
        };
        Vec1::try_from_vec(tables).map_err(none)
    }

    /// A location beside tables that the block does not name is where their database lies, which
    /// may hold more: then Glue is asked. With a placeholder it is each table's own.
    fn table(&self, name: &str, is_named: bool) -> Result<OfferedTable, Rejection> {
        let arn = self.table_arn(name)?;
        let location = match self.server.get(&["location"]) {
            Some(location) if location.contains(MODEL) => Some(self.place_of(location, name)?),
            // The root of a bucket is where a database lies, not one table.
            Some(location) if is_named => {
                Some(self.place(location)?).filter(|p| p.folder().is_some())
            }
            Some(_) | None => None,
        };
        Ok(OfferedTable { arn, location })
    }

    /// The account that owns the data; people write its digits in groups.
    fn account(&self) -> Option<String> {
        self.server.get(&["account"]).map(|text| text.replace(['-', ' '], ""))
    }

    fn table_arn(&self, name: &str) -> Result<TableArn, Rejection> {
        let catalog = self.server.get(&["catalog"]).unwrap_or(GLUE_IN_ATHENA);
        if !catalog.eq_ignore_ascii_case(GLUE_IN_ATHENA) {
            return Err(
                self.invalid("catalog", &"only AwsDataCatalog, which is Glue, can be granted")
            );
        }
        let database = self.server.get(&["database", "schema"]);
        let database =
            database.ok_or_else(|| self.missing("database", "set it to the Glue database"))?;
        let account = self.account();
        let account = account.or_else(|| self.home.account.clone());
        let account =
            account.ok_or_else(|| self.missing("account", "set it to the AWS account"))?;
        let region = self.server.get(&["region", "regionName"]).or(self.home.region.as_deref());
        let region = region.ok_or_else(|| self.missing("region", "set it to the AWS region"))?;
        let partition = self.home.partition;
        let arn = format!("arn:{partition}:glue:{region}:{account}:table/{database}/{name}");
        arn.parse().map_err(|err| self.invalid("table", &err))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn home() -> Home {
        Home {
            partition: "aws".parse().unwrap(),
            account: Some("123456789012".to_owned()),
            region: Some("eu-west-1".to_owned()),
        }
    }

    /// What a block offers, as text.
    fn offer_at(home: &Home, block: &Value, models: &[&str]) -> Result<Vec<String>, Rejection> {
        let server = Server::read(block);
        let models: Vec<String> = models.iter().map(|model| (*model).to_owned()).collect();
        let described = Described {
            server: &server,
            models: &models,
            home,
            holder: "server prod of contract c",
        };
        let platform = Platform::of(server.kind.as_deref().unwrap_or_default());
        Ok(match described.offer(platform)? {
            None => vec!["not ours".to_owned()],
            Some(Offer::S3 { places, .. }) => places.iter().map(ToString::to_string).collect(),
            Some(Offer::Glue { tables, .. }) => {
                let place = |table: &OfferedTable| table.location.as_ref().map(ToString::to_string);
                let text = |table| format!("{} at {:?}", table_name(table), place(table));
                tables.iter().map(text).collect()
            }
        })
    }

    fn table_name(table: &OfferedTable) -> String {
        table.arn.to_string()
    }

    fn offer(block: &Value, models: &[&str]) -> Result<Vec<String>, &'static str> {
        offer_at(&home(), block, models).map_err(|rejection| rejection.code())
    }

    #[test]
    fn a_field_that_says_unknown_says_nothing() {
        let block = json!({"type": "glue", "account": "unknown", "region": "unknown",
                           "database": "sales", "table": "orders"});
        let offered = offer(&block, &[]).unwrap();
        assert!(offered[0].contains(":eu-west-1:123456789012:table/sales/orders"), "{offered:?}");
    }

    #[test]
    fn types_are_compared_without_regard_to_case() {
        for (kind, platform) in [
            ("S3", Platform::S3),
            ("s3_bucket", Platform::S3),
            ("Glue", Platform::Glue),
            ("ATHENA", Platform::Glue),
            ("glue_table", Platform::Glue),
            ("snowflake", Platform::Other),
            ("s3tables", Platform::Other),
            ("", Platform::Other),
        ] {
            assert_eq!(Platform::of(kind), platform, "{kind:?}");
        }
    }

    #[test]
    fn a_bucket_or_folder_is_a_url_or_an_arn_with_or_without_everything_in_it() {
        for (location, place) in [
            ("s3://data", "arn:aws:s3:::data"),
            ("s3://data/", "arn:aws:s3:::data"),
            ("s3://data/*", "arn:aws:s3:::data"),
            ("s3://data/a/b/", "arn:aws:s3:::data/a/b"),
            ("s3://data/a/*", "arn:aws:s3:::data/a"),
            ("s3://data/a/**/*", "arn:aws:s3:::data/a"),
            ("arn:aws:s3:::data/a", "arn:aws:s3:::data/a"),
        ] {
            let found = offer(&json!({"type": "s3", "location": location}), &[]);
            assert_eq!(found.unwrap(), [place], "{location}");
        }
    }

    #[test]
    fn a_pattern_narrower_than_a_folder_is_refused_by_name_and_never_widened() {
        for location in [
            "s3://data/a/*.json",
            "s3://data/{date}/a",
            "s3://data/a?/b",
            "s3://data/*/b",
            "s3://*",
            "s3://data/../x",
            "https://data.example.com/a",
            "s3://data/${aws:username}",
        ] {
            let refused = offer_at(&home(), &json!({"type": "s3", "location": location}), &[]);
            let refused = refused.unwrap_err();
            assert_eq!(refused.code(), "ServerInvalid", "{location}");
            assert!(refused.to_string().starts_with("location of server prod"), "{refused}");
        }
        assert_eq!(offer(&json!({"type": "s3"}), &[]), Err("ServerIncomplete"));
    }

    #[test]
    fn a_placeholder_stands_for_each_schema_object_of_the_contract() {
        let block = json!({"type": "s3", "location": "s3://data/{model}/*"});
        let found = offer(&block, &["orders", "returns"]).unwrap();
        assert_eq!(found, ["arn:aws:s3:::data/orders", "arn:aws:s3:::data/returns"]);
        assert_eq!(offer(&block, &[]), Err("ServerInvalid"));
        let at_the_end = json!({"type": "s3", "location": "s3://data/{model}"});
        for hostile in ["../x", "a/b", "*", "**", "..", ".", "?", "{model}", "${x}", "a b", "[ab]"]
        {
            for block in [&block, &at_the_end] {
                assert_eq!(offer(block, &[hostile]), Err("ServerInvalid"), "{hostile}");
            }
        }
    }

    #[test]
    fn a_table_is_named_by_the_block_and_its_place_counts_when_it_is_the_tables_own() {
        let block = json!({"type": "Glue", "account": "1234-5678-9012", "database": "sales",
                           "table": "orders", "location": "s3://data/orders/"});
        let expected = r#"arn:aws:glue:eu-west-1:123456789012:table/sales/orders at Some("arn:aws:s3:::data/orders")"#;
        assert_eq!(offer(&block, &["ignored"]).unwrap(), [expected]);
        let root = json!({"type": "glue", "database": "sales", "table": "orders", "location": "s3://data/"});
        let expected = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders at None";
        assert_eq!(offer(&root, &[]).unwrap(), [expected], "not the whole bucket");
    }

    #[test]
    fn tables_come_from_the_schema_where_the_block_names_none_and_glue_says_where_they_lie() {
        let block = json!({"type": "glue", "account": "123456789012", "database": "sales",
                           "location": "s3://data/sales/",
                           "customProperties": [{"property": "region", "value": "us-east-1"}]});
        let expected = [
            "arn:aws:glue:us-east-1:123456789012:table/sales/orders at None",
            "arn:aws:glue:us-east-1:123456789012:table/sales/returns at None",
        ];
        assert_eq!(offer(&block, &["orders", "returns"]).unwrap(), expected);
        assert_eq!(offer(&block, &[]), Err("ServerIncomplete"));
        for hostile in ["a/b", "*", "a:b", "${x}"] {
            assert_eq!(offer(&block, &[hostile]), Err("ServerInvalid"), "{hostile}");
        }
    }

    #[test]
    fn athena_calls_the_database_a_schema_and_only_its_own_catalog_is_glue() {
        let block = |catalog: &str| {
            json!({"type": "athena", "stagingDir": "s3://results/", "schema": "sales",
                   "regionName": "eu-west-3", "catalog": catalog})
        };
        let expected = "arn:aws:glue:eu-west-3:123456789012:table/sales/orders at None";
        assert_eq!(offer(&block("AwsDataCatalog"), &["orders"]).unwrap(), [expected]);
        assert_eq!(offer(&block("federated"), &["orders"]), Err("ServerInvalid"));
    }

    #[test]
    fn what_neither_the_block_nor_the_deployment_says_is_asked_for() {
        let nowhere = Home { account: None, region: None, ..home() };
        let block = json!({"type": "glue", "database": "sales", "table": "orders"});
        let refused = offer_at(&nowhere, &block, &[]).unwrap_err().to_string();
        assert!(refused.contains("has no account"), "{refused}");
    }

    #[test]
    fn the_field_that_came_before_the_block_holds_the_arn_of_a_table() {
        let arn = "arn:aws:glue:us-east-1:999999999999:table/sales/orders";
        let found = offer(&json!({"type": "glue", "location": arn}), &[]).unwrap();
        assert_eq!(found, [format!("{arn} at None")]);
        let database = "arn:aws:glue:us-east-1:999999999999:database/sales";
        assert_eq!(
            offer(&json!({"type": "glue", "location": database}), &[]),
            Err("ServerInvalid")
        );
    }

    #[test]
    fn another_platform_is_not_ours() {
        let block = json!({"type": "snowflake", "account": "x", "database": "sales"});
        assert_eq!(offer(&block, &["orders"]).unwrap(), ["not ours"]);
    }

    #[test]
    fn a_store_elsewhere_that_speaks_s3_is_not_ours() {
        let at = |endpoint: &str| {
            let block = json!({"type": "s3", "location": "s3://data", "endpointUrl": endpoint});
            offer(&block, &[]).unwrap()
        };
        for elsewhere in [
            "https://storage.example.com:9000",
            "http://localhost:9000",
            "https://amazonaws.com.example.com",
            "https://storage.example.com/amazonaws.com",
            "https://storage.example.com?.amazonaws.com",
            "https://notamazonaws.com",
            "storage",
        ] {
            assert_eq!(at(elsewhere), ["not ours"], "{elsewhere}");
        }
        for aws in [
            "https://s3.eu-west-1.amazonaws.com",
            "https://S3.amazonaws.com:443/",
            "https://s3.cn-north-1.amazonaws.com.cn",
            "https://s3.dualstack.eu-west-1.api.aws",
        ] {
            assert_eq!(at(aws), ["arn:aws:s3:::data"], "{aws}");
        }
    }
}
