//! What the catalog answers.

use clients::feed::read_page;
use domain::agreement::Agreement;
use domain::contract::Contract;
use domain::definition::read_list;
use domain::ids::{ContractId, ProductId};
use domain::product::Product;
use serde_json::Value;
use time::macros::date;

use crate::text;

pub(crate) fn feed_page(bytes: &[u8]) {
    let Ok(page) = read_page(text(bytes)) else { return };
    for message in page.into_iter().filter_map(|event| event.message) {
        assert!(!message.group.is_empty() && message.group.len() <= 128);
        assert!(!message.deduplication.is_empty() && message.deduplication.len() <= 128);
        assert!(message.body.is_ascii(), "SQS takes some characters only");
    }
}

pub(crate) fn agreement(bytes: &[u8]) {
    let json = text(bytes);
    let Some(id) = Agreement::id_of(json) else { return };
    let _ = Agreement::read(&id, json, date!(2026 - 08 - 01));
}

pub(crate) fn agreement_list(bytes: &[u8]) {
    let _ = read_list(text(bytes));
}

/// The id a document gives itself, which is what was asked for.
fn own_id(json: &str) -> Option<String> {
    let document: Value = serde_json::from_str(json).ok()?;
    let id = document.get("id").or_else(|| document.get("info")?.get("id"))?;
    id.as_str().map(str::to_owned)
}

pub(crate) fn product(bytes: &[u8]) {
    let json = text(bytes);
    let id = own_id(json).and_then(|id| id.parse().ok());
    let id: ProductId = id.unwrap_or_else(|| "orders".parse().expect("an id"));
    if let Ok(product) = Product::read(&id, json) {
        let _ = product.output_port("s3");
    }
}

pub(crate) fn contract(bytes: &[u8]) {
    let json = text(bytes);
    let id = own_id(json).and_then(|id| id.parse().ok());
    let id: ContractId = id.unwrap_or_else(|| "orders".parse().expect("an id"));
    let _ = Contract::read(&id, json);
}
