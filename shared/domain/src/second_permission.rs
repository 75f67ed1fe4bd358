//! What a consumer still needs after its role got the policy: somebody else's word.

use std::fmt;

use crate::glue::TableArn;
use crate::output_port::{DataAccess, Table};
use crate::role::RoleArn;

/// A permission that only the owner of the data can give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondPermission {
    /// Across accounts AWS asks both sides: the role's policy, and the policy of the resource.
    OtherAccount {
        /// The consumer's role.
        role: RoleArn,
        /// What lies there.
        resource: String,
        /// The account that owns it.
        account: String,
    },
    /// Lake Formation guards the table's data: IAM's word alone opens nothing.
    LakeFormation {
        /// The consumer's role.
        role: RoleArn,
        /// The table.
        table: TableArn,
    },
}

impl fmt::Display for SecondPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherAccount { role, resource, account } => write!(
                f,
                "{resource} belongs to AWS account {account}: its resource policy there, and that of \
                 the bucket behind a table, must allow role {role} too"
            ),
            Self::LakeFormation { role, table } => write!(
                f,
                "{table} is governed by Lake Formation: SELECT and DESCRIBE on it must be granted to \
                 role {role} there too"
            ),
        }
    }
}

/// Everything `role` still needs. `owner` is the account that owns data in S3, where that is
/// written down; `governed` are the tables that Lake Formation guards.
pub fn second_permissions(
    role: &RoleArn,
    access: &DataAccess,
    owner: Option<&str>,
    governed: &[TableArn],
) -> Vec<SecondPermission> {
    let other = |account: &str, resource: String| {
        (account != role.account()).then(|| SecondPermission::OtherAccount {
            role: role.clone(),
            resource,
            account: account.to_owned(),
        })
    };
    let elsewhere: Vec<SecondPermission> = match (access, owner) {
        (DataAccess::S3(places), Some(owner)) => {
            places.iter().filter_map(|place| other(owner, place.to_string())).collect()
        }
        (DataAccess::S3(_), None) => Vec::new(),
        (DataAccess::Glue { tables, .. }, _) => {
            let table = |Table { arn, .. }: &Table| other(arn.account(), arn.to_string());
            tables.iter().filter_map(table).collect()
        }
    };
    let guarded = governed
        .iter()
        .map(|table| SecondPermission::LakeFormation { role: role.clone(), table: table.clone() });
    elsewhere.into_iter().chain(guarded).collect()
}

/// What to tell the owners; `None` when the policy is all the role needs.
pub fn in_words(needed: &[SecondPermission]) -> Option<String> {
    let words: Vec<String> = needed.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join("; "))
}
