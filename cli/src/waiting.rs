//! Waits until what was asked for is done, as ledger and roles show it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use clients::iam::IamError;
use clients::ledger::{Ledger, LedgerError};
use clients::objects::VersionedObjects;
use clients::role_inventory::RoleInventory;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::{Entry, Phase};
use domain::role::RoleArn;
use survey::Picture;
use tokio::time::Instant;

/// Agreements to be looked at, each with a role on which its policy should not be.
pub type Hints = [(AgreementId, Option<RoleArn>)];

/// Why it is not known to be done.
#[derive(Debug, thiserror::Error)]
pub enum WaitingError {
    /// The ledger could not be read.
    #[error("the grant ledger cannot be read")]
    Ledger(#[source] LedgerError),
    /// A role could not be looked at.
    #[error("a role cannot be looked at")]
    Role(#[source] IamError),
    /// Time is up.
    #[error(
        "not done after {seconds} s: {}; see the log of manage_iam_policies. What is in the queue \
         stays there", .left.join(", ")
    )]
    Left {
        /// How long it was waited.
        seconds: u64,
        /// The agreements.
        left: Vec<String>,
    },
}

/// What is waited for.
#[derive(Debug)]
pub struct Waiting<'a, O, I> {
    /// What is granted.
    pub ledger: &'a Ledger<O>,
    /// What lies on roles.
    pub inventory: &'a I,
    /// How long to wait before giving up.
    pub patience: Duration,
    /// How long to wait between two looks.
    pub pause: Duration,
}

impl<O: VersionedObjects, I: RoleInventory> Waiting<'_, O, I> {
    /// Waits. `picture` is what was seen before it was asked; `tell` is told how many are left.
    pub async fn until_done(
        &self,
        hints: &Hints,
        picture: &Picture,
        mut tell: impl FnMut(usize),
    ) -> Result<(), WaitingError> {
        let begun = Instant::now();
        let mut left = by_agreement(hints);
        let before: BTreeMap<&AgreementId, Option<&Entry>> = picture
            .judged
            .iter()
            .map(|judged| (&judged.subject.id, judged.subject.entry.as_ref()))
            .collect();
        loop {
            let mut open = BTreeMap::new();
            for (agreement, roles) in left {
                let known = before.get(agreement).copied().flatten();
                if !self.is_done(agreement, &roles, known).await? {
                    open.insert(agreement, roles);
                }
            }
            left = open;
            if left.is_empty() {
                return Ok(());
            }
            tell(left.len());
            if begun.elapsed() >= self.patience {
                let seconds = self.patience.as_secs();
                let left = left.keys().map(ToString::to_string).collect();
                return Err(WaitingError::Left { seconds, left });
            }
            tokio::time::sleep(self.pause).await;
        }
    }

    /// The ledger says something new and finished, and no role holds what it should not.
    async fn is_done(
        &self,
        agreement: &AgreementId,
        roles: &BTreeSet<&RoleArn>,
        before: Option<&Entry>,
    ) -> Result<bool, WaitingError> {
        let entry = self.ledger.load(agreement).await.map_err(WaitingError::Ledger)?.entry;
        let is_news = entry.as_ref() != before;
        let is_finished = entry.is_some_and(|entry| entry.phase == Phase::Fact);
        if !is_news || !is_finished {
            return Ok(false);
        }
        let name = PolicyName::of(agreement);
        for role in roles {
            let held = self.inventory.policy_text(role, name.as_str()).await;
            if held.map_err(WaitingError::Role)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn by_agreement(hints: &Hints) -> BTreeMap<&AgreementId, BTreeSet<&RoleArn>> {
    let mut agreements: BTreeMap<&AgreementId, BTreeSet<&RoleArn>> = BTreeMap::new();
    for (agreement, role) in hints {
        agreements.entry(agreement).or_default().extend(role);
    }
    agreements
}
