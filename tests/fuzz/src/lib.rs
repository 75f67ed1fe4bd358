//! For tests: every parser of text that comes from outside, as a function of bytes. Property tests and
//! `cargo fuzz` call the same list. An entry point never fails: what it finds wrong, it panics about.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod arns;
mod aws;
mod catalog;
mod configuration;

/// A parser, called with what may have come from anywhere.
pub type EntryPoint = fn(&[u8]);

/// Every parser by the name of its corpus, `tests/fuzz/corpus/<name>`.
pub const ENTRY_POINTS: [(&str, EntryPoint); 16] = [
    ("feed_page", catalog::feed_page),
    ("agreement", catalog::agreement),
    ("agreement_list", catalog::agreement_list),
    ("product", catalog::product),
    ("contract", catalog::contract),
    ("arn", arns::arn),
    ("location", arns::location),
    ("sqs_batch", aws::sqs_batch),
    ("queue_message", aws::queue_message),
    ("cursor", aws::cursor),
    ("ledger_entry", aws::ledger_entry),
    ("stored_policy", aws::stored_policy),
    ("connection_document", configuration::connection_document),
    ("stored_connection", configuration::stored_connection),
    ("column_type", configuration::column_type),
    ("job_script", configuration::job_script),
];

/// Calls the entry point of this name.
pub fn call(name: &str, bytes: &[u8]) {
    match ENTRY_POINTS.iter().find(|(known, _)| *known == name) {
        Some((_, entry_point)) => entry_point(bytes),
        None => panic!("there is no entry point {name}"),
    }
}

/// Whoever reads text takes nothing but UTF-8; the rest is refused before.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
