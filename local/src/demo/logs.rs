//! The functions' logs, which are gone with the emulator: kept in a file, and quoted on failure.

use super::world::World;
use crate::{
    terminal::{Tone, paint, say},
    workspace::Workspace,
};

/// Where they are kept.
pub(crate) const FILE: &str = "functions.log";

/// How many complaints a failure shows.
const SHOWN: usize = 5;

/// Writes all logs into one file and gives them back.
pub(crate) async fn save(workspace: &Workspace, world: &World) -> String {
    let mut lines = Vec::new();
    for function in world.outputs.functions() {
        lines.push(format!("==> {function}"));
        lines.push(world.aws.logs(function).await.unwrap_or_else(|failure| failure.report()));
    }
    let text = lines.join("\n");
    let _ = std::fs::write(workspace.scratch(FILE), &text);
    text
}

/// Prints the last lines in which a function complained.
pub(super) fn quote(log: &str) {
    let complaints = complaints(log);
    let from = complaints.len().saturating_sub(SHOWN);
    for line in complaints.get(from..).unwrap_or_default() {
        say(&paint(Tone::Bad, &format!("from the functions' log: {line}")));
    }
}

fn complaints(log: &str) -> Vec<&str> {
    let complains = |line: &&str| line.contains(r#""level":"ERROR""#) || line.contains("panicked");
    log.lines().filter(complains).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complaints_are_quoted() {
        let log = "START\n{\"level\":\"INFO\"}\n{\"level\":\"ERROR\",\"x\":1}\nthread panicked at";
        assert_eq!(complaints(log), ["{\"level\":\"ERROR\",\"x\":1}", "thread panicked at"]);
    }
}
