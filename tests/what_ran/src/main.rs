//! `what_ran <folder>`: ends with 1 where a test that a document names did not pass in this run, or where
//! anything that the run printed holds a secret. The folder holds what the stages printed, and the names of
//! those that were skipped.
#![expect(clippy::print_stdout, reason = "a program for people and pipelines")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use what_ran::document::{DOCUMENTS, tests_named_in};
use what_ran::log::{passed, read_all};
use what_ran::secret::lines_with_a_secret;
use what_ran::source::definitions;
use what_ran::verdict::judge;

/// One name of a stage on each line.
const SKIPPED: &str = "skipped";

fn main() -> io::Result<ExitCode> {
    let Some(folder) = env::args().nth(1) else {
        println!("usage: what_ran <folder with what the stages printed>");
        return Ok(ExitCode::FAILURE);
    };
    let folder = Path::new(&folder);
    let is_quiet = no_secret_was_printed(folder)?;
    let is_complete = named_tests_passed(folder)?;
    Ok(if is_quiet && is_complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn named_tests_passed(folder: &Path) -> io::Result<bool> {
    let mut named = BTreeSet::new();
    for document in DOCUMENTS {
        named.extend(tests_named_in(&fs::read_to_string(document)?));
    }
    let skipped = fs::read_to_string(folder.join(SKIPPED))?;
    let skipped = skipped.lines().map(str::to_owned).collect();
    let definitions = definitions(Path::new("."))?;
    let verdict = judge(&named, &definitions, &passed(&read_all(folder)?), &skipped);
    println!("{verdict}");
    Ok(verdict.missing.is_empty())
}

/// Says where, and not what: this is printed, too.
fn no_secret_was_printed(folder: &Path) -> io::Result<bool> {
    let mut is_clean = true;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let printed = fs::read(&path)?;
        for line in lines_with_a_secret(&String::from_utf8_lossy(&printed)) {
            println!("error: a secret was printed: {}, line {line}", path.display());
            is_clean = false;
        }
    }
    Ok(is_clean)
}
