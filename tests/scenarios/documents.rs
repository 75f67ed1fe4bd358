//! What the documents say about tests is true.

use std::fs;
use std::path::{Path, PathBuf};

use what_ran::document::{DOCUMENTS, quoted_after, tests_named_in};
use what_ran::source::definitions;

/// The statements of `docs/acceptance.md`, by number.
const STATEMENTS: usize = 75;
/// Those that came later, and bear the numbers they were given.
const LATER: [usize; 2] = [97, 98];

/// The rows of the feature table of ingestion and connections.
const ROWS: [(char, usize); 3] = [('A', 18), ('C', 8), ('D', 6)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn every_test_a_document_names_exists() {
    let definitions = definitions(&root()).unwrap();
    for path in DOCUMENTS {
        let named = tests_named_in(&read(path));
        assert!(!named.is_empty(), "{path} names no test");
        let missing: Vec<&String> =
            named.iter().filter(|name| !definitions.contains_key(*name)).collect();
        assert!(missing.is_empty(), "{path} names tests that do not exist: {missing:?}");
    }
}

/// The lines of a table that begin with this number.
fn rows<'a>(section: &'a str, number: &str) -> Vec<&'a str> {
    let begin = format!("| {number} |");
    section.lines().filter(|line| line.starts_with(&begin)).collect()
}

#[test]
fn every_statement_is_held_by_a_test_a_stage_or_a_part_of_the_proofs() {
    let document = read("docs/acceptance.md");
    let (section, _) = document.split_once("\n## Ingestion and connections\n").unwrap();
    for number in (1..=STATEMENTS).chain(LATER) {
        let found = rows(section, &number.to_string());
        let [row] = found.as_slice() else { panic!("{number} stands there {}", found.len()) };
        let stages = quoted_after("stage", row).len() + quoted_after("part", row).len();
        assert!(!tests_named_in(row).is_empty() || stages > 0, "nothing holds {number}");
    }
    assert!(rows(section, &(STATEMENTS + 1).to_string()).is_empty());
}

#[test]
fn every_stage_and_every_part_of_the_proofs_that_a_document_names_exists() {
    let (checks, proofs) = (read("cicd/checks.sh"), read("local/src/prove/mod.rs"));
    for path in DOCUMENTS {
        let document = read(path);
        for stage in quoted_after("stage", &document) {
            assert!(checks.contains(&format!("\n  stage \"{stage}\" ")), "{path}: stage {stage:?}");
        }
        for part in quoted_after("part", &document) {
            let is_numbered = part.starts_with(|c: char| c.is_ascii_digit());
            assert!(is_numbered && proofs.contains(&format!("\"{part}")), "{path}: part {part:?}");
        }
    }
}

#[test]
fn every_row_of_ingestion_and_connections_is_held_by_a_test() {
    let document = read("docs/acceptance.md");
    let (_, section) = document.split_once("\n## Ingestion and connections\n").unwrap();
    let numbers = ROWS.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| (letter, n)));
    for (letter, number) in numbers {
        let found = rows(section, &format!("{letter}{number}"));
        let [row] = found.as_slice() else { panic!("{letter}{number} stands {}", found.len()) };
        assert!(!tests_named_in(row).is_empty(), "{letter}{number} names no test");
    }
}
