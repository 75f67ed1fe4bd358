//! The documents in `tests/fixtures`: one of each shape that the catalog's API describes.
#![expect(clippy::panic, reason = "a fixture that is not one fails the test with its name")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use domain::ids::DocumentId;
use serde_json::Value;

use crate::generation::Stage;

/// The agreement that the fixtures are about.
pub(crate) const AGREEMENT: &str = "acc-42";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Everything in the folder, by kind and shape: `team/role-name`.
pub(crate) fn all() -> BTreeSet<String> {
    let entries = |path: &Path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let kinds = entries(&root()).filter(|path| path.file_name().unwrap() != "README.md");
    let shapes = kinds.flat_map(|kind| entries(&kind).collect::<Vec<_>>());
    let name = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        name.strip_suffix(".json").map(str::to_owned).unwrap_or(name)
    };
    shapes.map(name).collect()
}

/// The document of a fixture that also says where its shape comes from.
pub(crate) fn document(name: &str) -> Value {
    let text = fs::read_to_string(root().join(format!("{name}.json")));
    let text = text.unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut file: Value = serde_json::from_str(&text).unwrap();
    assert!(file["source"].as_str().is_some_and(|source| source.len() > 20), "{name}: source");
    file["document"].take()
}

/// Puts a fixture where the catalog keeps documents of its kind.
pub(crate) fn place(stage: &Stage, name: &str) {
    let document = document(name);
    let id = |member: &str| {
        let found = document.get(member).or_else(|| document.pointer("/info/id"));
        found.and_then(Value::as_str).unwrap_or_else(|| panic!("{name} has no {member}")).to_owned()
    };
    let id = match name.split_once('/').unwrap().0 {
        "access" | "data-usage-agreement" => {
            return stage.set_agreement(&id("id"), &document);
        }
        "feed" => {
            let events = document.as_array().unwrap().iter();
            return events.for_each(|event| stage.world.catalog.publish(&event.to_string()));
        }
        "data-product" => DocumentId::Product(id("id").parse().unwrap()),
        "data-contract" => DocumentId::Contract(id("id").parse().unwrap()),
        "team" => DocumentId::Team(id("id").parse().unwrap()),
        "organization-member" => DocumentId::Member(id("emailAddress").parse().unwrap()),
        kind => panic!("{kind} is no kind of document that the catalog keeps"),
    };
    stage.world.catalog.set_document(&id, &document.to_string());
}
