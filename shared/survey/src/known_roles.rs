//! Roles that were seen in IAM's list need not be asked for one by one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use clients::iam::{IamError, Roles};
use clients::role_inventory::{RoleInventory, RolePage};
use domain::consent::Role;
use domain::role::{RoleArn, RoleName};

/// What IAM said of a name.
#[derive(Clone, Debug)]
enum Known {
    Role(Option<Role>),
    NotVisible,
}

/// IAM, and what is already known of its roles.
#[derive(Debug)]
pub struct KnownRoles<I> {
    iam: I,
    /// IAM's list holds neither tags nor boundaries: where these decide, each role is asked for.
    need_description: bool,
    known: Mutex<HashMap<String, Known>>,
}

impl<I> KnownRoles<I> {
    /// `need_description`: whether tags or boundaries of roles decide about grants.
    pub fn new(iam: I, need_description: bool) -> Self {
        Self { iam, need_description, known: Mutex::default() }
    }

    /// Forgets everything, and takes these as all that is known to exist.
    pub(crate) fn exactly<'a>(&self, roles: impl Iterator<Item = &'a RoleArn>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.clear();
        if !self.need_description {
            known.extend(
                roles.map(|role| (key(role.name()), Known::Role(Some(Role::bare(role.clone()))))),
            );
        }
    }
}

/// IAM keeps role names unique without regard to case.
fn key(name: &RoleName) -> String {
    name.as_str().to_ascii_lowercase()
}

impl<I: Roles> Roles for KnownRoles<I> {
    async fn role(&self, name: &RoleName) -> Result<Option<Role>, IamError> {
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&key(name)).cloned()
        };
        let known = match known {
            Some(known) => known,
            None => match self.iam.role(name).await {
                Ok(role) => Known::Role(role),
                Err(IamError::NotVisible { .. }) => Known::NotVisible,
                Err(error) => return Err(error),
            },
        };
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key(name), known.clone());
        match known {
            Known::Role(role) => Ok(role),
            Known::NotVisible => Err(IamError::NotVisible { role: name.clone() }),
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
