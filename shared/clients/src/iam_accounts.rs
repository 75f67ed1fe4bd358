//! IAM of several accounts behind one face: each role is looked up, read and changed in its own
//! account, with the credentials that lead there and with no others.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::sync::Arc;

use domain::Failure;
use domain::account::{AccountId, Reach, Tie};
use domain::chain::Chain;
use domain::consent::Role;
use domain::ids::PolicyName;
use domain::policy::Document;
use domain::role::{RoleArn, RoleReference};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::followed::Followed;
use crate::iam::{IamError, Receipt, RolePolicies, Roles};
use crate::role_inventory::{RoleInventory, RolePage, Unseen};

/// What an account's own connection leads to.
#[derive(Clone, Debug)]
pub struct Opened<I> {
    /// IAM, as whoever owns the credentials sees it.
    pub iam: I,
    /// The account that the credentials belong to, as AWS says.
    pub account: String,
}

/// The ways into other accounts.
pub trait Doors: Send + Sync {
    /// IAM of one account.
    type Iam;

    /// Follows the connection of an account, with its secrets as they are now.
    /// [`IamError::Unreachable`] where it leads nowhere.
    fn open(
        &self,
        account: &AccountId,
    ) -> impl Future<Output = Result<Opened<Self::Iam>, IamError>> + Send;

    /// The account that our own credentials belong to, as AWS says; `expected` is what it should be.
    fn own_account(
        &self,
        expected: &AccountId,
    ) -> impl Future<Output = Result<String, IamError>> + Send;
}

/// IAM of the own account, and of every connected one.
///
/// A connection is followed when its account is needed first, and then AWS is asked whose credentials
/// these are: where they belong to another account nothing is read or written with them. What failed
/// is tried again at the next call. Credentials that are refused later may have been replaced in their
/// secret: the connection is followed once more, and what was asked is asked again. Our own credentials are asked for before the first write, unless
/// the settings leave no doubt.
#[derive(Debug)]
pub struct IamAccounts<D: Doors> {
    own: Arc<D::Iam>,
    doors: D,
    reach: Reach,
    connected: BTreeMap<AccountId, Followed<D::Iam>>,
    vouched: bool,
    own_account: OnceCell<String>,
}

impl IamError {
    /// Why the connection of an account leads nowhere now, with its causes: they are told apart from
    /// those of other accounts.
    pub fn unreachable(
        account: &AccountId,
        failure: Failure,
        cause: &(dyn Error + 'static),
    ) -> Self {
        let is_passing = failure == Failure::Retry;
        Self::Unreachable { account: account.clone(), is_passing, why: Chain(cause).to_string() }
    }
}

impl<D: Doors> IamAccounts<D> {
    /// `own` is IAM of the own account; `vouched`: that the functions run in `reach`'s own account is
    /// certain, so that AWS need not be asked.
    pub fn new(own: D::Iam, doors: D, reach: Reach, vouched: bool) -> Self {
        let connected = reach.connected().iter();
        let connected = connected.map(|account| (account.clone(), Followed::default())).collect();
        let own = Arc::new(own);
        Self { own, doors, reach, connected, vouched, own_account: OnceCell::new() }
    }

    /// The ways into the other accounts.
    pub fn doors(&self) -> &D {
        &self.doors
    }

    /// Follows a connection, and makes certain that the credentials lie in that account.
    async fn follow(&self, account: &AccountId) -> Result<Arc<D::Iam>, IamError> {
        let opened = self.doors.open(account).await?;
        if opened.account != account.as_str() {
            let (account, found) = (account.clone(), opened.account);
            return Err(IamError::WrongAccount { account, found });
        }
        Ok(Arc::new(opened.iam))
    }

    /// Asks a connected account, once more where its credentials were refused and are others now.
    async fn ask_connected<T, F>(
        &self,
        account: &AccountId,
        question: impl Fn(Arc<D::Iam>) -> F,
    ) -> Result<Option<T>, IamError>
    where
        F: Future<Output = Result<T, IamError>>,
    {
        let Some(followed) = self.connected.get(account) else { return Ok(None) };
        let iam = followed.first(|| self.follow(account)).await?;
        let first = question(Arc::clone(&iam)).await;
        if !first.as_ref().is_err_and(IamError::refuses_credentials) {
            return first.map(Some);
        }
        match followed.again(&iam, || self.follow(account)).await? {
            Some(iam) => question(iam).await.map(Some),
            None => first.map(Some),
        }
    }

    /// Asks IAM of the role's account.
    async fn ask<T, F>(
        &self,
        role: &RoleArn,
        question: impl Fn(Arc<D::Iam>) -> F,
    ) -> Result<T, IamError>
    where
        F: Future<Output = Result<T, IamError>>,
    {
        let not_connected = || IamError::NotConnected { role: role.clone() };
        match self.reach.tie(role) {
            Tie::Own => question(Arc::clone(&self.own)).await,
            Tie::Connected => {
                let answer = self.ask_connected(&AccountId::of(role), question).await?;
                answer.ok_or_else(not_connected)
            }
            Tie::None => Err(not_connected()),
        }
    }

    /// Makes certain before a change that our own credentials lie where the role does.
    async fn vouch(&self, role: &RoleArn) -> Result<(), IamError> {
        if !self.vouched && self.reach.tie(role) == Tie::Own {
            let account = AccountId::of(role);
            let ask = || self.doors.own_account(&account);
            let found = self.own_account.get_or_try_init(ask).await?;
            if found != account.as_str() {
                let found = found.clone();
                return Err(IamError::WrongAccount { account, found });
            }
        }
        Ok(())
    }

    fn after(&self, account: Option<&AccountId>) -> Option<&AccountId> {
        self.connected.keys().find(|next| account.is_none_or(|account| *next > account))
    }
}

impl<D: Doors> Roles for IamAccounts<D>
where
    D::Iam: Roles,
{
    async fn role(&self, reference: &RoleReference) -> Result<Option<Role>, IamError> {
        match reference {
            RoleReference::Name(_) => self.own.role(reference).await,
            RoleReference::Arn(arn) => {
                self.ask(arn, |iam| async move { iam.role(reference).await }).await
            }
        }
    }
}

impl<D: Doors> RolePolicies for IamAccounts<D>
where
    D::Iam: RolePolicies,
{
    async fn policy(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Value>, IamError> {
        self.ask(role, |iam| async move { iam.policy(role, name).await }).await
    }

    async fn put(
        &self,
        role: &RoleArn,
        name: &PolicyName,
        document: &Document,
    ) -> Result<Receipt, IamError> {
        self.vouch(role).await?;
        self.ask(role, |iam| async move { iam.put(role, name, document).await }).await
    }

    async fn delete(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Receipt>, IamError> {
        self.vouch(role).await?;
        self.ask(role, |iam| async move { iam.delete(role, name).await }).await
    }

    async fn used(&self, role: &RoleArn, except: &PolicyName) -> Result<usize, IamError> {
        self.ask(role, |iam| async move { iam.used(role, except).await }).await
    }
}

/// What a page is asked for with: the account, `own` for ours, and IAM's own marker.
struct Marker<'a> {
    account: Option<&'a AccountId>,
    marker: Option<&'a str>,
}

impl Marker<'_> {
    const OWN: &'static str = "own";

    fn text(&self) -> String {
        let account = self.account.map_or(Self::OWN, AccountId::as_str);
        format!("{account}/{}", self.marker.unwrap_or_default())
    }
}

impl<D: Doors> RoleInventory for IamAccounts<D>
where
    D::Iam: RoleInventory,
{
    /// The own account first, then the connected ones, one after the other. A connected account that
    /// cannot be listed is named, and passed over.
    async fn roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        let (account, marker) = page.and_then(|page| page.split_once('/')).unwrap_or_default();
        let marker = Some(marker).filter(|marker| !marker.is_empty());
        let account = self.connected.keys().find(|known| known.as_str() == account);
        let mut page = match account {
            None => self.own.roles(marker).await?,
            Some(account) => self.listed(account, marker).await,
        };
        let more = page.next.as_deref().map(|next| Marker { account, marker: Some(next) });
        let next = || self.after(account).map(|next| Marker { account: Some(next), marker: None });
        page.next = more.or_else(next).map(|marker| marker.text());
        Ok(page)
    }

    async fn policy_names(&self, role: &RoleArn) -> Result<Option<Vec<String>>, IamError> {
        self.ask(role, |iam| async move { iam.policy_names(role).await }).await
    }

    async fn policy_text(&self, role: &RoleArn, name: &str) -> Result<Option<String>, IamError> {
        self.ask(role, |iam| async move { iam.policy_text(role, name).await }).await
    }
}

impl<D: Doors> IamAccounts<D>
where
    D::Iam: RoleInventory,
{
    async fn listed(&self, account: &AccountId, marker: Option<&str>) -> RolePage {
        let list = |iam: Arc<D::Iam>| async move { iam.roles(marker).await };
        let listed = self.ask_connected(account, list).await;
        let out_of_sight = |error| {
            let unseen = Unseen { account: account.clone(), why: Chain(&error).to_string() };
            RolePage { unseen: Some(unseen), ..RolePage::default() }
        };
        listed.map_or_else(out_of_sight, Option::unwrap_or_default)
    }
}
