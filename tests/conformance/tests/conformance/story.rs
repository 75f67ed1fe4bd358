//! What every subject is held against: all facts, and the list of what it cannot show.

use std::collections::BTreeMap;

use conformance::facts;
use conformance::judge::Verdict;
use conformance::report::{Line, ask_about};
use conformance::subject::Subject;

/// Fails where an answer differs, and where a fact cannot be seen that is not in the list, or is in it and can.
pub(crate) async fn hold<S: Subject>(who: &str, subject: &mut S, unseen: &[(&str, &str)]) {
    let lines = ask_about(subject, &facts::all()).await;
    report(who, &lines);
    let differ: Vec<String> = lines.iter().filter(|line| line.differs()).map(Line::text).collect();
    assert!(differ.is_empty(), "{who}:\n{}", differ.join("\n"));
    let found: BTreeMap<&str, &str> = lines.iter().filter_map(not_seen).collect();
    let listed: BTreeMap<&str, &str> = unseen.iter().copied().collect();
    assert_eq!(found, listed, "{who}: what cannot be seen is not what is listed");
}

fn not_seen(line: &Line) -> Option<(&'static str, &str)> {
    match &line.verdict {
        Verdict::CannotBeSeen { why } => Some((line.fact, why)),
        Verdict::AsDocumented | Verdict::Differs { .. } => None,
    }
}

#[expect(clippy::print_stdout, reason = "the stage of the emulator shows what was found")]
fn report(who: &str, lines: &[Line]) {
    println!("{who}:");
    for line in lines {
        println!("  {}", line.text());
    }
}
