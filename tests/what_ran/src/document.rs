//! Names of tests and of stages in a document.

use std::collections::BTreeSet;

/// Documents that name tests in back quotes.
pub const DOCUMENTS: [&str; 2] = ["docs/acceptance.md", "docs/threat-model.md"];
/// A name in back quotes of at least this many words is the name of a test.
const FEWEST_WORDS: usize = 5;

/// Whether a word in back quotes, or a function, can be a test that a document names.
pub(crate) fn is_name(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.chars().all(fits) && word.split('_').count() >= FEWEST_WORDS
}

/// The tests that a text names.
pub fn tests_named_in(document: &str) -> BTreeSet<String> {
    let quoted = document.split('`').skip(1).step_by(2);
    quoted.filter(|word| is_name(word)).map(str::to_owned).collect()
}

/// What stands in quotes after each `word`: `stage "lints"`, `part "alarms"`.
pub fn quoted_after<'a>(word: &str, text: &'a str) -> Vec<&'a str> {
    let begin = format!("{word} \"");
    let after = text.split(&begin).skip(1);
    after.filter_map(|rest| rest.split_once('"')).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_named_in_back_quotes_with_five_words_at_least() {
        let text = "`a_rule_that_is_held`, `cargo fuzz`, `iam_get_role`, a_rule_without_any_quotes, `A_name_that_is_none`";
        assert_eq!(Vec::from_iter(tests_named_in(text)), ["a_rule_that_is_held"]);
    }

    #[test]
    fn what_is_quoted_after_a_word_is_found_each_time() {
        let text = "stage \"lints\", part \"alarms\" and stage \"tests\"";
        assert_eq!(quoted_after("stage", text), ["lints", "tests"]);
        assert_eq!(quoted_after("part", text), ["alarms"]);
    }
}
