//! IAM in memory, with the limit no emulator enforces, and with IAM's own way of knowing a role: by
//! its name alone, upper and lower case the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::consent::Role;
use domain::ids::PolicyName;
use domain::pattern::ArnPattern;
use domain::policy::{Document, INLINE_QUOTA, counted_characters};
use domain::role::{RoleArn, RoleName};

use super::{Faults, cause};
use crate::aws::AwsError;
use crate::iam::{IamError, Receipt};
use crate::role_calls::{Earlier, Refusal, Removal, RoleCalls, ToldRole};
use crate::role_inventory::RolePage;

/// Roles of a page.
const PAGE: usize = 100;

/// Inline policies by name, as text.
pub type Policies = BTreeMap<String, String>;

/// Roles of one account and their inline policies.
#[derive(Clone, Debug, Default)]
pub struct FakeIam {
    faults: Faults,
    account: Arc<Mutex<Account>>,
}

#[derive(Debug, Default)]
struct Account {
    roles: BTreeMap<RoleArn, Policies>,
    /// By name in lower case: an account has one role of a name, whatever its path.
    by_name: BTreeMap<String, RoleArn>,
    described: BTreeMap<RoleArn, Role>,
    /// The roles whose policies the caller may read and change; `None`: every role there is.
    allowed: Option<Vec<ArnPattern>>,
    refusal: Option<String>,
    loses_an_answer: bool,
}

impl Account {
    fn create(&mut self, arn: &RoleArn) -> &mut Policies {
        let known = self.by_name.entry(key(arn.name())).or_insert_with(|| arn.clone());
        assert_eq!(known, arn, "EntityAlreadyExists");
        self.roles.entry(arn.clone()).or_default()
    }

    /// The policies of the role of this name, as far as the caller may touch them. A role that is not
    /// known is authorised against its bare name.
    fn policies(
        &mut self,
        name: &RoleName,
        action: &'static str,
    ) -> Result<&mut Policies, Refusal> {
        let found = self.by_name.get(&key(name));
        if !self.may(name, found) {
            let source = cause("no identity-based policy allows it");
            return Err(Refusal::AccessDenied(AwsError::Denied { action, source }));
        }
        found.and_then(|arn| self.roles.get_mut(arn)).ok_or(Refusal::NoSuchEntity)
    }

    fn may(&self, name: &RoleName, found: Option<&RoleArn>) -> bool {
        match (&self.allowed, found) {
            (None, found) => found.is_some(),
            (Some(allowed), Some(arn)) => allowed.iter().any(|it| it.matches(&arn.to_string())),
            (Some(allowed), None) => allowed.iter().any(|pattern| {
                let partition = pattern.partition().unwrap_or_default();
                let account = pattern.account().unwrap_or_default();
                pattern.matches(&format!("arn:{partition}:iam::{account}:role/{name}"))
            }),
        }
    }

    fn refused(&self) -> Result<(), Refusal> {
        match self.refusal.clone() {
            None => Ok(()),
            Some(code) => Err(Refusal::Invalid { code, message: "as asked".to_owned() }),
        }
    }

    fn put(
        &mut self,
        role: &RoleName,
        policy: &PolicyName,
        document: &Document,
    ) -> Result<Receipt, Refusal> {
        self.refused()?;
        let policies = self.policies(role, "iam:PutRolePolicy")?;
        let text = document.text();
        let others = policies.iter().filter(|(other, _)| *other != policy.as_str());
        let used: usize = others.map(|(_, text)| counted_characters(text)).sum();
        if used + counted_characters(&text) > INLINE_QUOTA {
            return Err(Refusal::LimitExceeded);
        }
        policies.insert(policy.as_str().to_owned(), text);
        Ok(Receipt { request_id: Some("put".to_owned()) })
    }

    fn delete(&mut self, role: &RoleName, policy: &PolicyName) -> Result<Receipt, Refusal> {
        self.refused()?;
        let removed = self.policies(role, "iam:DeleteRolePolicy")?.remove(policy.as_str());
        removed.ok_or(Refusal::NoSuchEntity)?;
        Ok(Receipt { request_id: Some("delete".to_owned()) })
    }
}

fn key(name: &RoleName) -> String {
    name.as_str().to_ascii_lowercase()
}

impl FakeIam {
    /// An account without roles.
    pub fn new(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    fn in_account<T>(&self, work: impl FnOnce(&mut Account) -> T) -> T {
        work(&mut self.account.lock().expect("lock"))
    }

    /// Policies can be read and changed only of roles that one of these patterns matches. The role
    /// itself may be asked for whatever its ARN.
    pub fn allow_only(&self, patterns: &[&str]) {
        let pattern = |text: &&str| text.parse().expect("an ARN pattern");
        let patterns = patterns.iter().map(pattern).collect();
        self.in_account(|account| account.allowed = Some(patterns));
    }

    /// Every write is refused for good with this code.
    pub fn refuse_writes(&self, code: &str) {
        self.in_account(|account| account.refusal = Some(code.to_owned()));
    }

    /// The answer to the next removal is lost on its way, and the SDK tries again.
    pub fn lose_the_answer_of_a_removal(&self) {
        self.in_account(|account| account.loses_an_answer = true);
    }

    /// Creates a role. One of that name under another path has to be deleted before.
    pub fn create_role(&self, arn: &str) -> RoleArn {
        let arn: RoleArn = arn.parse().expect("the ARN of a role");
        self.in_account(|account| {
            account.create(&arn);
        });
        arn
    }

    /// Gives a role tags and a boundary, instead of those it had.
    pub fn describe_role(&self, role: Role) {
        self.in_account(|account| account.described.insert(role.arn.clone(), role));
    }

    /// Deletes a role with its policies.
    pub fn delete_role(&self, arn: &RoleArn) {
        self.in_account(|account| {
            if account.roles.remove(arn).is_some() {
                account.by_name.remove(&key(arn.name()));
            }
        });
    }

    /// Writes a policy as somebody else would.
    pub fn set(&self, arn: &RoleArn, name: &str, document: &str) {
        let (name, document) = (name.to_owned(), document.to_owned());
        self.in_account(|account| account.create(arn).insert(name, document));
    }

    /// Removes a policy as somebody else would.
    pub fn unset(&self, arn: &RoleArn, name: &str) {
        self.in_account(|account| account.create(arn).remove(name));
    }

    /// Every policy on every role: what IAM would allow.
    pub fn snapshot(&self) -> BTreeMap<RoleArn, Policies> {
        self.in_account(|account| account.roles.clone())
    }

    /// A look at every policy on every role, without a copy.
    pub fn look<T>(&self, look: impl FnOnce(&BTreeMap<RoleArn, Policies>) -> T) -> T {
        self.in_account(|account| look(&account.roles))
    }

    /// The text of a policy.
    pub fn text(&self, arn: &RoleArn, name: &str) -> Option<String> {
        self.in_account(|account| account.roles.get(arn)?.get(name).cloned())
    }

    /// How often a policy was written or removed.
    pub fn writes(&self) -> usize {
        self.faults.count("iam:PutRolePolicy") + self.faults.count("iam:DeleteRolePolicy")
    }
}

impl RoleCalls for FakeIam {
    async fn get_role(&self, name: &RoleName) -> Result<ToldRole, Refusal> {
        let find = || {
            let found = self.in_account(|account| {
                let arn = account.by_name.get(&key(name))?;
                let described = account.described.get(arn).cloned();
                Some(described.unwrap_or_else(|| Role::bare(arn.clone())))
            });
            let Role { arn, tags, boundary } = found.ok_or(Refusal::NoSuchEntity)?;
            Ok(ToldRole { arn: arn.to_string(), tags, boundary })
        };
        self.faults.run("iam:GetRole", Refusal::from, find).await
    }

    async fn get_role_policy(&self, role: &RoleName, policy: &str) -> Result<String, Refusal> {
        const ACTION: &str = "iam:GetRolePolicy";
        let read = || {
            self.in_account(|account| {
                let text = account.policies(role, ACTION)?.get(policy).cloned();
                text.ok_or(Refusal::NoSuchEntity)
            })
        };
        self.faults.run(ACTION, Refusal::from, read).await
    }

    async fn list_role_policies(&self, role: &RoleName) -> Result<Vec<String>, Refusal> {
        const ACTION: &str = "iam:ListRolePolicies";
        let names = || {
            self.in_account(|account| Ok(account.policies(role, ACTION)?.keys().cloned().collect()))
        };
        self.faults.run(ACTION, Refusal::from, names).await
    }

    async fn put_role_policy(
        &self,
        role: &RoleName,
        policy: &PolicyName,
        document: &Document,
    ) -> Result<Receipt, Refusal> {
        let write = || self.in_account(|account| account.put(role, policy, document));
        self.faults.run("iam:PutRolePolicy", Refusal::from, write).await
    }

    async fn delete_role_policy(&self, role: &RoleName, policy: &PolicyName) -> Removal {
        let loses = self.in_account(|account| std::mem::take(&mut account.loses_an_answer));
        let remove = || {
            self.in_account(|account| {
                if loses {
                    drop(account.delete(role, policy));
                }
                account.delete(role, policy)
            })
        };
        let answer = self.faults.run("iam:DeleteRolePolicy", Refusal::from, remove).await;
        Removal { answer, earlier: if loses { Earlier::Unknown } else { Earlier::NoEffect } }
    }

    async fn list_roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        let list = || {
            self.in_account(|account| {
                let roles = &account.roles;
                let start = page.map_or(0, |page| page.parse().expect("a marker of ours"));
                let page: Vec<RoleArn> = roles.keys().skip(start).take(PAGE).cloned().collect();
                let end = start + page.len();
                let next = (end < roles.len()).then(|| end.to_string());
                Ok(RolePage { roles: page, next, unseen: None })
            })
        };
        self.faults.run("iam:ListRoles", IamError::Aws, list).await
    }
}
