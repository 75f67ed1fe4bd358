//! IAM in memory, with the limit no emulator enforces.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::consent::Role;
use domain::ids::PolicyName;
use domain::policy::{Document, INLINE_QUOTA, counted_characters};
use domain::role::{RoleArn, RoleReference};
use serde_json::Value;

use super::Faults;
use crate::iam::{IamError, Receipt, RolePolicies, Roles};
use crate::role_inventory::{RoleInventory, RolePage};

/// Roles of a page.
const PAGE: usize = 100;

/// Inline policies by name, as text.
pub type Policies = BTreeMap<String, String>;

/// Roles of one account and their inline policies.
#[derive(Clone, Debug, Default)]
pub struct FakeIam {
    faults: Faults,
    roles: Arc<Mutex<BTreeMap<RoleArn, Policies>>>,
    described: Arc<Mutex<BTreeMap<RoleArn, Role>>>,
    refusal: Arc<Mutex<Option<String>>>,
}

impl FakeIam {
    /// An account without roles.
    pub fn new(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// Every write is refused for good with this code.
    pub fn refuse_writes(&self, code: &str) {
        *self.refusal.lock().expect("lock") = Some(code.to_owned());
    }

    fn refused(&self, role: &RoleArn) -> Result<(), IamError> {
        match self.refusal.lock().expect("lock").clone() {
            None => Ok(()),
            Some(code) => {
                let message = "as asked".to_owned();
                Err(IamError::Refused { role: role.clone(), code, message })
            }
        }
    }

    /// Creates a role.
    pub fn create_role(&self, arn: &str) -> RoleArn {
        let arn: RoleArn = arn.parse().expect("the ARN of a role");
        self.roles.lock().expect("lock").entry(arn.clone()).or_default();
        arn
    }

    /// Gives a role tags and a boundary, instead of those it had.
    pub fn describe_role(&self, role: Role) {
        self.described.lock().expect("lock").insert(role.arn.clone(), role);
    }

    /// Deletes a role with its policies.
    pub fn delete_role(&self, arn: &RoleArn) {
        self.roles.lock().expect("lock").remove(arn);
    }

    /// Writes a policy as somebody else would.
    pub fn set(&self, arn: &RoleArn, name: &str, document: &str) {
        let mut roles = self.roles.lock().expect("lock");
        roles.entry(arn.clone()).or_default().insert(name.to_owned(), document.to_owned());
    }

    /// Removes a policy as somebody else would.
    pub fn unset(&self, arn: &RoleArn, name: &str) {
        let mut roles = self.roles.lock().expect("lock");
        roles.entry(arn.clone()).or_default().remove(name);
    }

    /// Every policy on every role: what IAM would allow.
    pub fn snapshot(&self) -> BTreeMap<RoleArn, Policies> {
        self.roles.lock().expect("lock").clone()
    }

    /// A look at every policy on every role, without a copy.
    pub fn look<T>(&self, look: impl FnOnce(&BTreeMap<RoleArn, Policies>) -> T) -> T {
        look(&self.roles.lock().expect("lock"))
    }

    /// The text of a policy.
    pub fn text(&self, arn: &RoleArn, name: &str) -> Option<String> {
        self.roles.lock().expect("lock").get(arn)?.get(name).cloned()
    }

    /// How often a policy was written or removed.
    pub fn writes(&self) -> usize {
        self.faults.count("iam:PutRolePolicy") + self.faults.count("iam:DeleteRolePolicy")
    }
}

impl Roles for FakeIam {
    async fn role(&self, reference: &RoleReference) -> Result<Option<Role>, IamError> {
        let name = reference.name();
        let same = |arn: &&RoleArn| arn.name().as_str().eq_ignore_ascii_case(name.as_str());
        let find = || {
            let found = self.roles.lock().expect("lock").keys().find(same).cloned();
            let described = self.described.lock().expect("lock");
            Ok(found.map(|arn| described.get(&arn).cloned().unwrap_or_else(|| Role::bare(arn))))
        };
        self.faults.run("iam:GetRole", IamError::Aws, find).await
    }
}

impl RoleInventory for FakeIam {
    async fn roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        let list = || {
            let roles = self.roles.lock().expect("lock");
            let start = page.map_or(0, |page| page.parse().expect("a marker of ours"));
            let page: Vec<RoleArn> = roles.keys().skip(start).take(PAGE).cloned().collect();
            let end = start + page.len();
            let next = (end < roles.len()).then(|| end.to_string());
            Ok(RolePage { roles: page, next, unseen: None })
        };
        self.faults.run("iam:ListRoles", IamError::Aws, list).await
    }

    async fn policy_names(&self, role: &RoleArn) -> Result<Option<Vec<String>>, IamError> {
        let names = || {
            let roles = self.roles.lock().expect("lock");
            Ok(roles.get(role).map(|policies| policies.keys().cloned().collect()))
        };
        self.faults.run("iam:ListRolePolicies", IamError::Aws, names).await
    }

    async fn policy_text(&self, role: &RoleArn, name: &str) -> Result<Option<String>, IamError> {
        let read = || Ok(self.text(role, name));
        self.faults.run("iam:GetRolePolicy", IamError::Aws, read).await
    }
}

impl RolePolicies for FakeIam {
    async fn policy(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Value>, IamError> {
        let read = || {
            let text = self.text(role, name.as_str());
            Ok(text.map(|text| serde_json::from_str(&text).unwrap_or(Value::Null)))
        };
        self.faults.run("iam:GetRolePolicy", IamError::Aws, read).await
    }

    async fn put(
        &self,
        role: &RoleArn,
        name: &PolicyName,
        document: &Document,
    ) -> Result<Receipt, IamError> {
        let write = || {
            self.refused(role)?;
            let mut roles = self.roles.lock().expect("lock");
            let Some(policies) = roles.get_mut(role) else {
                return Err(IamError::NoSuchRole { role: role.to_string() });
            };
            let text = document.text();
            let others = policies.iter().filter(|(other, _)| *other != name.as_str());
            let used: usize = others.map(|(_, text)| counted_characters(text)).sum();
            if used + counted_characters(&text) > INLINE_QUOTA {
                return Err(IamError::LimitExceeded { role: role.clone() });
            }
            policies.insert(name.as_str().to_owned(), text);
            Ok(Receipt { request_id: Some("put".to_owned()) })
        };
        self.faults.run("iam:PutRolePolicy", IamError::Aws, write).await
    }

    async fn delete(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Receipt>, IamError> {
        let remove = || {
            self.refused(role)?;
            let mut roles = self.roles.lock().expect("lock");
            let removed = roles.get_mut(role).and_then(|policies| policies.remove(name.as_str()));
            Ok(removed.map(|_| Receipt { request_id: Some("delete".to_owned()) }))
        };
        self.faults.run("iam:DeleteRolePolicy", IamError::Aws, remove).await
    }

    async fn used(&self, role: &RoleArn, except: &PolicyName) -> Result<usize, IamError> {
        let sum = || {
            let roles = self.roles.lock().expect("lock");
            let policies = roles.get(role).into_iter().flatten();
            let others = policies.filter(|(name, _)| *name != except.as_str());
            Ok(others.map(|(_, text)| counted_characters(text)).sum())
        };
        self.faults.run("iam:ListRolePolicies", IamError::Aws, sum).await
    }
}
