//! The policy document of a grant: exactly what was agreed, one `Sid` a statement.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::Rejection;
use crate::absence::{MissedTables, told};
use crate::glue::{TableArn, WorkgroupArn};
use crate::ids::{PolicyName, sha256_hex};
use crate::output_port::{DataAccess, Table};
use crate::resource_scope::ResourceScope;
use crate::role::RoleArn;
use crate::s3::S3Location;
use crate::second_permission::{SecondPermission, in_words};

/// IAM's limit for the sum of a role's inline policies, white space not counted.
pub const INLINE_QUOTA: usize = 10_240;

/// One agreement's right, ready to be written to its role.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The consumer's role.
    pub role: RoleArn,
    /// The agreement's policy on it.
    pub policy: PolicyName,
    /// The document.
    pub document: Document,
    /// What the role needs beside it, to be told to the owners.
    pub also_needed: Vec<SecondPermission>,
    /// Tables that Glue does not show, and on which the right stays as it was.
    pub missed: MissedTables,
}

impl Grant {
    /// What to tell the owners beside the grant; `None` when there is nothing.
    pub fn note(&self) -> Option<String> {
        let needed = in_words(&self.also_needed);
        let words: Vec<String> = needed.into_iter().chain(told(&self.missed)).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// A policy document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document(Value);

impl Document {
    /// What `access` needs, and `results` where the consumer keeps its query results.
    pub fn of(access: &DataAccess, results: Option<&S3Location>) -> Self {
        let mut statements = match access {
            DataAccess::S3(places) => read_places(places.iter()),
            DataAccess::Glue { tables, workgroup } => {
                let mut statements = vec![read_tables(tables)];
                statements.extend(read_places(tables.iter().map(|table| &table.location)));
                statements.extend(workgroup.iter().map(query));
                statements
            }
        };
        if let (DataAccess::Glue { .. }, Some(results)) = (access, results) {
            statements.extend(keep_results(results));
        }
        Self(json!({"Version": "2012-10-17", "Statement": statements}))
    }

    /// The document as a JSON value.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// The text to give to IAM: minified.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// Lower-case hexadecimal SHA-256 of [`Document::text`].
    pub fn sha256(&self) -> String {
        sha256_hex(&self.text())
    }

    /// Every resource the document names, each once, in order.
    pub fn resources(&self) -> Vec<String> {
        resources_of(&self.0)
    }
}

/// Every resource that a policy document names, whoever wrote it, each once, in order.
pub fn resources_of(document: &Value) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    let statements = document.get("Statement").map(one_or_many).unwrap_or_default();
    for statement in statements {
        let resources = statement.get("Resource").map(one_or_many).unwrap_or_default();
        for resource in resources.iter().filter_map(Value::as_str) {
            if !named.iter().any(|known| known == resource) {
                named.push(resource.to_owned());
            }
        }
    }
    named
}

/// The tables that a document of ours grants.
pub(crate) fn tables_granted_in(document: &Value) -> BTreeSet<TableArn> {
    granted_in(document, "Table").filter_map(|resource| resource.parse().ok()).collect()
}

/// The places whose objects a document of ours lets a consumer read, query results aside.
pub(crate) fn objects_granted_in(document: &Value) -> BTreeSet<S3Location> {
    let all_of = |resource: &str| resource.strip_suffix("/*")?.parse().ok();
    granted_in(document, "Objects").filter_map(all_of).collect()
}

/// The resources of the statements that are called so, whatever number they carry.
fn granted_in<'a>(document: &'a Value, sid: &'a str) -> impl Iterator<Item = &'a str> {
    let statements = document.get("Statement").map(one_or_many).unwrap_or_default();
    let is_called = move |statement: &&Value| {
        let called = statement.get("Sid").and_then(Value::as_str);
        called
            .and_then(|found| found.strip_prefix(sid))
            .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let resources = |statement: &'a Value| statement.get("Resource").map(one_or_many);
    let named = statements.iter().filter(is_called).filter_map(resources);
    named.flatten().filter_map(Value::as_str)
}

fn one_or_many(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

/// Checks the place for query results as strictly as the data itself.
pub fn admit_results(
    results: &S3Location,
    allowed: &ResourceScope,
    role: &RoleArn,
) -> Result<(), Rejection> {
    allowed.admit_location(results, role)
}

/// Characters IAM counts against [`INLINE_QUOTA`].
pub fn counted_characters(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}

fn allow(sid: &str, actions: &[&str], resource: impl Into<Value>) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource.into()})
}

/// Listing is limited to the folder; `GetBucketLocation` knows no `s3:prefix` and stands alone, or
/// the condition would deny it.
fn list(sid: &str, location: &S3Location) -> Vec<Value> {
    let bucket = location.bucket_arn();
    let Some(folder) = location.folder() else {
        return vec![allow(sid, &["s3:GetBucketLocation", "s3:ListBucket"], bucket)];
    };
    let mut listing = allow(&format!("{sid}List"), &["s3:ListBucket"], bucket.clone());
    if let Some(statement) = listing.as_object_mut() {
        let prefixes = json!([folder, format!("{folder}/*")]);
        statement.insert("Condition".to_owned(), json!({"StringLike": {"s3:prefix": prefixes}}));
    }
    vec![allow(sid, &["s3:GetBucketLocation"], bucket), listing]
}

/// Each place once; one inside another adds nothing.
fn read_places<'a>(places: impl Iterator<Item = &'a S3Location>) -> Vec<Value> {
    let places: BTreeSet<&S3Location> = places.collect();
    let inside = |place: &S3Location| places.iter().any(|o| *o != place && o.contains(place));
    let outermost = places.iter().filter(|place| !inside(place));
    outermost.enumerate().flat_map(|(index, place)| read_s3(place, index)).collect()
}

/// A `Sid` stands once in a document, so from the second place on it carries a number.
fn read_s3(location: &S3Location, index: usize) -> Vec<Value> {
    let number = if index == 0 { String::new() } else { (index + 1).to_string() };
    let mut statements = list(&format!("Bucket{number}"), location);
    let objects = format!("Objects{number}");
    statements.push(allow(&objects, &["s3:GetObject"], location.objects_arn()));
    statements
}

/// Glue checks the table and all its ancestors (Service Authorization Reference, AWS Glue).
fn read_tables(tables: &[Table]) -> Value {
    let actions = [
        "glue:GetDatabase",
        "glue:GetTable",
        "glue:GetTables",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:BatchGetPartition",
    ];
    let mut resources: Vec<String> = Vec::new();
    for Table { arn, location: _ } in tables {
        for resource in [arn.catalog_arn(), arn.database_arn(), arn.to_string()] {
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    allow("Table", &actions, resources)
}

fn query(workgroup: &WorkgroupArn) -> Value {
    let actions = [
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetQueryResultsStream",
        "athena:GetWorkGroup",
    ];
    allow("Query", &actions, workgroup.to_string())
}

fn keep_results(results: &S3Location) -> Vec<Value> {
    let actions =
        ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];
    let mut statements = list("Results", results);
    statements.push(allow("ResultsObjects", &actions, results.objects_arn()));
    statements
}

#[cfg(test)]
mod tests {
    use vec1::{Vec1, vec1};

    use super::*;

    fn s3(arn: &str) -> Document {
        Document::of(&arn.parse::<S3Location>().unwrap().into(), None)
    }

    fn table() -> DataAccess {
        let of = |partition: &str| {
            (
                format!("arn:{partition}:glue:eu-west-1:123456789012:table/sales/orders"),
                format!("arn:{partition}:athena:eu-west-1:123456789012:workgroup/consumers"),
            )
        };
        let (table, workgroup) = of("aws");
        let table = Table::stored_at(table.parse().unwrap(), Some("s3://data/orders/")).unwrap();
        let workgroup = Some(workgroup.parse().unwrap());
        DataAccess::Glue { tables: vec1![table], workgroup }
    }

    fn tables(places: [&str; 3]) -> Document {
        let table = |(index, place): (usize, &str)| {
            let arn = format!("arn:aws:glue:eu-west-1:123456789012:table/sales/t{index}");
            Table::stored_at(arn.parse().unwrap(), Some(place)).unwrap()
        };
        let tables = places.into_iter().enumerate().map(table).collect();
        let tables = Vec1::try_from_vec(tables).unwrap();
        Document::of(&DataAccess::Glue { tables, workgroup: None }, None)
    }

    #[test]
    fn several_tables_share_one_grant_and_each_folder_is_granted_once() {
        let document = tables(["s3://data/a/", "s3://data/b/", "s3://data/a/inner/"]);
        insta::assert_json_snapshot!(document.value());
    }

    #[test]
    fn a_bucket_grant_reads_the_bucket() {
        insta::assert_json_snapshot!(s3("arn:aws:s3:::data").value());
    }

    #[test]
    fn a_folder_grant_lists_and_reads_the_folder_only() {
        insta::assert_json_snapshot!(s3("arn:aws-us-gov:s3:::data/a/b/").value());
    }

    #[test]
    fn a_table_grant_reads_the_table_its_folder_and_its_workgroup() {
        insta::assert_json_snapshot!(Document::of(&table(), None).value());
    }

    #[test]
    fn a_consumer_that_names_its_results_may_keep_them_there() {
        let results = "arn:aws:s3:::results/churn".parse().unwrap();
        insta::assert_json_snapshot!(Document::of(&table(), Some(&results)).value());
    }

    #[test]
    fn query_results_have_no_part_in_a_plain_s3_grant() {
        let results: S3Location = "arn:aws:s3:::results".parse().unwrap();
        let access = DataAccess::from("arn:aws:s3:::data".parse::<S3Location>().unwrap());
        assert_eq!(Document::of(&access, Some(&results)), Document::of(&access, None));
    }

    #[test]
    fn every_statement_has_a_sid_of_its_own_that_iam_takes() {
        let results = "arn:aws:s3:::results/churn".parse().unwrap();
        let document = Document::of(&table(), Some(&results));
        let statements = document.value()["Statement"].as_array().unwrap();
        let sids: Vec<&str> = statements.iter().map(|s| s["Sid"].as_str().unwrap()).collect();
        let distinct: BTreeSet<_> = sids.iter().collect();
        assert_eq!(distinct.len(), sids.len());
        assert!(sids.iter().all(|sid| sid.bytes().all(|byte| byte.is_ascii_alphanumeric())));
    }

    #[test]
    fn the_text_is_minified_and_every_resource_is_named_once() {
        let document = Document::of(&table(), None);
        assert_eq!(counted_characters(&document.text()), document.text().len());
        let resources = document.resources();
        assert_eq!(resources.len(), 6, "{resources:?}");
    }
}
