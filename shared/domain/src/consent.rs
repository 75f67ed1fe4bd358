//! What the owner of a role must have done before anything is granted to it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::Rejection;
use crate::arn::{Partition, is_account, refuse_hostile};
use crate::role::RoleArn;

/// Why a text is not a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the ARN of a managed policy (arn:aws:iam::<account>:policy/<path or name>)")]
pub struct BoundaryError(String);

/// ARN of a managed policy that serves as a permissions boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundaryArn(String);

impl FromStr for BoundaryArn {
    type Err = BoundaryError;

    fn from_str(text: &str) -> Result<Self, BoundaryError> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_policy = match parts.as_slice() {
            // AWS's own policies lie in an account called `aws`.
            ["arn", partition, "iam", "", account, policy] => {
                partition.parse::<Partition>().is_ok()
                    && (*account == "aws" || is_account(account))
                    && policy.strip_prefix("policy/").is_some_and(|name| !name.is_empty())
            }
            _ => false,
        };
        if is_policy && refuse_hostile(text).is_ok() {
            return Ok(Self(text.to_owned()));
        }
        Err(BoundaryError(text.to_owned()))
    }
}

impl fmt::Display for BoundaryArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A role as IAM describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its true ARN.
    pub arn: RoleArn,
    /// Its tags, spelt as its owner spelt them.
    pub tags: BTreeMap<String, String>,
    /// ARN of its permissions boundary.
    pub boundary: Option<String>,
}

impl Role {
    /// A role with neither tag nor boundary.
    pub fn bare(arn: RoleArn) -> Self {
        Self { arn, tags: BTreeMap::new(), boundary: None }
    }
}

/// A tag that says yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTag {
    /// Compared without regard to case, as IAM does: no role has two tags that differ only in that.
    pub key: String,
    /// Compared exactly.
    pub value: String,
}

/// Roles that may be granted to, beyond being allowed at all. Revoking asks for none of this: whoever
/// takes tag or boundary off a role withdraws the consent, and must not thereby keep the grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// The role carries this tag.
    pub tag: Option<RoleTag>,
    /// The role has this permissions boundary, which caps whatever a grant says.
    pub boundary: Option<BoundaryArn>,
}

impl Consent {
    /// Whether a role has to be described before it can be granted to.
    pub fn asks_for_something(&self) -> bool {
        self.tag.is_some() || self.boundary.is_some()
    }

    /// Whether the role may be granted to. The function's own permissions ask for the same, so this
    /// check only decides who is told: the role's owner, instead of the operator.
    pub fn check(&self, role: &Role) -> Result<(), Rejection> {
        if let Some(RoleTag { key, value }) = &self.tag {
            let mut tags = role.tags.iter();
            if !tags.any(|(k, v)| k.eq_ignore_ascii_case(key) && v == value) {
                return Err(Rejection::RoleTagMissing {
                    role: role.arn.clone(),
                    key: key.clone(),
                    value: value.clone(),
                });
            }
        }
        match &self.boundary {
            Some(boundary) if role.boundary.as_ref() != Some(&boundary.0) => {
                Err(Rejection::RoleBoundaryMissing {
                    role: role.arn.clone(),
                    boundary: boundary.to_string(),
                })
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/data-products";

    fn role(tags: &[(&str, &str)], boundary: Option<&str>) -> Role {
        let arn = "arn:aws:iam::123456789012:role/data-products/churn".parse().unwrap();
        let own = |text: &str| text.to_owned();
        Role {
            tags: tags.iter().map(|(key, value)| (own(key), own(value))).collect(),
            boundary: boundary.map(own),
            ..Role::bare(arn)
        }
    }

    fn tag() -> Consent {
        let tag = RoleTag { key: "data-mesh".to_owned(), value: "yes".to_owned() };
        Consent { tag: Some(tag), boundary: None }
    }

    fn boundary() -> Consent {
        Consent { tag: None, boundary: Some(BOUNDARY.parse().unwrap()) }
    }

    #[test]
    fn without_conditions_every_role_may_be_granted_to() {
        assert_eq!(Consent::default().check(&role(&[], None)), Ok(()));
    }

    #[test]
    fn a_role_without_the_tag_or_with_another_value_is_refused_and_told_which() {
        for tags in [&[][..], &[("data-mesh", "no")], &[("data-mesh", "Yes")], &[("other", "yes")]]
        {
            let refused = tag().check(&role(tags, None)).unwrap_err();
            assert_eq!(refused.code(), "RoleTagMissing");
            assert!(refused.to_string().contains("data-mesh=yes"), "{refused}");
        }
        assert_eq!(tag().check(&role(&[("data-mesh", "yes")], None)), Ok(()));
    }

    #[test]
    fn the_case_of_a_tags_key_does_not_count_as_in_iam() {
        assert_eq!(tag().check(&role(&[("Data-Mesh", "yes")], None)), Ok(()));
    }

    #[test]
    fn a_role_without_the_boundary_or_with_another_is_refused_and_told_which() {
        for other in [None, Some("arn:aws:iam::123456789012:policy/data-products-2")] {
            let refused = boundary().check(&role(&[], other)).unwrap_err();
            assert_eq!(refused.code(), "RoleBoundaryMissing");
            assert!(refused.to_string().contains(BOUNDARY), "{refused}");
        }
        assert_eq!(boundary().check(&role(&[], Some(BOUNDARY))), Ok(()));
    }

    #[test]
    fn only_a_managed_policy_can_be_a_boundary() {
        for text in [
            "",
            "data-products",
            "arn:aws:iam::123456789012:role/x",
            "arn:aws:iam::123456789012:policy/",
            "arn:aws:iam::123456789012:policy/*",
        ] {
            assert!(text.parse::<BoundaryArn>().is_err(), "{text:?}");
        }
        assert!("arn:aws:iam::aws:policy/ReadOnlyAccess".parse::<BoundaryArn>().is_ok());
    }

    #[test]
    fn both_conditions_must_hold() {
        let both = Consent { boundary: boundary().boundary, ..tag() };
        assert!(both.check(&role(&[("data-mesh", "yes")], None)).is_err());
        assert!(both.check(&role(&[], Some(BOUNDARY))).is_err());
        assert_eq!(both.check(&role(&[("data-mesh", "yes")], Some(BOUNDARY))), Ok(()));
    }
}
