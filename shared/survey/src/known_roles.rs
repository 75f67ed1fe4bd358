//! Roles that were seen in IAM's list need not be asked for one by one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clients::iam::{IamError, Roles};
use clients::role_inventory::{RoleInventory, RolePage};
use domain::account::AccountId;
use domain::consent::Role;
use domain::role::{RoleArn, RoleName, RoleReference};

/// What IAM said of a name.
#[derive(Clone, Debug)]
enum Known {
    Role(Option<Role>),
    NotVisible,
}

/// The account, where that makes a difference, and the name in small letters.
type Key = (Option<String>, String);

#[derive(Debug, Default)]
struct Memory {
    known: HashMap<Key, Known>,
    unseen: BTreeMap<AccountId, String>,
}

/// IAM, and what is already known of its roles.
#[derive(Debug)]
pub struct KnownRoles<I> {
    iam: I,
    /// IAM's list holds neither tags nor boundaries: where these decide, each role is asked for.
    need_description: bool,
    /// The account of a role that is named without one. Where it is not known there is one account.
    own: Option<AccountId>,
    memory: Mutex<Memory>,
}

impl<I> KnownRoles<I> {
    /// `need_description`: whether tags or boundaries of roles decide about grants. `own`: where the
    /// functions run.
    pub fn new(iam: I, need_description: bool, own: Option<AccountId>) -> Self {
        Self { iam, need_description, own, memory: Mutex::default() }
    }

    /// Forgets everything, and takes these as all that is known to exist, and `unseen` as accounts
    /// that need not be asked for anything.
    pub(crate) fn exactly<'a>(
        &self,
        roles: impl Iterator<Item = &'a RoleArn>,
        unseen: &BTreeMap<AccountId, String>,
    ) {
        let mut memory = self.memory();
        *memory = Memory { known: HashMap::new(), unseen: unseen.clone() };
        if !self.need_description {
            let bare = |role: &RoleArn| Known::Role(Some(Role::bare(role.clone())));
            memory.known.extend(roles.map(|role| (self.key_of(role), bare(role))));
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// IAM keeps role names unique in an account without regard to case.
    fn key(&self, reference: &RoleReference) -> Key {
        match reference {
            RoleReference::Arn(arn) => self.key_of(arn),
            RoleReference::Name(name) => {
                (self.own.as_ref().map(|own| own.as_str().to_owned()), small(name))
            }
        }
    }

    fn key_of(&self, role: &RoleArn) -> Key {
        (self.own.as_ref().map(|_| role.account().to_owned()), small(role.name()))
    }
}

fn small(name: &RoleName) -> String {
    name.as_str().to_ascii_lowercase()
}

fn hidden(unseen: &BTreeMap<AccountId, String>, reference: &RoleReference) -> Option<IamError> {
    let RoleReference::Arn(arn) = reference else { return None };
    let (account, why) = unseen.get_key_value(&AccountId::of(arn))?;
    let (account, why) = (account.clone(), why.clone());
    Some(IamError::Unreachable { account, is_passing: true, why })
}

impl<I: Roles> Roles for KnownRoles<I> {
    async fn role(&self, reference: &RoleReference) -> Result<Option<Role>, IamError> {
        let key = self.key(reference);
        let known = {
            let memory = self.memory();
            if let Some(error) = hidden(&memory.unseen, reference) {
                return Err(error);
            }
            memory.known.get(&key).cloned()
        };
        let known = match known {
            Some(known) => known,
            None => match self.iam.role(reference).await {
                Ok(role) => Known::Role(role),
                Err(IamError::NotVisible { .. }) => Known::NotVisible,
                Err(error) => return Err(error),
            },
        };
        self.memory().known.insert(key, known.clone());
        match known {
            Known::Role(role) => Ok(role),
            Known::NotVisible => Err(IamError::NotVisible { role: reference.name().clone() }),
        }
    }
}

impl<I: RoleInventory> RoleInventory for KnownRoles<I> {
    async fn roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        self.iam.roles(page).await
    }

    async fn policy_names(&self, role: &RoleArn) -> Result<Option<Vec<String>>, IamError> {
        self.iam.policy_names(role).await
    }

    async fn policy_text(&self, role: &RoleArn, name: &str) -> Result<Option<String>, IamError> {
        self.iam.policy_text(role, name).await
    }
}
