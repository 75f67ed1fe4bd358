//! The consumer's IAM role, and which roles may be touched at all.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Rejection;
use crate::account::{Reach, Tie};
use crate::arn::{Arn, ArnError, Partition, is_account};
use crate::ids::is_iam_name_byte;
use crate::pattern::ArnPattern;

/// Why a text is not a role's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleNameError {
    /// IAM's rule for role names.
    #[error("{0:?} is not a role name (1 to 64 of A-Z a-z 0-9 _ + = , . @ -)")]
    Characters(String),
    /// Roles that AWS itself owns.
    #[error("{0:?} is a role of AWS itself and cannot be changed")]
    OwnedByAws(String),
}

/// Name of an IAM role: unique in its account whatever its path, upper and lower case the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

impl FromStr for RoleName {
    type Err = RoleNameError;

    fn from_str(text: &str) -> Result<Self, RoleNameError> {
        if !(1..=64).contains(&text.len()) || !text.bytes().all(is_iam_name_byte) {
            return Err(RoleNameError::Characters(text.to_owned()));
        }
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("awsservicerolefor") || lower.starts_with("awsreservedsso_") {
            return Err(RoleNameError::OwnedByAws(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl RoleName {
    /// The name as IAM knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// ARN of a role that may in principle be changed: AWS's own roles have no representation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleArn {
    partition: Partition,
    account: String,
    /// Between `role` and the name, with both slashes.
    path: String,
    name: RoleName,
}

impl TryFrom<String> for RoleArn {
    type Error = ArnError;

    fn try_from(text: String) -> Result<Self, ArnError> {
        text.parse()
    }
}

impl From<RoleArn> for String {
    fn from(role: RoleArn) -> Self {
        role.to_string()
    }
}

impl RoleArn {
    /// The cloud the role lies in.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The account the role lies in.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The role's name without its path.
    pub fn name(&self) -> &RoleName {
        &self.name
    }

    /// Whether IAM can only have one of the two: the path is no part of what a role is known by, and
    /// neither is the case of its name. A call meant for one reaches the other.
    pub fn is_known_as(&self, other: &Self) -> bool {
        self.partition == other.partition
            && self.account == other.account
            && self.name.0.eq_ignore_ascii_case(&other.name.0)
    }

    /// The same, and under the same path: a right for one is a right for the other.
    pub fn is_spelt_like(&self, other: &Self) -> bool {
        self.is_known_as(other) && self.path == other.path
    }
}

impl FromStr for RoleArn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        const EXPECTED: &str = "an IAM role (arn:aws:iam::<account>:role/<name>)";
        let arn: Arn = text.parse()?;
        let rest = arn.named("iam", "role").ok_or_else(|| arn.is_not(EXPECTED))?;
        let (path, name) = match rest.rsplit_once('/') {
            Some((path, name)) => (format!("/{path}/"), name),
            None => ("/".to_owned(), rest),
        };
        let name: RoleName = name.parse().map_err(|_| arn.is_not(EXPECTED))?;
        let of_aws = ["/aws-service-role/", "/aws-reserved/"];
        if of_aws.iter().any(|reserved| path.starts_with(reserved)) || path.contains("//") {
            return Err(arn.is_not("a role that may be changed; this one belongs to AWS itself"));
        }
        if !arn.region.is_empty() || !is_account(&arn.account) {
            return Err(arn.is_not(EXPECTED));
        }
        Ok(Self { partition: arn.partition, account: arn.account, path, name })
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, account, path, name } = self;
        write!(f, "arn:{partition}:iam::{account}:role{path}{name}")
    }
}

/// How a consumer names its role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RoleReference {
    /// `aws-role-name`: the role of this name in the integration's own account.
    Name(RoleName),
    /// `aws-role-arn`.
    Arn(RoleArn),
}

impl RoleReference {
    /// The name to ask IAM of the role's account for.
    pub fn name(&self) -> &RoleName {
        match self {
            Self::Name(name) => name,
            Self::Arn(arn) => arn.name(),
        }
    }

    /// Checks that IAM's answer is the role that was meant.
    fn confirm(&self, found: &RoleArn) -> Result<(), Rejection> {
        match self {
            Self::Arn(given) if given != found => {
                Err(Rejection::RoleElsewhere { given: given.clone(), found: found.clone() })
            }
            Self::Arn(_) | Self::Name(_) => Ok(()),
        }
    }
}

impl fmt::Display for RoleReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Arn(arn) => arn.fmt(f),
        }
    }
}

/// The operator's word on which roles may be touched.
#[derive(Clone, Debug)]
pub struct RoleScope {
    allowed: Vec<ArnPattern>,
    own: Vec<RoleName>,
    ways: Vec<RoleArn>,
    reach: Reach,
}

impl RoleScope {
    /// `allowed`: only these roles may be changed. `own`: the integration's own roles, which never
    /// may, whatever `allowed` says.
    pub fn new(allowed: Vec<ArnPattern>, own: Vec<RoleName>) -> Self {
        Self { allowed, own, ways: Vec::new(), reach: Reach::default() }
    }

    /// `reach`: only in these accounts can roles be changed. `ways`: the roles that lead into other
    /// accounts, which never may be changed either: what is granted to them the integration has.
    #[must_use]
    pub fn within(self, reach: Reach, ways: Vec<RoleArn>) -> Self {
        Self { ways, reach, ..self }
    }

    /// The accounts in which roles can be changed.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The roles that lead into other accounts.
    pub fn ways(&self) -> &[RoleArn] {
        &self.ways
    }

    /// Refuses what can be refused before IAM is asked.
    pub fn admit_reference(&self, reference: &RoleReference) -> Result<(), Rejection> {
        match reference {
            RoleReference::Arn(arn) => self.admit(arn),
            RoleReference::Name(name) => self.refuse_own(name, name),
        }
    }

    /// Whether this very role may be changed.
    pub fn admit(&self, role: &RoleArn) -> Result<(), Rejection> {
        if self.reach.tie(role) == Tie::Own {
            self.refuse_own(&role.name, role)?;
        }
        self.refuse_ways(role)?;
        self.reach.admit(role)?;
        if !self.allowed.iter().any(|pattern| pattern.matches(&role.to_string())) {
            return Err(Rejection::RoleNotAllowed { role: role.clone() });
        }
        Ok(())
    }

    /// Checks what IAM has under the reference's name. IAM shows every role of the account, and a
    /// catalog user can name any: so of what lies outside the allow-list nothing is told, neither its
    /// path nor whether there is such a role. That is why a missing role is told in the same words:
    /// if it were told as missing, a role that is there and not allowed would be told by the contrast.
    pub fn confirm(
        &self,
        reference: &RoleReference,
        found: Option<&RoleArn>,
    ) -> Result<(), Rejection> {
        let Some(found) = found else { return Err(Rejection::not_visible(reference)) };
        match self.admit(found) {
            Err(Rejection::RoleNotAllowed { .. }) => Err(Rejection::not_visible(reference)),
            Err(refused) => Err(refused),
            Ok(()) => reference.confirm(found),
        }
    }

    fn refuse_ways(&self, role: &RoleArn) -> Result<(), Rejection> {
        if self.ways.iter().any(|way| way.is_known_as(role)) {
            return Err(Rejection::OwnRole { role: role.to_string() });
        }
        Ok(())
    }

    /// IAM keeps role names unique in an account without regard to case. Other accounts may have
    /// roles of the same name, which are not ours.
    fn refuse_own(&self, name: &RoleName, shown: &dyn fmt::Display) -> Result<(), Rejection> {
        if self.own.iter().any(|own| own.0.eq_ignore_ascii_case(&name.0)) {
            return Err(Rejection::OwnRole { role: shown.to_string() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "arn:aws:iam::123456789012:role/dmm-integration/dmm-manage_iam_policies";

    fn own() -> RoleName {
        OWN.parse::<RoleArn>().unwrap().name().clone()
    }

    fn scope() -> RoleScope {
        let allowed = vec!["arn:aws:iam::123456789012:role/data-products/*".parse().unwrap()];
        RoleScope::new(allowed, vec![own()])
    }

    fn arn(text: &str) -> RoleArn {
        text.parse().unwrap()
    }

    #[test]
    fn a_role_arn_keeps_its_path() {
        let role = arn("arn:aws-cn:iam::123456789012:role/data-products/eu/churn");
        assert_eq!(role.name().as_str(), "churn");
        assert_eq!(role.to_string(), "arn:aws-cn:iam::123456789012:role/data-products/eu/churn");
        let bare = arn("arn:aws:iam::123456789012:role/churn");
        assert_eq!(bare.to_string(), "arn:aws:iam::123456789012:role/churn");
    }

    #[test]
    fn a_role_of_aws_itself_has_no_representation() {
        for text in [
            "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
            "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1",
            "arn:aws:iam::123456789012:role/AWSServiceRoleForX",
            "arn:aws:iam::123456789012:user/churn",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role//churn",
            "arn:aws:iam:eu-west-1:123456789012:role/churn",
            "arn:aws:iam:::role/churn",
            "arn:aws:sts::123456789012:assumed-role/churn/session",
        ] {
            assert!(text.parse::<RoleArn>().is_err(), "{text}");
        }
        assert!("AWSServiceRoleForX".parse::<RoleName>().is_err());
        assert!("churn role".parse::<RoleName>().is_err());
        assert!("r".repeat(65).parse::<RoleName>().is_err());
    }

    #[test]
    fn only_a_role_of_the_allow_list_is_admitted() {
        assert!(scope().admit(&arn("arn:aws:iam::123456789012:role/data-products/churn")).is_ok());
        let refused = scope().admit(&arn("arn:aws:iam::123456789012:role/admin"));
        assert!(matches!(refused, Err(Rejection::RoleNotAllowed { .. })));
    }

    #[test]
    fn the_integrations_own_role_is_never_admitted_even_when_the_allow_list_would() {
        let scope = RoleScope::new(
            vec!["arn:aws:iam::123456789012:role/dmm*".parse().unwrap()],
            vec![own()],
        );
        assert!(matches!(scope.admit(&arn(OWN)), Err(Rejection::OwnRole { .. })));
        for name in ["dmm-manage_iam_policies", "DMM-MANAGE_IAM_POLICIES"] {
            let reference = RoleReference::Name(name.parse().unwrap());
            let refused = scope.admit_reference(&reference);
            assert!(matches!(refused, Err(Rejection::OwnRole { .. })));
        }
    }

    #[test]
    fn a_role_of_another_account_is_not_ours_because_it_is_named_alike() {
        let patterns = ["123456789012", "222222222222"]
            .map(|account| format!("arn:aws:iam::{account}:role/*").parse().unwrap());
        let way = arn("arn:aws:iam::222222222222:role/integration/dmm-consumer");
        let reach = Reach::new(
            Some("123456789012".parse().unwrap()),
            ["222222222222".parse().unwrap()].into(),
        );
        let scope = RoleScope::new(patterns.to_vec(), vec![own()]).within(reach, vec![way.clone()]);
        assert!(matches!(scope.admit(&arn(OWN)), Err(Rejection::OwnRole { .. })));
        let alike = OWN.replace("123456789012", "222222222222");
        assert!(scope.admit(&arn(&alike)).is_ok());
        assert!(matches!(scope.admit(&way), Err(Rejection::OwnRole { .. })), "it leads there");
        let elsewhere = arn("arn:aws:iam::333333333333:role/churn");
        let refused = scope.admit(&elsewhere);
        assert!(matches!(refused, Err(Rejection::AccountNotConnected { .. })), "{refused:?}");
    }

    #[test]
    fn whatever_iam_has_outside_the_allow_list_is_told_in_the_words_for_a_missing_role() {
        let by_arn = arn("arn:aws:iam::123456789012:role/data-products/churn");
        for reference in [RoleReference::Name(by_arn.name().clone()), RoleReference::Arn(by_arn)] {
            let missing = scope().confirm(&reference, None).unwrap_err();
            for found in ["role/churn", "role/platform/churn", "role/data-products-2/churn"] {
                let found = arn(&format!("arn:aws:iam::123456789012:{found}"));
                let outside = scope().confirm(&reference, Some(&found)).unwrap_err();
                assert_eq!(outside.to_string(), missing.to_string());
                assert_eq!(outside.code(), "RoleNotVisible");
            }
            let denied = Rejection::denied(&reference);
            assert_eq!((denied.to_string(), denied.code()), (missing.to_string(), missing.code()));
        }
    }

    #[test]
    fn a_role_under_another_allowed_path_is_told_with_its_path() {
        let given = RoleReference::Arn(arn("arn:aws:iam::123456789012:role/data-products/churn"));
        let found = arn("arn:aws:iam::123456789012:role/data-products/eu/churn");
        let refused = scope().confirm(&given, Some(&found));
        assert!(matches!(refused, Err(Rejection::RoleElsewhere { .. })), "{refused:?}");
        let by_name = RoleReference::Name(found.name().clone());
        assert!(scope().confirm(&by_name, Some(&found)).is_ok());
    }

    #[test]
    fn a_role_is_known_by_its_account_and_its_name_in_any_case() {
        let role = arn("arn:aws:iam::123456789012:role/data-products/churn");
        let moved = arn("arn:aws:iam::123456789012:role/platform/CHURN");
        assert!(role.is_known_as(&moved) && !role.is_spelt_like(&moved));
        assert!(role.is_spelt_like(&arn("arn:aws:iam::123456789012:role/data-products/Churn")));
        for other in [
            "arn:aws:iam::999999999999:role/data-products/churn",
            "arn:aws-cn:iam::123456789012:role/data-products/churn",
            "arn:aws:iam::123456789012:role/data-products/churn-2",
        ] {
            assert!(!role.is_known_as(&arn(other)), "{other}");
        }
    }

    #[test]
    fn an_arn_must_be_the_one_iam_answers_with() {
        let given = RoleReference::Arn(arn("arn:aws:iam::123456789012:role/data-products/churn"));
        assert!(given.confirm(&arn("arn:aws:iam::999999999999:role/data-products/churn")).is_err());
        assert!(given.confirm(&arn("arn:aws:iam::123456789012:role/churn")).is_err());
    }
}
