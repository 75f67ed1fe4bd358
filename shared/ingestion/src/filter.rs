//! Which names are published: `OpenMetadata`'s filter patterns, compiled once and checked when read.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// Most memory one compiled pattern may take, in bytes. `(a{1000}){1000}` is refused, not built.
const SIZE_LIMIT_BYTES: usize = 1 << 20;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pattern:?} is not a usable filter pattern: {reason}")]
pub struct PatternError {
    /// As it stands in the configuration.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Names to take and names to leave out, as regular expressions.
///
/// A pattern has to match from the beginning of the name and need not reach its end; upper and lower
/// case are the same. Where there is anything in `includes`, `excludes` counts for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Patterns")]
pub struct Filter {
    includes: Vec<Regex>,
    excludes: Vec<Regex>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Patterns {
    #[serde(default)]
    includes: Vec<String>,
    #[serde(default)]
    excludes: Vec<String>,
}

impl TryFrom<Patterns> for Filter {
    type Error = PatternError;

    fn try_from(Patterns { includes, excludes }: Patterns) -> Result<Self, PatternError> {
        Self::new(&includes, &excludes)
    }
}

impl Filter {
    /// Compiles the patterns; the first that cannot be used is the error.
    pub fn new<T: AsRef<str>>(includes: &[T], excludes: &[T]) -> Result<Self, PatternError> {
        let compiled = |patterns: &[T]| {
            patterns.iter().map(AsRef::as_ref).map(compile).collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { includes: compiled(includes)?, excludes: compiled(excludes)? })
    }

    /// Whether something of this name is published. Without a pattern everything is; a nameless thing
    /// is not as soon as there is one.
    pub fn admits(&self, name: &str) -> bool {
        if self.includes.is_empty() && self.excludes.is_empty() {
            return true;
        }
        if name.is_empty() {
            return false;
        }
        if self.includes.is_empty() {
            return !any_begins(&self.excludes, name);
        }
        any_begins(&self.includes, name)
    }
}

/// The leftmost match begins at the beginning whenever any match does, so no pattern has to be
/// wrapped into an anchored one, which text like `a)|(b` could escape from.
fn any_begins(patterns: &[Regex], name: &str) -> bool {
    let begins = |pattern: &Regex| pattern.find(name).is_some_and(|found| found.start() == 0);
    patterns.iter().any(begins)
}

fn compile(pattern: &str) -> Result<Regex, PatternError> {
    let built =
        RegexBuilder::new(pattern).case_insensitive(true).size_limit(SIZE_LIMIT_BYTES).build();
    built.map_err(|error| PatternError { pattern: pattern.to_owned(), reason: reason(&error) })
}

/// The last line of the parser's drawing says what is wrong.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().next_back().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(includes: &[&str], excludes: &[&str]) -> Filter {
        Filter::new(includes, excludes).unwrap()
    }

    #[test]
    fn a8_an_include_keeps_names_that_begin_so_in_any_case() {
        let filter = filter(&["prod"], &[]);
        assert!(filter.admits("PROD_x"));
        assert!(!filter.admits("x_prod"));
    }

    #[test]
    fn a8_excludes_are_ignored_if_there_are_includes() {
        let filter = filter(&["prod"], &["prod_secret"]);
        assert!(filter.admits("prod_secret"));
    }

    #[test]
    fn a8_an_exclude_alone_drops_names_that_begin_so() {
        let filter = filter(&[], &["tmp"]);
        assert!(!filter.admits("TMP_1"));
        assert!(filter.admits("not_tmp"));
    }

    #[test]
    fn a8_without_a_pattern_everything_is_kept() {
        assert!(Filter::default().admits("anything"));
        assert!(Filter::default().admits(""));
    }

    #[test]
    fn a8_a_nameless_thing_is_dropped_as_soon_as_there_is_a_pattern() {
        assert!(!filter(&[".*"], &[]).admits(""));
        assert!(!filter(&[], &["x"]).admits(""));
    }

    #[test]
    fn a8_a_bad_pattern_is_an_error_that_names_it() {
        for pattern in ["(open", "(?=ahead)x", "(?<!behind)x", r"(a)\1", "(a{1000}){1000}"] {
            let error = Filter::new(&[pattern], &[]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{pattern:?} is not a usable")), "{error}");
        }
        let ahead = Filter::new(&["(?=ahead)x"], &[]).unwrap_err().to_string();
        assert!(ahead.contains("look-around"), "{ahead}");
    }

    #[test]
    fn a8_a_bad_pattern_stops_the_configuration() {
        let read = serde_json::from_str::<Filter>(r#"{"includes": ["["]}"#);
        assert!(read.unwrap_err().to_string().contains(r#""[" is not a usable filter pattern"#));
    }

    #[test]
    fn a_filter_is_read_by_its_names_in_open_metadata() {
        let filter: Filter = serde_json::from_str(r#"{"excludes": ["^tmp_.*$"]}"#).unwrap();
        assert!(!filter.admits("tmp_1"));
        let misspelt = serde_json::from_str::<Filter>(r#"{"include": ["a"]}"#);
        assert!(misspelt.unwrap_err().to_string().contains("include"));
    }

    #[test]
    fn an_alternative_later_in_the_name_does_not_count() {
        let filter = filter(&["b|a"], &[]);
        assert!(filter.admits("ab"));
        assert!(!filter.admits("cab"));
    }

    proptest! {
        #[test]
        fn a_name_that_is_its_own_pattern_is_admitted(name in "\\PC{1,40}") {
            prop_assert!(filter(&[&regex::escape(&name)], &[]).admits(&name));
        }

        #[test]
        fn a_pattern_never_panics(pattern in any::<String>(), name in any::<String>()) {
            if let Ok(filter) = Filter::new(&[pattern], &[]) {
                filter.admits(&name);
            }
        }
    }
}
