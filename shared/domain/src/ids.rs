//! Names the catalog gives to things, and the names AWS needs made from them.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longest id the catalog's own tools create.
const LONGEST_ID: usize = 256;
/// Marks a name that is the SHA-256 of an id that did not fit.
const HASHED: &str = "sha256=";
/// Longest message group or deduplication id SQS takes.
const LONGEST_QUEUE_ID: usize = 128;

/// Why a text cannot be an id of the catalog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing but white space.
    #[error("the id is empty")]
    Empty,
    /// More than 256 characters.
    #[error("the id is longer than {LONGEST_ID} characters")]
    TooLong,
    /// It would change the path of the request that carries it.
    #[error("the id {0:?} cannot be one segment of a URL path")]
    NotAPathSegment(String),
}

/// An id must be exactly one segment of a URL path: `.` and `..` survive percent-encoding and would
/// address another resource.
fn check(text: &str) -> Result<(), IdError> {
    if text.trim().is_empty() {
        return Err(IdError::Empty);
    }
    if text.chars().count() > LONGEST_ID {
        return Err(IdError::TooLong);
    }
    let unfit = |c: char| c == '/' || c == '\\' || c.is_control();
    if text == "." || text == ".." || text.contains(unfit) {
        return Err(IdError::NotAPathSegment(text.to_owned()));
    }
    Ok(())
}

macro_rules! catalog_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as the catalog spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

catalog_id! {
    /// Names one data usage agreement ("access").
    AgreementId
}
catalog_id! {
    /// Names one data contract.
    ContractId
}
catalog_id! {
    /// Names one team.
    TeamId
}
catalog_id! {
    /// Names one member of the organization, by e-mail address.
    MemberId
}
catalog_id! {
    /// Names one data product.
    ProductId
}

/// Lower-case hexadecimal SHA-256 of a text.
pub fn sha256_hex(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// `text` itself where `fits` says so, else its hash. A text that looks like a hash is hashed too,
/// so that no two texts share a name.
pub(crate) fn fitting(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) && !text.starts_with(HASHED) {
        return text.to_owned();
    }
    format!("{HASHED}{}", sha256_hex(text))
}

/// A message group id or deduplication id that SQS accepts, unique for `text`.
pub fn queue_id(text: &str) -> String {
    fitting(text, |text| {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        printable && !text.is_empty() && text.len() <= LONGEST_QUEUE_ID
    })
}

/// A document of the catalog that an agreement refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DocumentId {
    /// A data product.
    Product(ProductId),
    /// A data contract.
    Contract(ContractId),
    /// A team.
    Team(TeamId),
    /// A member of the organization.
    Member(MemberId),
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product(id) => write!(f, "data product {id}"),
            Self::Contract(id) => write!(f, "data contract {id}"),
            Self::Team(id) => write!(f, "team {id}"),
            Self::Member(id) => write!(f, "member {id}"),
        }
    }
}

/// Name of the inline policy of one agreement. There is no way to name somebody else's policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PolicyName(String);

impl PolicyName {
    const PREFIX: &'static str = "DMM_DataUsageAgreement_";
    /// IAM's limit for the name of a policy.
    const LONGEST: usize = 128;

    /// The one policy that belongs to `agreement`.
    pub fn of(agreement: &AgreementId) -> Self {
        let id = fitting(agreement.as_str(), |id| {
            id.len() + Self::PREFIX.len() <= Self::LONGEST && id.bytes().all(is_iam_name_byte)
        });
        Self(format!("{}{id}", Self::PREFIX))
    }

    /// The name of a policy that lies on a role, if it is one of ours.
    pub fn found(text: &str) -> Option<Self> {
        let id = text.strip_prefix(Self::PREFIX)?;
        let is_name = (1..=Self::LONGEST).contains(&text.len()) && !id.is_empty();
        (is_name && id.bytes().all(is_iam_name_byte)).then(|| Self(text.to_owned()))
    }

    /// The agreement, where the name holds its id; a hash does not say whose it is.
    pub fn agreement(&self) -> Option<AgreementId> {
        let id = self.0.strip_prefix(Self::PREFIX)?;
        id.parse().ok().filter(|id| Self::of(id) == *self)
    }

    /// The name as IAM knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not the name of one of our policies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a policy of this integration")]
pub struct PolicyNameError(String);

impl TryFrom<String> for PolicyName {
    type Error = PolicyNameError;

    fn try_from(text: String) -> Result<Self, PolicyNameError> {
        Self::found(&text).ok_or(PolicyNameError(text))
    }
}

impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<PolicyName> for String {
    fn from(name: PolicyName) -> Self {
        name.0
    }
}

/// Role and policy names take `[\w+=,.@-]` (IAM API reference, `PutRolePolicy`).
pub(crate) fn is_iam_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy_name(id: &str) -> String {
        PolicyName::of(&id.parse().unwrap()).as_str().to_owned()
    }

    #[test]
    fn a_plain_id_stays_readable_in_the_policy_name() {
        assert_eq!(policy_name("acc-42"), "DMM_DataUsageAgreement_acc-42");
    }

    #[test]
    fn a_urn_is_hashed_because_iam_refuses_colons() {
        let expected = format!("DMM_DataUsageAgreement_sha256={}", sha256_hex("urn:access:1"));
        assert_eq!(policy_name("urn:access:1"), expected);
    }

    #[test]
    fn an_id_that_poses_as_a_hash_does_not_take_the_name_of_another() {
        let posing = format!("sha256={}", sha256_hex("urn:access:1"));
        assert_ne!(policy_name(&posing), policy_name("urn:access:1"));
    }

    #[test]
    fn only_names_of_ours_are_recognised_on_a_role() {
        for name in [
            "DMM_DataUsageAgreement_",
            "dmm_DataUsageAgreement_x",
            "Admin",
            "",
            "DMM_DataUsageAgreement_a b",
        ] {
            assert_eq!(PolicyName::found(name), None, "{name}");
        }
        let whose = |name: &str| PolicyName::found(name).unwrap().agreement();
        assert_eq!(whose("DMM_DataUsageAgreement_acc-42"), Some("acc-42".parse().unwrap()));
        assert_eq!(whose(&policy_name("urn:access:1")), None, "a hash is nobody's id");
    }

    #[test]
    fn an_id_too_long_for_iam_is_hashed() {
        assert_eq!(policy_name(&"a".repeat(105)).len(), 128);
        assert!(policy_name(&"a".repeat(106)).contains("sha256="));
    }

    #[test]
    fn an_id_that_would_leave_its_path_is_refused() {
        for id in ["", "  ", ".", "..", "a/b", "a\\b", "a\nb"] {
            assert!(id.parse::<AgreementId>().is_err(), "{id:?}");
        }
        assert!("x".repeat(257).parse::<AgreementId>().is_err());
        assert!("ü".repeat(256).parse::<AgreementId>().is_ok());
    }
}
