//! What would change: for each agreement the differences, and its policy before and after.

use std::collections::BTreeSet;

use clients::iam::IamError;
use clients::role_inventory::RoleInventory;
use domain::account::{AccountId, Reach, Tie};
use domain::canonical::same_policy;
use domain::difference::Difference;
use domain::ids::{AgreementId, PolicyName};
use domain::plan::Wanted;
use domain::role::RoleArn;
use serde::Serialize;
use serde_json::Value;
use survey::{Asking, Judged, Picture, RevokeLimit};

/// What would change.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// Agreements that are not as they should be.
    pub changes: Vec<Change>,
    /// Policies with our name that belong to no agreement anybody knows: nothing is done about them.
    pub strays: Vec<Stray>,
    /// What could not be looked at.
    pub problems: Vec<String>,
    /// Rights that are not taken away, because they are more than the limit.
    pub withheld_revocations: usize,
    /// How many may be.
    pub revoke_limit: usize,
}

/// An agreement that is not as it should be.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The agreement.
    pub agreement: AgreementId,
    /// Why something changes.
    pub differences: Vec<Difference>,
    /// Why it cannot be granted, where it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What changes in IAM. Nothing, where only the ledger is behind.
    pub policies: Vec<PolicyChange>,
}

/// A policy before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyChange {
    /// The role.
    pub role: RoleArn,
    /// The role's account, where it is not our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The policy's name.
    pub policy: String,
    /// What it says; a text where that is not JSON, absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it will say; absent where it will be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// A policy that belongs to no known agreement.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stray {
    /// The role that holds it.
    pub role: RoleArn,
    /// Its name.
    pub policy: String,
}

/// How many policies change, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// New ones.
    pub given: usize,
    /// Ones that will say something else.
    pub changed: usize,
    /// Ones that will be gone.
    pub taken: usize,
}

impl Proposal {
    /// What would change. Reads the documents of the policies that would.
    pub async fn of(
        picture: &Picture,
        limit: RevokeLimit,
        inventory: &impl RoleInventory,
    ) -> Result<Self, IamError> {
        let asking = Asking::of(picture, limit, |_| false);
        let mut changes = Vec::new();
        for judged in picture.judged.iter().filter(|judged| !judged.differences.is_empty()) {
            changes.push(change(judged, inventory, &picture.reach).await?);
        }
        let stray = |stray: &survey::Stray| Stray {
            role: stray.role.clone(),
            policy: stray.policy.to_string(),
        };
        Ok(Self {
            changes,
            strays: picture.strays.iter().map(stray).collect(),
            problems: picture.problems.clone(),
            withheld_revocations: asking.withheld,
            revoke_limit: asking.limit,
        })
    }

    /// How many policies change, and how.
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for policy in self.changes.iter().flat_map(|change| &change.policies) {
            match (&policy.before, &policy.after) {
                (None, _) => count.given += 1,
                (Some(_), Some(_)) => count.changed += 1,
                (Some(_), None) => count.taken += 1,
            }
        }
        count
    }
}

async fn change(
    judged: &Judged,
    inventory: &impl RoleInventory,
    reach: &Reach,
) -> Result<Change, IamError> {
    let target = match &judged.wanted {
        Some(Wanted::Grant(grant)) => Some(grant),
        Some(Wanted::Nothing | Wanted::NotOurs | Wanted::Refused(_)) | None => None,
    };
    let mut roles: BTreeSet<&RoleArn> = judged.subject.found.keys().collect();
    roles.extend(target.map(|grant| &grant.role));
    let name = PolicyName::of(&judged.subject.id);
    let mut policies = Vec::new();
    for role in roles {
        let here = target.filter(|grant| grant.role == *role);
        let after = here.map(|grant| grant.document.value().clone());
        let before = inventory.policy_text(role, name.as_str()).await?.map(read);
        let is_same = match (&before, &after) {
            (Some(before), Some(after)) => same_policy(before, after),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_same {
            let policy = name.to_string();
            let is_elsewhere = reach.tie(role) != Tie::Own;
            let account = is_elsewhere.then(|| AccountId::of(role));
            policies.push(PolicyChange { role: role.clone(), account, policy, before, after });
        }
    }
    let refused = match &judged.wanted {
        Some(Wanted::Refused(why)) => Some(why.to_string()),
        Some(Wanted::Grant(_) | Wanted::Nothing | Wanted::NotOurs) | None => None,
    };
    let (agreement, differences) = (judged.subject.id.clone(), judged.differences.clone());
    Ok(Change { agreement, differences, refused, policies })
}

/// What somebody else wrote may be no JSON at all.
fn read(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}
