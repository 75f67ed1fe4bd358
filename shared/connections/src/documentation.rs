//! What `docs/connections.md` shows can be used as it stands there.

use clients::fake::{FakeSecrets, Faults};
use serde_json::Value;

use crate::accounts::Accounts;
use crate::block::Block;
use crate::document::{parse, typed};
use crate::resolve::resolved;

const PAGE: &str = include_str!("../../../docs/connections.md");

/// The examples of a kind, with their variables and secrets put in.
async fn examples(kind: &str) -> Vec<Value> {
    let secrets = FakeSecrets::new(Faults::default(), "text");
    let environment = |name: &str| (name == "SALES_KEY_ID").then(|| "AKIDEXAMPLE".to_owned());
    let mut examples = Vec::new();
    for rest in PAGE.split(&format!("```yaml {kind}\n")).skip(1) {
        let document = parse(rest.split("```").next().unwrap()).unwrap();
        examples.push(resolved(document, environment, &secrets).await.unwrap());
    }
    examples
}

#[tokio::test]
async fn every_block_of_the_page_is_one() {
    let blocks = examples("block").await;
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        assert!(typed::<Block>(block).unwrap().names_a_source());
    }
}

#[tokio::test]
async fn every_map_of_accounts_on_the_page_is_one() {
    let accounts = examples("accounts").await;
    assert_eq!(accounts.len(), 1);
    for map in accounts {
        assert_eq!(Accounts::read(map).unwrap().iter().count(), 2);
    }
}

#[test]
fn every_field_of_a_block_stands_in_the_table_of_the_page() {
    let error = typed::<Block>(serde_json::json!({"": ""})).unwrap_err().to_string();
    let (_, fields) = error.split_once("expected one of ").unwrap();
    let fields: Vec<&str> = fields.split(", ").collect();
    assert_eq!(fields.len(), 12);
    for field in fields {
        let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
        let named = rows.filter_map(|row| row.split('|').nth(1)).any(|cell| cell.contains(field));
        assert!(named, "{field}");
    }
}
