//! How often Glue was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The metric of all calls.
const CALLS: &str = "GlueCalls";

/// Counts calls per IAM action. Clones count together. A call that the SDK repeats counts once; the
/// metric `GlueThrottled` counts what was throttled in between.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    made: Arc<Mutex<BTreeMap<&'static str, u64>>>,
}

impl Calls {
    pub(super) fn count(&self, action: &'static str) {
        metrics::counter!(CALLS).increment(1);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = made.entry(action).or_default();
        *calls = calls.saturating_add(1);
    }

    /// Calls per action so far, such as `glue:GetTables`.
    pub fn per_action(&self) -> BTreeMap<&'static str, u64> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Calls of one action.
    pub fn of(&self, action: &str) -> u64 {
        self.per_action().get(action).copied().unwrap_or_default()
    }

    /// All calls.
    pub fn total(&self) -> u64 {
        self.per_action().values().sum()
    }
}
