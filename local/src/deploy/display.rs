//! What is shown of terraform's output while it works.

use std::time::Instant;

use crate::terminal::{self, Tone};

/// How much of a command is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// One line for each resource that is finished.
    EachResource,
    /// Nothing that stays.
    Nothing,
}

/// Shows one command.
pub(super) struct Display {
    detail: Detail,
    started: Instant,
    planned: usize,
    made: usize,
}

impl Display {
    pub(super) fn new(detail: Detail) -> Self {
        Self { detail, started: Instant::now(), planned: 0, made: 0 }
    }

    /// Takes the next line.
    pub(super) fn show(&mut self, line: &str) {
        if let Some(planned) = planned_resources(line) {
            self.planned = planned;
        } else if let Some((resource, _)) = line.split_once(": Creation complete after") {
            self.made += 1;
            let text = format!("{:>2} of {}  {resource}", self.made, self.planned);
            if self.detail == Detail::EachResource {
                terminal::happened(self.started.elapsed(), "created", Tone::Label, &text);
            }
        } else if let Some((resource, _)) = line.split_once(": Still ") {
            let seconds = self.started.elapsed().as_secs();
            terminal::progress(&format!("{seconds:>5} s     waiting for {resource}"));
        }
    }
}

/// The number in `Plan: 33 to add, 0 to change, 0 to destroy.`
fn planned_resources(line: &str) -> Option<usize> {
    line.strip_prefix("Plan: ")?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_planned_resources_is_read() {
        assert_eq!(planned_resources("Plan: 33 to add, 0 to change, 0 to destroy."), Some(33));
        assert_eq!(planned_resources("aws_s3_bucket.state: Creating..."), None);
    }
}
