//! What may go wrong on demand.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::refusal::Refusal;

/// What goes wrong.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) denied: BTreeSet<String>,
    pub(super) throttled: BTreeMap<String, usize>,
    pub(super) broken: BTreeMap<String, usize>,
    pub(super) latency: Duration,
    pub(super) time: u64,
}

impl Faults {
    /// Whether this call goes wrong. A fault that was ordered a number of times is used up by it.
    pub(super) fn strike(&mut self, action: &str) -> Result<(), Refusal> {
        if self.denied.contains(action) {
            return Err(Refusal::denied(action));
        }
        if used_up(&mut self.throttled, action) {
            return Err(Refusal::of("ThrottlingException", "Rate exceeded"));
        }
        if used_up(&mut self.broken, action) {
            return Err(Refusal::broken());
        }
        Ok(())
    }
}

fn used_up(ordered: &mut BTreeMap<String, usize>, action: &str) -> bool {
    let Some(left) = ordered.get_mut(action).filter(|left| **left > 0) else { return false };
    *left = left.saturating_sub(1);
    true
}
