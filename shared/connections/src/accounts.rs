//! Other accounts: which connection leads to which.

use std::collections::BTreeMap;

use domain::Failure;
use serde_json::Value;

use crate::block::Block;
use crate::document::{TypeError, typed};

/// A connection for each account, as the setting `CONNECTIONS` gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts(BTreeMap<String, Block>);

/// Why the connections of accounts cannot be used. Names the account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountsError {
    /// A key of the map is no account.
    #[error("{0:?} is not an account id: twelve digits, in quotes")]
    Account(String),
    /// A connection is not one.
    #[error(transparent)]
    Block(TypeError),
    /// The connection leads to another account.
    #[error(
        "{account}.assumeRoleArn: {role} lies in another account; the role must lie in account \
         {account}"
    )]
    OtherAccount {
        /// The account the connection is for.
        account: String,
        /// The role it names.
        role: String,
    },
    /// The function's own role has no right in another account.
    #[error(
        "{account}: no assumeRoleArn, no keys and no profileName: nothing leads to account {account}"
    )]
    NoSource {
        /// The account.
        account: String,
    },
}

impl AccountsError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Account(_)
            | Self::Block(_)
            | Self::OtherAccount { .. }
            | Self::NoSource { .. } => Failure::Halt,
        }
    }
}

impl Accounts {
    /// Reads a map from account id to block, with its variables and secrets put in before.
    pub fn read(document: Value) -> Result<Self, AccountsError> {
        let blocks: BTreeMap<String, Block> = typed(document).map_err(AccountsError::Block)?;
        for (account, block) in &blocks {
            check(account, block)?;
        }
        Ok(Self(blocks))
    }

    /// The connection that leads to an account.
    pub fn get(&self, account: &str) -> Option<&Block> {
        self.0.get(account)
    }

    /// Every account with its connection, by account id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Block)> {
        self.0.iter().map(|(account, block)| (account.as_str(), block))
    }

    /// Whether there is no other account at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn check(account: &str, block: &Block) -> Result<(), AccountsError> {
    if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AccountsError::Account(account.to_owned()));
    }
    if !block.names_a_source() {
        return Err(AccountsError::NoSource { account: account.to_owned() });
    }
    match block.role() {
        Some(role) if role.arn.account() != account => Err(AccountsError::OtherAccount {
            account: account.to_owned(),
            role: role.arn.to_string(),
        }),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/dmm-grants";

    #[test]
    fn each_account_has_its_connection() {
        let accounts = Accounts::read(json!({
            "111122223333": {"awsRegion": "eu-west-1", "assumeRoleArn": ROLE},
            "012345678901": {"awsRegion": "eu-west-1", "profileName": "sales"},
        }));
        let accounts = accounts.unwrap();
        assert_eq!(accounts.get("111122223333").unwrap().role().unwrap().arn.to_string(), ROLE);
        assert_eq!(accounts.get("444455556666"), None);
        let ids: Vec<&str> = accounts.iter().map(|(account, _)| account).collect();
        assert_eq!(ids, ["012345678901", "111122223333"]);
    }

    #[test]
    fn no_other_account_is_a_valid_configuration() {
        assert!(Accounts::read(json!({})).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_account_is_refused() {
        for key in ["sales", "1111", "1111222233334", "11112222333a"] {
            let document = json!({key: {"awsRegion": "eu-west-1", "assumeRoleArn": ROLE}});
            assert_eq!(Accounts::read(document), Err(AccountsError::Account(key.to_owned())));
        }
    }

    #[test]
    fn an_error_in_a_connection_names_the_account() {
        let document = json!({"111122223333": {"awsRegion": "eu-west-1a", "assumeRoleArn": ROLE}});
        let told = Accounts::read(document).unwrap_err().to_string();
        assert!(told.starts_with("111122223333: awsRegion: "), "{told}");
    }

    #[test]
    fn a_role_of_another_account_is_refused_also_where_keys_assume_it() {
        for keys in [json!({}), json!({"awsAccessKeyId": "AKID", "awsSecretAccessKey": "s3cr3t"})] {
            let mut block = json!({"awsRegion": "eu-west-1", "assumeRoleArn": ROLE});
            block.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
            let error = Accounts::read(json!({"444455556666": block})).unwrap_err();
            assert!(matches!(error, AccountsError::OtherAccount { .. }), "{error}");
            assert!(error.to_string().starts_with("444455556666.assumeRoleArn: "), "{error}");
        }
    }

    #[test]
    fn keys_alone_are_taken_at_their_word() {
        let keys =
            json!({"awsRegion": "eu-west-1", "awsAccessKeyId": "AKID", "awsSecretAccessKey": "x"});
        assert!(Accounts::read(json!({"444455556666": keys})).is_ok());
    }

    #[test]
    fn a_connection_that_leads_nowhere_is_refused() {
        let error =
            Accounts::read(json!({"444455556666": {"awsRegion": "eu-west-1"}})).unwrap_err();
        assert!(matches!(error, AccountsError::NoSource { .. }), "{error}");
        assert_eq!(error.failure(), Failure::Halt);
    }
}
