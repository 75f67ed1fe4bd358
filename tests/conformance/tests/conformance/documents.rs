//! The documents and the corrections say what the facts say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use conformance::fact::Fact;
use conformance::facts;
use conformance::least_policy::{Place, actions_of, reading};
use conformance::names::Names;
use conformance::read_only::{actions, announcement};
use serde_json::Value;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

#[test]
fn every_fact_is_a_sentence_of_its_own_with_a_source() {
    let facts = facts::all();
    let names: BTreeSet<&str> = facts.iter().map(|fact| fact.name).collect();
    assert_eq!(names.len(), facts.len());
    for Fact { name, source, .. } in &facts {
        assert!(name.split('_').count() >= 5 && !source.is_empty(), "{name}");
    }
}

#[test]
fn the_least_policy_allows_what_the_read_only_part_asks_and_nothing_else() {
    let place = Place { partition: "aws", account: "1", path: "/p/", bucket: "b" };
    let allowed = actions_of(&reading(place));
    // That needs no right.
    let mut asked = actions(&facts::all());
    asked.retain(|action| *action != "sts:GetCallerIdentity");
    assert_eq!(allowed, asked);
    let reads = ["Get", "List", "Head", "Simulate"];
    for action in &asked {
        let (_, verb) = action.split_once(':').unwrap();
        assert!(reads.iter().any(|read| verb.starts_with(read)), "{action} may change something");
    }
}

#[test]
fn the_page_about_the_sandbox_shows_the_least_policy() {
    let page = read("docs/conformance.md");
    let (_, rest) = page.split_once("```json\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let place = Place {
        partition: "aws",
        account: "111122223333",
        path: "/data-products/",
        bucket: "my-sandbox-bucket",
    };
    let shown: Value = serde_json::from_str(shown).unwrap();
    assert_eq!(shown, reading(place));
}

#[test]
fn what_will_be_asked_is_said_before_anything_is_asked() {
    let names = Names { suffix: "1".to_owned(), role: "churn".to_owned(), bucket: "b".to_owned() };
    let said = announcement(&facts::all(), &names);
    for action in actions(&facts::all()) {
        assert!(said.iter().any(|line| line.starts_with(action)), "{action} is not announced");
    }
}

/// A correction is a function with the fact in its first line and a source of it: nothing else corrects.
#[test]
fn each_correction_of_the_emulator_says_its_fact_and_its_source() {
    let corrections = read("local/corrections.py");
    let found: Vec<&str> = corrections.split("@correction\ndef ").skip(1).collect();
    assert!(found.len() > 10, "{}", found.len());
    for correction in found {
        let (name, body) = correction.split_once("():\n").unwrap();
        assert!(name.split('_').count() >= 5, "{name} is no sentence");
        let (_, documentation) = body.split_once("\"\"\"").unwrap();
        let (documentation, _) = documentation.split_once("\"\"\"").unwrap();
        let (fact, source) = documentation.split_once("Source:").unwrap_or_default();
        assert!(fact.trim().len() > 20, "{name} says no fact");
        assert!(source.trim().starts_with("https://"), "{name} has no source");
    }
    let emulator = read("local/emulator.py");
    assert!(emulator.contains("corrections.install()") && !emulator.contains("setattr"));
}
