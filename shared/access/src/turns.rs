//! Agreements of one role take turns at writing to it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::role::RoleArn;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// IAM refuses a change of a role while another one is under way, and agreements of one role often
/// come in one batch: inside a process they wait for each other instead of colliding.
#[derive(Debug, Default)]
pub struct RoleTurns {
    turns: Mutex<HashMap<RoleArn, Arc<Turn<()>>>>,
}

impl RoleTurns {
    /// Waits until nobody else in this process writes to the role.
    pub(crate) async fn take(&self, role: &RoleArn) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.entry(role.clone()).or_default().clone()
        };
        turn.lock_owned().await
    }
}
