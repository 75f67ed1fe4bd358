//! What passed, as the runners print it: `cargo nextest`, `cargo test`, `terraform test`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// What `cargo nextest` writes before a test that passed, on the whole.
const PASSED: [&str; 3] = ["PASS", "LEAK", "FLAKY"];

/// How often a test of each name has passed.
pub type Passed = BTreeMap<String, usize>;

/// Everything that the stages of a run printed: the files `*.log` of a folder.
pub fn read_all(folder: &Path) -> io::Result<String> {
    let mut text = String::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "log") {
            text.push_str(&String::from_utf8_lossy(&fs::read(&path)?));
            text.push('\n');
        }
    }
    Ok(text)
}

/// Counts the tests that passed in what was printed.
pub fn passed(printed: &str) -> Passed {
    let mut passed = Passed::new();
    for line in printed.lines().map(without_colours) {
        if let Some(name) = passed_in(line.trim()) {
            *passed.entry(name.to_owned()).or_default() += 1;
        }
    }
    passed
}

fn passed_in(line: &str) -> Option<&str> {
    let path = if let Some(rest) = line.strip_prefix("test ") {
        rest.strip_suffix(" ... ok")?.split(' ').next()?
    } else if let Some(rest) = line.strip_prefix("run \"") {
        rest.strip_suffix("\"... pass")?
    } else {
        let (first, rest) = line.split_once(' ')?;
        let is_status = PASSED.contains(&first) && rest.contains('[');
        is_status.then(|| rest.rsplit(' ').next())??
    };
    path.rsplit("::").next()
}

/// Terminal colours are `ESC [ … m`.
fn without_colours(line: &str) -> String {
    let mut pieces = line.split('\u{1b}');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or("", |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(printed: &str) -> Vec<String> {
        passed(printed).into_keys().collect()
    }

    #[test]
    fn what_passed_with_nextest_is_found() {
        let printed = "    Starting 2 tests across 37 binaries (1150 tests skipped)
        PASS [  10.859s] (1/2) domain ids::tests::names_are_never_shared
        SLOW [> 60.000s] (───) scenarios::scenarios model::it_never_came_back
        FAIL [   0.100s] (2/2) domain ids::tests::it_did_not_hold
        LEAK [   0.100s] (2/2) poll_feed::faults killed::it_left_a_child_behind
     Summary [ 107.983s] 2 tests run: 2 passed (1 slow), 1150 skipped";
        assert_eq!(names(printed), ["it_left_a_child_behind", "names_are_never_shared"]);
    }

    #[test]
    fn what_passed_with_cargo_test_is_found() {
        let printed = "test exactness::lint::it_finds_nothing ... ok
test it_panics_as_it_should - should panic ... ok
test ids::tests::it_did_not_hold ... FAILED
test soak::it_goes_on ... ignored, goes on for as long as ./cicd.sh soak says
test result: ok. 3 passed; 0 failed; 1 ignored";
        assert_eq!(names(printed), ["it_finds_nothing", "it_panics_as_it_should"]);
    }

    #[test]
    fn what_passed_with_terraform_is_found_in_colours_too() {
        let printed = "tests/queue.tftest.hcl... in progress
  run \"both_queues_keep_order\"... \u{1b}[32mpass\u{1b}[0m
  run \"a_plain_line\"... pass
  run \"it_did_not_hold\"... fail
  run \"nobody_looked\"... skip";
        assert_eq!(names(printed), ["a_plain_line", "both_queues_keep_order"]);
    }

    #[test]
    fn a_name_that_passes_in_two_crates_is_counted_twice() {
        let printed =
            "test every_call::it_is_put_right ... ok\ntest every_call::it_is_put_right ... ok";
        assert_eq!(passed(printed)["it_is_put_right"], 2);
    }

    #[test]
    fn everything_that_was_printed_is_read_and_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tests.log"), b"one \xff").unwrap();
        fs::write(folder.path().join("skipped"), "two").unwrap();
        let text = read_all(folder.path()).unwrap();
        assert!(text.contains("one") && !text.contains("two"), "{text:?}");
    }
}
