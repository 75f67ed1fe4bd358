//! AWS accounts: which one is ours, and which others can be worked in.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Rejection;
use crate::arn::is_account;
use crate::role::RoleArn;

/// Not an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an AWS account (twelve digits)")]
pub struct AccountIdError(String);

/// An AWS account: twelve digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, AccountIdError> {
        if is_account(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(AccountIdError(text.to_owned()))
    }
}

impl TryFrom<String> for AccountId {
    type Error = AccountIdError;

    fn try_from(text: String) -> Result<Self, AccountIdError> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(account: AccountId) -> Self {
        account.0
    }
}

impl AccountId {
    /// The account a role lies in.
    pub fn of(role: &RoleArn) -> Self {
        Self(role.account().to_owned())
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the integration stands to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// The functions run in it.
    Own,
    /// A connection leads into it.
    Connected,
    /// Nothing leads into it.
    None,
}

/// The accounts in which the integration can work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    own: Option<AccountId>,
    connected: BTreeSet<AccountId>,
}

impl Reach {
    /// `own` is where the functions run, if that is certain; `connected` are those that a connection
    /// leads into. Where `own` is not known, every account that is not connected is taken for it.
    pub fn new(own: Option<AccountId>, mut connected: BTreeSet<AccountId>) -> Self {
        // A connection into the own account would only be a second way to the same roles.
        connected.retain(|account| Some(account) != own.as_ref());
        Self { own, connected }
    }

    /// Where the functions run, if that is certain.
    pub fn own(&self) -> Option<&AccountId> {
        self.own.as_ref()
    }

    /// Those that a connection leads into.
    pub fn connected(&self) -> &BTreeSet<AccountId> {
        &self.connected
    }

    /// How the integration stands to the account of a role.
    pub fn tie(&self, role: &RoleArn) -> Tie {
        self.tie_to(&AccountId::of(role))
    }

    /// How the integration stands to an account.
    pub fn tie_to(&self, account: &AccountId) -> Tie {
        match &self.own {
            _ if self.connected.contains(account) => Tie::Connected,
            Some(own) if own != account => Tie::None,
            Some(_) | None => Tie::Own,
        }
    }

    /// Refuses a role to which no credentials lead.
    pub fn admit(&self, role: &RoleArn) -> Result<(), Rejection> {
        match self.tie(role) {
            Tie::Own | Tie::Connected => Ok(()),
            Tie::None => Err(Rejection::AccountNotConnected {
                role: role.clone(),
                account: AccountId::of(role),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "123456789012";
    const CONNECTED: &str = "222222222222";

    fn account(text: &str) -> AccountId {
        text.parse().unwrap()
    }

    fn role(account: &str) -> RoleArn {
        format!("arn:aws:iam::{account}:role/data-products/churn").parse().unwrap()
    }

    fn reach() -> Reach {
        Reach::new(Some(account(OWN)), [account(OWN), account(CONNECTED)].into())
    }

    #[test]
    fn an_account_is_twelve_digits_and_nothing_else() {
        for text in ["12345678901", "1234567890123", "12345678901a", "*", ""] {
            assert!(text.parse::<AccountId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_role_of_an_account_that_is_not_connected_is_refused_with_its_account_and_whom_to_ask() {
        let refused = reach().admit(&role("333333333333")).unwrap_err();
        assert_eq!(refused.code(), "AccountNotConnected");
        let words = refused.to_string();
        for part in
            ["AWS account 333333333333", "role/data-products/churn", "operator", "CONNECTIONS"]
        {
            assert!(words.contains(part), "{words}");
        }
        assert!(reach().admit(&role(OWN)).is_ok() && reach().admit(&role(CONNECTED)).is_ok());
    }

    #[test]
    fn a_connection_into_the_own_account_does_not_make_it_a_foreign_one() {
        assert_eq!(reach().tie(&role(OWN)), Tie::Own);
        assert_eq!(reach().connected(), &[account(CONNECTED)].into());
    }

    #[test]
    fn where_the_own_account_is_not_known_what_is_not_connected_is_taken_for_it() {
        let reach = Reach::new(None, [account(CONNECTED)].into());
        assert_eq!(reach.tie(&role("333333333333")), Tie::Own);
        assert_eq!(reach.tie(&role(CONNECTED)), Tie::Connected);
    }
}
