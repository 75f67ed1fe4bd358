//! What has been proven so far, one printed line each, and what turned out to be otherwise.

use std::{fmt::Display, time::Instant};

use crate::{
    failure::Failure,
    terminal::{self, Tone, paint, say},
};

/// The record of one run.
pub(crate) struct Proofs {
    part: Instant,
    proven: usize,
    wrong: Vec<String>,
}

impl Proofs {
    /// Nothing proven yet.
    pub(crate) fn new() -> Self {
        Self { part: Instant::now(), proven: 0, wrong: Vec::new() }
    }

    /// Begins a part; times count from here.
    pub(crate) fn part(&mut self, title: &str) {
        terminal::title(title);
        self.part = Instant::now();
    }

    /// Something is as it must be.
    pub(crate) fn holds(&mut self, what: impl Display) {
        self.proven += 1;
        self.line("proven", Tone::Good, &what.to_string());
    }

    /// Something is not as it must be. The run goes on, to find everything at once.
    pub(crate) fn fails(&mut self, what: impl Display) {
        let what = what.to_string();
        self.line("WRONG", Tone::Bad, &what);
        self.wrong.push(what);
    }

    /// Something that is said but is no proof.
    pub(crate) fn note(&self, what: impl Display) {
        self.line("", Tone::Faint, &what.to_string());
    }

    /// One of the two, as the case may be.
    pub(crate) fn check(&mut self, holds: bool, what: impl Display, found: impl Display) {
        if holds {
            self.holds(what);
        } else {
            self.fails(format!("not so: {what}. Found: {found}"));
        }
    }

    /// Nothing may be in `found`.
    pub(crate) fn none<T: Display>(&mut self, found: &[T], what: impl Display) {
        let list: Vec<String> = found.iter().map(ToString::to_string).collect();
        self.check(list.is_empty(), what, list.join("; "));
    }

    /// The end of a run: how much holds, and everything that does not.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        terminal::title("The end");
        if self.wrong.is_empty() {
            say(&paint(Tone::Good, &format!("{} statements are proven.", self.proven)));
            return Ok(());
        }
        say(&format!("{} statements are proven.", self.proven));
        for one in &self.wrong {
            say(&paint(Tone::Bad, &format!("not as it must be: {one}")));
        }
        let what = format!("{} statements are not as they must be", self.wrong.len());
        Err(Failure::new(what, "the logs are in .build/prove"))
    }

    fn line(&self, label: &str, tone: Tone, text: &str) {
        terminal::happened(self.part.elapsed(), label, tone, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_that_is_wrong_fails_the_run_and_is_named_at_its_end() {
        let mut proofs = Proofs::new();
        proofs.holds("water is wet");
        assert!(proofs.verdict().is_ok());
        proofs.check(1 > 2, "one is more than two", "it is less");
        proofs.none(&["a leftover"], "nothing is left");
        let failure = proofs.verdict().unwrap_err();
        assert!(failure.to_string().starts_with("2 statements"), "{failure}");
    }
}
