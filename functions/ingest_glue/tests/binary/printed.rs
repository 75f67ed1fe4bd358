//! What a process printed: one JSON document a line, and never a secret.

use local_servers::aws::{ASSUMED_SECRET, ASSUMED_TOKEN, OWN_SECRET};
use local_servers::neighbourhood::API_KEY;
use local_servers::open_metadata::TOKEN;
use serde_json::Value;

/// Lines of a process.
pub(crate) struct Printed {
    text: String,
    lines: Vec<Value>,
}

impl Printed {
    /// Checks that nothing of it is secret, and that every line is JSON.
    pub(crate) fn new(text: String, complaints: &str) -> Self {
        for secret in [API_KEY, TOKEN, OWN_SECRET, ASSUMED_SECRET, ASSUMED_TOKEN] {
            let is_told = text.contains(secret) || complaints.contains(secret);
            assert!(!is_told, "a secret was printed");
        }
        let parsed = |line| serde_json::from_str(line).expect("every line is JSON");
        let lines = text.lines().map(parsed).collect();
        Self { text, lines }
    }

    /// All of it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Fields of the log lines of a level, such as `ERROR`.
    pub(crate) fn of_level(&self, level: &str) -> Vec<&Value> {
        let of_level = self.lines.iter().filter(|line| line["level"] == level);
        of_level.map(|line| &line["fields"]).collect()
    }

    /// Fields of the log lines with this message.
    pub(crate) fn with_message(&self, message: &str) -> Vec<&Value> {
        let fields = self.lines.iter().map(|line| &line["fields"]);
        fields.filter(|fields| fields["message"] == message).collect()
    }

    /// Documents of embedded metrics, one for each tick.
    pub(crate) fn metrics(&self) -> Vec<&Value> {
        self.lines.iter().filter(|line| line.get("_aws").is_some()).collect()
    }
}
