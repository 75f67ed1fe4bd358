//! Puts a table into a document, between two markers, so that nobody types figures.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

const BEGIN: &str = "<!-- begin: written by ./cicd.sh bench --write -->\n";
const END: &str = "<!-- end -->";

/// Replaces what stands between the markers of `document` by the text of `table`.
pub(crate) fn paste(table: &Path, document: &Path) -> anyhow::Result<()> {
    let read = |path: &Path| {
        fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let pasted = between_markers(&read(document)?, &read(table)?)
        .with_context(|| format!("{} has no two markers", document.display()))?;
    fs::write(document, pasted).with_context(|| format!("{}", document.display()))
}

fn between_markers(document: &str, table: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}\n{END}{after}", table.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let document = format!("a\n{BEGIN}old\n{END}\nb\n");
        let pasted = between_markers(&document, "new\n").unwrap();
        assert_eq!(pasted, format!("a\n{BEGIN}new\n{END}\nb\n"));
        assert_eq!(between_markers(&pasted, "new\n").unwrap(), pasted);
        assert_eq!(between_markers("a", "new"), None);
    }
}
