//! What came of a walk, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

/// The same seed and the same end give the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) seed: u64,
    /// Changes of the catalog that its feed tells.
    pub(super) events: usize,
    pub(super) steps: usize,
    /// Calls of the functions.
    pub(super) calls: usize,
    pub(super) crashes: usize,
    /// What went wrong with calls, by kind.
    pub(super) faults: BTreeMap<String, usize>,
    /// What else happened, by kind.
    pub(super) happened: BTreeMap<&'static str, usize>,
    pub(super) rests: usize,
    pub(super) simulated_hours: i64,
    pub(super) last_steps: Vec<String>,
    pub(super) violation: Option<String>,
}

impl Outcome {
    pub(super) fn count(&mut self, kind: &'static str) {
        *self.happened.entry(kind).or_default() += 1;
    }

    /// One line for people; `seconds` is how long it took.
    pub(super) fn line(&self, seconds: f64) -> String {
        let faults: usize = self.faults.values().sum();
        let mut line = format!(
            "soak: seed {}, {} events, {} steps, {} calls, {faults} faults, {} crashes, ",
            self.seed, self.events, self.steps, self.calls, self.crashes,
        );
        let happened = self.happened.iter();
        happened.for_each(|(kind, count)| write!(line, "{count} {kind}, ").unwrap());
        let (rests, hours) = (self.rests, self.simulated_hours);
        write!(line, "{rests} rests, {hours} h simulated in {seconds:.0} s: ").unwrap();
        match &self.violation {
            None => line.push_str("everything as agreed"),
            Some(violation) => write!(line, "VIOLATED: {violation}").unwrap(),
        }
        line
    }

    /// The same for programs.
    pub(super) fn report(&self, seconds: f64) -> Value {
        json!({"seed": self.seed, "events": self.events, "steps": self.steps,
            "calls": self.calls, "crashes": self.crashes, "faults": self.faults,
            "happened": self.happened, "rests": self.rests,
            "simulated_hours": self.simulated_hours, "seconds": seconds,
            "last_steps": self.last_steps, "violation": self.violation})
    }
}
