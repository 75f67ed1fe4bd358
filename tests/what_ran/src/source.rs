//! Where tests are defined, and which stage of `./cicd.sh test` runs each.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::document::{is_name, quoted_after};

/// Where tests may be.
const FOLDERS: [&str; 6] = ["cli", "functions", "local", "shared", "terraform", "tests"];

/// The stages of `./cicd.sh test` that run what is not ignored.
const RUST: &str = "tests";
const TERRAFORM: &str = "terraform fmt, validate, test";

/// Who runs a test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runner {
    /// The stage of this name.
    Stage(String),
    /// It is ignored, and the reason beside it names no stage.
    Nobody,
}

/// The definitions of each test. One name may be used by several crates: all of them are to pass.
pub type Definitions = BTreeMap<String, Vec<Runner>>;

/// Every test below `root` that a document could name.
pub fn definitions(root: &Path) -> io::Result<Definitions> {
    let mut found = Definitions::new();
    for folder in FOLDERS {
        walk(&root.join(folder), &mut found)?;
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Definitions) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kind = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with('.') {
            walk(&path, found)?;
        } else if kind == "rs" {
            in_rust(&fs::read_to_string(&path)?, found);
        } else if kind == "hcl" {
            in_terraform(&fs::read_to_string(&path)?, found);
        }
    }
    Ok(())
}

fn add(found: &mut Definitions, name: &str, runner: Runner) {
    if is_name(name) {
        found.entry(name.to_owned()).or_default().push(runner);
    }
}

/// A test is a function after `#[test]` or `#[tokio::test]`; attributes stand on lines of their own.
fn in_rust(text: &str, found: &mut Definitions) {
    let mut runner = None;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            runner = Some(Runner::Stage(RUST.to_owned()));
        } else if line.starts_with("#[ignore") {
            let reason = line.replace("\\\"", "\"");
            let stage = quoted_after("stage", &reason).first().map(|stage| (*stage).to_owned());
            runner = Some(stage.map_or(Runner::Nobody, Runner::Stage));
        } else if let Some(name) = function(line)
            && let Some(runner) = runner.take()
        {
            add(found, name, runner);
        }
    }
}

fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split_once('(').map(|(name, _)| name)
}

fn in_terraform(text: &str, found: &mut Definitions) {
    let runs = text.lines().filter_map(|line| line.strip_prefix("run \""));
    for (name, _) in runs.filter_map(|rest| rest.split_once('"')) {
        add(found, name, Runner::Stage(TERRAFORM.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"
        fn a_function_that_tests_nothing() {}
        #[test]
        fn a_rule_that_is_held() {
            fn a_function_within_a_test() {}
        }
        #[tokio::test(start_paused = true)]
        #[ignore = "asks a simulator in node: ./cicd.sh test, stage \"exactness of grants\""]
        async fn a_rule_that_node_judges() {}
        #[test]
        #[ignore = "goes on for an hour"]
        fn a_rule_that_nobody_runs() {}
    "#;

    fn runners(found: &Definitions, name: &str) -> Vec<Runner> {
        found.get(name).cloned().unwrap_or_default()
    }

    #[test]
    fn a_test_is_run_by_the_stage_that_the_reason_to_ignore_it_names() {
        let mut found = Definitions::new();
        in_rust(CODE, &mut found);
        assert_eq!(runners(&found, "a_rule_that_is_held"), [Runner::Stage("tests".to_owned())]);
        let exactness = Runner::Stage("exactness of grants".to_owned());
        assert_eq!(runners(&found, "a_rule_that_node_judges"), [exactness]);
        assert_eq!(runners(&found, "a_rule_that_nobody_runs"), [Runner::Nobody]);
        assert_eq!(found.len(), 3, "what is no test is none: {found:?}");
    }

    #[test]
    fn a_run_block_is_a_test_of_the_terraform_stage() {
        let mut found = Definitions::new();
        in_terraform("run \"both_queues_are_in_order\" {\n}\n", &mut found);
        assert_eq!(
            runners(&found, "both_queues_are_in_order"),
            [Runner::Stage(TERRAFORM.to_owned())]
        );
    }

    #[test]
    fn two_definitions_of_one_name_are_both_kept() {
        let folder = tempfile::tempdir().unwrap();
        for below in FOLDERS {
            fs::create_dir(folder.path().join(below)).unwrap();
        }
        let twice = "#[test]\nfn a_rule_that_is_held() {}\n";
        for file in ["cli/a.rs", "tests/b.rs"] {
            fs::write(folder.path().join(file), twice).unwrap();
        }
        assert_eq!(definitions(folder.path()).unwrap()["a_rule_that_is_held"].len(), 2);
    }
}
