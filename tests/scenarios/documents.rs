//! What the documents say about tests is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Documents that name tests in back quotes.
const DOCUMENTS: [&str; 2] = ["docs/acceptance.md", "docs/threat-model.md"];
/// Where tests may be.
const SOURCES: [&str; 6] = ["cli", "functions", "local", "shared", "terraform", "tests"];
/// A name in back quotes of at least this many words is the name of a test.
const FEWEST_WORDS: usize = 5;

/// The rows of the feature table of ingestion and connections.
const ROWS: [(char, usize); 3] = [('A', 18), ('C', 8), ('D', 6)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(directory: &Path, found: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with('.') {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "hcl") {
            found.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

fn tests_named_in(document: &str) -> BTreeSet<String> {
    let quoted = document.split('`').skip(1).step_by(2);
    let is_test = |name: &&str| {
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.chars().all(word) && name.split('_').count() >= FEWEST_WORDS
    };
    quoted.filter(is_test).map(str::to_owned).collect()
}

#[test]
fn every_test_a_document_names_exists() {
    let mut code = String::new();
    for directory in SOURCES {
        sources(&root().join(directory), &mut code);
    }
    for path in DOCUMENTS {
        let document = fs::read_to_string(root().join(path)).unwrap();
        let named = tests_named_in(&document);
        assert!(!named.is_empty(), "{path} names no test");
        let exists = |name: &&String| {
            code.contains(&format!("fn {name}(")) || code.contains(&format!("run \"{name}\""))
        };
        let missing: Vec<&String> = named.iter().filter(|name| !exists(name)).collect();
        assert!(missing.is_empty(), "{path} names tests that do not exist: {missing:?}");
    }
}

#[test]
fn every_row_of_ingestion_and_connections_is_held_by_a_test() {
    let document = fs::read_to_string(root().join("docs/acceptance.md")).unwrap();
    let (_, section) = document.split_once("\n## Ingestion and connections\n").unwrap();
    let rows = ROWS.iter().flat_map(|(letter, count)| (1..=*count).map(move |row| (letter, row)));
    for (letter, row) in rows {
        let begin = format!("| {letter}{row} |");
        let lines: Vec<&str> = section.lines().filter(|line| line.starts_with(&begin)).collect();
        let [line] = lines.as_slice() else { panic!("{letter}{row} stands there {}", lines.len()) };
        assert!(!tests_named_in(line).is_empty(), "{letter}{row} names no test");
    }
}
