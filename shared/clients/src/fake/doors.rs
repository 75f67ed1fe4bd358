//! Accounts of which each has an IAM of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use domain::account::AccountId;

use super::{FakeIam, Faults};
use crate::aws::AwsError;
use crate::iam::IamError;
use crate::iam_accounts::{Doors, Opened};

/// What stands behind a door.
type Behind = (FakeIam, String);

/// Connections that can be broken, and can lead elsewhere.
#[derive(Clone, Debug)]
pub struct FakeDoors {
    faults: Faults,
    own_account: String,
    behind: Arc<Mutex<BTreeMap<AccountId, Behind>>>,
}

impl FakeDoors {
    /// No connection yet; our own credentials belong to `own_account`.
    pub fn new(faults: Faults, own_account: &str) -> Self {
        Self { faults, own_account: own_account.to_owned(), behind: Arc::default() }
    }

    /// The connection of `account` leads to `iam`, whose credentials belong to `really`.
    pub fn lead(&self, account: &str, iam: &FakeIam, really: &str) {
        let account = account.parse().expect("an account");
        let mut behind = self.behind.lock().expect("lock");
        behind.insert(account, (iam.clone(), really.to_owned()));
    }

    /// The connection of `account` leads nowhere any more.
    pub fn shut(&self, account: &str) {
        let account: AccountId = account.parse().expect("an account");
        self.behind.lock().expect("lock").remove(&account);
    }
}

impl Doors for FakeDoors {
    type Iam = FakeIam;

    async fn open(&self, account: &AccountId) -> Result<Opened<FakeIam>, IamError> {
        let open = || {
            let behind = self.behind.lock().expect("lock").get(account).cloned();
            let (iam, found) = behind.ok_or_else(|| IamError::Unreachable {
                account: account.clone(),
                is_passing: false,
                why: "the role may not be assumed".to_owned(),
            })?;
            Ok(Opened { iam, account: found })
        };
        let failed = |error: AwsError| IamError::unreachable(account, error.failure(), &error);
        self.faults.run("sts:AssumeRole", failed, open).await
    }

    async fn own_account(&self, expected: &AccountId) -> Result<String, IamError> {
        let own = || Ok(self.own_account.clone());
        let failed = |error: AwsError| IamError::unreachable(expected, error.failure(), &error);
        self.faults.run("sts:GetCallerIdentity", failed, own).await
    }
}
