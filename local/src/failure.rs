//! What a person at the terminal learns when something goes wrong: what failed, why, what to do.

use std::{error::Error, fmt::Write as _};

/// A step that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Failure {
    what: String,
    advice: String,
    interrupted: bool,
    #[source]
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure with no deeper cause.
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into(), interrupted: false, cause: None }
    }

    /// Somebody asked for the end before it was reached.
    pub(crate) fn interruption() -> Self {
        Self { interrupted: true, ..Self::new("interrupted", "") }
    }

    /// Whether this is no failure of anything, but somebody's wish.
    pub(crate) fn is_interruption(&self) -> bool {
        self.interrupted
    }

    /// The whole story, one line for each cause, the advice last.
    pub(crate) fn report(&self) -> String {
        let mut text = format!("error: {self}");
        let mut cause = self.source();
        while let Some(next) = cause {
            let _ = write!(text, "\n  because: {next}");
            cause = next.source();
        }
        if !self.advice.is_empty() {
            let _ = write!(text, "\n  do this: {}", self.advice);
        }
        text
    }
}

/// Adds what was attempted, and what to do, to any error.
pub(crate) trait Explain<T> {
    /// Turns an error into a [`Failure`] that keeps it as the cause.
    fn explain(self, what: impl Into<String>, advice: impl Into<String>) -> Result<T, Failure>;
}

impl<T, E: Error + Send + Sync + 'static> Explain<T> for Result<T, E> {
    fn explain(self, what: impl Into<String>, advice: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| Failure {
            what: what.into(),
            advice: advice.into(),
            interrupted: false,
            cause: Some(Box::new(error)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_every_cause_and_ends_with_the_advice() {
        let inner: Result<(), Failure> = Err(std::fmt::Error).explain("cannot write", "");
        let outer = inner.explain("cannot deploy", "try again").unwrap_err();
        let report = outer.report();
        let lines: Vec<&str> = report.lines().collect();
        assert_eq!(lines[0], "error: cannot deploy");
        assert_eq!(lines[1], "  because: cannot write");
        assert_eq!(lines.last().unwrap(), &"  do this: try again");
    }
}
