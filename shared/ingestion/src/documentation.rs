//! What `docs/ingest-glue.md` shows can be used as it stands there, and its tables are complete.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::{env, fs};

use clients::fake::{FakeSecrets, Faults};
use connections::document::{parse, typed};
use connections::resolve::resolved;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::config::{Configuration, Connection, Destination};
use crate::least_privilege::policy;
use crate::model::Place;
use crate::open_metadata::OpenMetadataOptions;
use crate::scope::{Ownership, Scope};

const PAGE: &str = include_str!("../../../docs/ingest-glue.md");
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ingest-glue.md");
/// Set, generated parts are written into the page instead of compared.
const WRITE: &str = "WRITE_DOCUMENTATION";

/// The sample configurations, with their variables and secrets put in.
async fn samples() -> Vec<Configuration> {
    let secrets = FakeSecrets::new(Faults::default(), "a.bot.token");
    let known = |name: &str| (name == "SALES_EXTERNAL_ID").then(|| "agreed-with-sales".to_owned());
    let mut samples = Vec::new();
    for rest in PAGE.split("```yaml configuration\n").skip(1) {
        let document = parse(rest.split("```").next().unwrap()).unwrap();
        let document = resolved(document, known, &secrets).await.unwrap();
        samples.push(Configuration::read(document).unwrap());
    }
    samples
}

fn targets(configuration: &Configuration) -> Vec<String> {
    let connections = configuration.connections.values();
    connections.flat_map(|connection| &connection.targets).map(Destination::name).collect()
}

#[tokio::test]
async fn every_sample_of_the_page_is_a_configuration() {
    let samples = samples().await;
    let targets: Vec<_> = samples.iter().map(targets).collect();
    let (assets, metadata) = ("dataMeshManager", "openMetadata glue_lake+glue_lake_pipelines");
    assert_eq!(targets, [vec![assets], vec![metadata], vec![assets, metadata, assets]]);
}

#[test]
fn the_readme_shows_the_first_sample_of_the_page() {
    let readme = include_str!("../../../README.md");
    let (_, section) = readme.split_once("\n## Publish AWS Glue\n").unwrap();
    let shown = section.split("```yaml\n").nth(1).unwrap().split("```").next();
    assert_eq!(shown, PAGE.split("```yaml configuration\n").nth(1).unwrap().split("```").next());
}

#[tokio::test]
async fn the_sample_of_another_account_assumes_its_role_with_the_external_id() {
    let both = samples().await.pop().unwrap();
    let sales = &both.connections["sales"];
    let role = sales.aws_config.as_ref().unwrap().role().unwrap();
    assert_eq!(role.external_id.as_deref(), Some("agreed-with-sales"));
    assert!(!sales.source_config.table_filter_pattern.admits("tmp_orders"));
}

/// The names that serde would have taken in the place of one that nobody knows.
fn fields<T: DeserializeOwned + Debug>(mut least: Value) -> BTreeSet<String> {
    least[""] = json!("");
    let told = serde_json::from_value::<T>(least).unwrap_err().to_string();
    let (_, expected) = told.split_once("expected ").unwrap();
    let names = expected.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

/// The rows of the table of a type: field and default.
fn rows(of: &str) -> Vec<(String, String)> {
    let (_, rest) = PAGE.split_once(&format!("<!-- fields of {of} -->\n\n")).unwrap();
    let table = rest.split("\n\n").next().unwrap();
    let cells = table.lines().skip(2).map(|row| {
        let mut cells = row.split('|').skip(1).map(|cell| cell.trim().trim_matches('`'));
        (cells.next().unwrap().to_owned(), cells.next().unwrap().to_owned())
    });
    cells.collect()
}

fn documented(of: &str) -> BTreeSet<String> {
    rows(of).into_iter().map(|(field, _)| field).collect()
}

#[test]
fn every_field_of_the_configuration_stands_in_a_table_of_the_page_and_no_other() {
    let nothing = json!({});
    assert_eq!(documented("Configuration"), fields::<Configuration>(nothing.clone()));
    assert_eq!(documented("Connection"), fields::<Connection>(nothing.clone()));
    assert_eq!(documented("Scope"), fields::<Scope>(nothing.clone()));
    assert_eq!(documented("Ownership"), fields::<Ownership>(nothing.clone()));
    assert_eq!(documented("OpenMetadataOptions"), fields::<OpenMetadataOptions>(nothing));
}

/// The defaults that are values, as a document would state them.
fn stated(of: &str) -> Map<String, Value> {
    let value = |text: String| serde_json::from_str(&text).ok();
    rows(of).into_iter().filter_map(|(field, text)| Some((field, value(text)?))).collect()
}

#[test]
fn the_defaults_of_what_is_read_are_those_of_the_page() {
    let stated = stated("Scope");
    assert_eq!(stated.len(), 5, "{stated:?}");
    let read: Scope = typed(Value::Object(stated)).unwrap();
    assert_eq!(format!("{read:?}"), format!("{:?}", Scope::default()));
}

#[test]
fn the_defaults_of_open_metadata_are_those_of_the_page() {
    let stated = stated("OpenMetadataOptions");
    assert_eq!(stated.len(), 2, "{stated:?}");
    let least = json!({ "hostPort": "https://om.example.com/api", "jwtToken": "a.bot.token" });
    let mut whole = least.clone();
    whole.as_object_mut().unwrap().extend(stated);
    let read = |document| format!("{:?}", typed::<OpenMetadataOptions>(document).unwrap());
    assert_eq!(read(whole), read(least));
}

#[test]
fn what_the_page_calls_required_is_required() {
    let full = json!({
        "connections": {}, "targets": [], "hostPort": "https://om.example.com/api",
        "jwtToken": "a.bot.token",
    });
    let lacks = |of: &str, reads: fn(Value) -> bool| {
        let required: Vec<String> =
            rows(of).into_iter().filter(|(_, text)| text == "required").map(|row| row.0).collect();
        assert!(!required.is_empty(), "{of}");
        let all: Map<String, Value> =
            required.iter().map(|field| (field.clone(), full[field].clone())).collect();
        assert!(reads(Value::Object(all.clone())), "{of}");
        for field in required {
            let mut without = all.clone();
            without.remove(&field);
            assert!(!reads(Value::Object(without)), "{field}");
        }
    };
    lacks("Configuration", |document| typed::<Configuration>(document).is_ok());
    lacks("Connection", |document| typed::<Connection>(document).is_ok());
    lacks("OpenMetadataOptions", |document| typed::<OpenMetadataOptions>(document).is_ok());
}

#[test]
fn the_policy_on_the_page_is_the_one_that_is_printed() {
    let place = Place::of("eu-central-1", "123456789012");
    let owner = Ownership { tag: Some("team".to_owned()), ..Ownership::default() };
    let printed = policy(&place, &Scope { owner, ..Scope::default() });
    let printed = serde_json::to_string_pretty(&printed).unwrap();
    let (before, rest) = PAGE.split_once("<!-- policy -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /policy -->").unwrap();
    let page = format!("{before}<!-- policy -->\n```json\n{printed}\n```\n<!-- /policy -->{after}");
    if env::var_os(WRITE).is_some() {
        fs::write(PATH, &page).unwrap();
    } else {
        assert_eq!(page, PAGE, "to write it into the page, run this test with {WRITE}=1");
    }
}

/// What the module's example deploys.
#[tokio::test]
async fn the_configuration_of_the_complete_example_is_one() {
    let text = include_str!("../../../terraform/examples/complete/ingest.yaml");
    let secrets = FakeSecrets::new(Faults::default(), "text");
    let known = |_: &str| Some("agreed-with-sales".to_owned());
    let document = resolved(parse(text).unwrap(), known, &secrets).await.unwrap();
    let configuration = Configuration::read(document).unwrap();
    assert_eq!(targets(&configuration), ["dataMeshManager", "dataMeshManager"]);
}
