//! What was seen on the roles.

use std::collections::{BTreeMap, BTreeSet};

use clients::iam::IamError;
use clients::role_inventory::RoleInventory;
use domain::Failure;
use domain::account::AccountId;
use domain::canonical::Fingerprint;
use domain::ids::PolicyName;
use domain::policy::{counted_characters, resources_of};
use domain::role::RoleArn;
use futures_util::{StreamExt as _, stream};
use lambda::chain::Chain;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use crate::pace::Pace;

/// Roles looked at side by side.
const SIDE_BY_SIDE: usize = 8;
/// So many failures in a row mean that IAM has enough; the rest is left to the next run.
const ENOUGH: usize = 10;

/// A policy of ours on a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What it says.
    pub fingerprint: Fingerprint,
    /// The resources it names.
    pub resources: Vec<String>,
}

/// A role, as it was when it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleLook {
    /// Our policies on it.
    pub held: BTreeMap<PolicyName, Held>,
    /// How many inline policies of others it has. Of them only the length is taken.
    pub others: usize,
    /// Characters of all its inline policies, white space not counted.
    pub used: usize,
    /// Whether the role does not exist.
    pub is_gone: bool,
}

/// All roles looked at so far in a round.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// What was seen.
    pub roles: BTreeMap<RoleArn, RoleLook>,
    /// Roles that cannot be looked at, and why.
    pub barred: BTreeMap<RoleArn, String>,
    /// Accounts that cannot be looked at, and why. What is in them is neither there nor gone.
    #[serde(default)]
    pub unseen: BTreeMap<AccountId, String>,
}

/// The roles to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Those the operator allows, and those the ledger names.
    pub roles: BTreeSet<RoleArn>,
    /// Accounts that could not be listed, and why.
    pub unseen: BTreeMap<AccountId, String>,
    /// Every role that IAM lists, also those that the operator does not allow, by what IAM knows it
    /// by: its account, and its name in lower case.
    pub by_name: BTreeMap<(String, String), RoleArn>,
}

impl Listed {
    /// Takes note of a page of IAM's list.
    pub(crate) fn note(&mut self, roles: &[RoleArn]) {
        self.by_name.extend(roles.iter().map(|role| (key(role), role.clone())));
    }

    /// Whether IAM has another role of that name: then this one is gone, and whatever a call about
    /// it would show lies on the other.
    fn is_replaced(&self, role: &RoleArn) -> bool {
        self.by_name.get(&key(role)).is_some_and(|found| !found.is_spelt_like(role))
    }
}

fn key(role: &RoleArn) -> (String, String) {
    (role.account().to_owned(), role.name().as_str().to_ascii_lowercase())
}

/// How far a walk came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walked {
    /// Every role was looked at, or cannot be.
    Everywhere,
    /// Some are left, and the reason, where it was not just the time.
    SoFar(Option<String>),
}

impl Looks {
    /// Leaves out the accounts that could not be listed: asking for each of their roles would only
    /// hold up the others. An account that could be listed this time has its turn again.
    pub fn pass_over(&mut self, listed: &Listed) {
        let before = std::mem::replace(&mut self.unseen, listed.unseen.clone());
        self.barred.retain(|role, _| !before.contains_key(&AccountId::of(role)));
        for role in listed.roles.iter().filter(|role| !self.roles.contains_key(role)) {
            if let Some(why) = listed.unseen.get(&AccountId::of(role)) {
                self.barred.insert(role.clone(), why.clone());
            }
        }
    }

    /// Takes roles for gone that others of their names have replaced: they are not looked at.
    pub fn pass_over_replaced(&mut self, listed: &Listed) {
        for role in listed.roles.iter().filter(|role| listed.is_replaced(role)) {
            let gone = RoleLook { is_gone: true, ..RoleLook::default() };
            self.roles.insert(role.clone(), gone);
        }
    }

    /// What could not be looked at, in sentences: an account once, and not once for each role.
    pub fn problems(&self) -> Vec<String> {
        let accounts = self.unseen.iter();
        let accounts = accounts.map(|(id, why)| format!("account {id} cannot be looked at: {why}"));
        let told_with_account = |role: &RoleArn| self.unseen.contains_key(&AccountId::of(role));
        let roles = self.barred.iter().filter(|(role, _)| !told_with_account(role));
        let roles = roles.map(|(role, why)| format!("role {role} cannot be looked at: {why}"));
        accounts.chain(roles).collect()
    }

    /// Looks at those of `roles` that were not looked at yet, until the time is up.
    pub async fn walk(
        &mut self,
        inventory: &impl RoleInventory,
        roles: &BTreeSet<RoleArn>,
        pace: &Pace,
        until: Instant,
    ) -> Walked {
        let known =
            |role: &&RoleArn| self.roles.contains_key(*role) || self.barred.contains_key(*role);
        let left: Vec<RoleArn> = roles.iter().filter(|role| !known(role)).cloned().collect();
        let looks = left.iter().map(async |role| (role, look(inventory, role, pace).await));
        let looks = stream::iter(looks).buffer_unordered(SIDE_BY_SIDE);
        let mut looks = std::pin::pin!(looks.take_until(sleep_until(until)));
        let (mut trouble, mut in_a_row) = (None, 0);
        while let Some((role, seen)) = looks.next().await {
            match seen {
                Ok(seen) => {
                    in_a_row = 0;
                    self.roles.insert(role.clone(), seen);
                }
                Err(error) => {
                    in_a_row += 1;
                    if error.failure() == Failure::Retry {
                        trouble = Some(Chain(&error).to_string());
                    } else {
                        self.barred.insert(role.clone(), Chain(&error).to_string());
                    }
                    if in_a_row == ENOUGH && trouble.is_some() {
                        break;
                    }
                }
            }
        }
        // Where only the time was up, a role that failed is one of those that are left.
        let trouble = trouble.filter(|_| Instant::now() < until);
        let known =
            |role: &RoleArn| self.roles.contains_key(role) || self.barred.contains_key(role);
        if roles.iter().all(known) { Walked::Everywhere } else { Walked::SoFar(trouble) }
    }

    /// Every policy of ours, with the roles that hold it and what it says there.
    pub fn policies(&self) -> BTreeMap<&PolicyName, BTreeMap<RoleArn, Held>> {
        let mut policies: BTreeMap<&PolicyName, BTreeMap<RoleArn, Held>> = BTreeMap::new();
        for (role, look) in &self.roles {
            for (name, held) in &look.held {
                policies.entry(name).or_default().insert(role.clone(), held.clone());
            }
        }
        policies
    }

    /// How many policies of ours there are.
    pub fn count(&self) -> usize {
        self.roles.values().map(|look| look.held.len()).sum()
    }
}

async fn look(
    inventory: &impl RoleInventory,
    role: &RoleArn,
    pace: &Pace,
) -> Result<RoleLook, IamError> {
    pace.turn().await;
    let Some(names) = inventory.policy_names(role).await? else {
        return Ok(RoleLook { is_gone: true, ..RoleLook::default() });
    };
    let mut seen = RoleLook::default();
    for name in names {
        pace.turn().await;
        let Some(text) = inventory.policy_text(role, &name).await? else { continue };
        seen.used += counted_characters(&text);
        match PolicyName::found(&name) {
            Some(name) => {
                seen.held.insert(name, held(&text));
            }
            None => seen.others += 1,
        }
    }
    Ok(seen)
}

/// A document that is not JSON was not written by us, and equals none of ours.
fn held(text: &str) -> Held {
    let document: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    Held { fingerprint: Fingerprint::of(&document), resources: resources_of(&document) }
}
