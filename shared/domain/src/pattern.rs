//! The operator's patterns: which roles may be touched, which resources may be granted.

use std::fmt;
use std::str::FromStr;

use crate::arn::{Partition, is_account};

/// Why a setting is not a usable ARN pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Not six parts, or the first is not `arn`.
    #[error("{0:?} is not an ARN pattern (arn:partition:service:region:account:resource)")]
    Shape(String),
    /// It would match every resource of every service.
    #[error("{0:?} matches everything; name the service and a part of the resource")]
    Bare(String),
}

/// An ARN in which `*` stands for any text and `?` for any character.
///
/// Unlike IAM, a wildcard before the last part does not cross a colon: an operator who writes
/// `arn:aws:s3:::data-*` cannot admit another service by accident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArnPattern {
    parts: [String; 6],
}

impl FromStr for ArnPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let shape = || PatternError::Shape(text.to_owned());
        let parts: Vec<String> = text.splitn(6, ':').map(str::to_owned).collect();
        let parts: [String; 6] = match parts.try_into() {
            Ok(parts) => parts,
            Err(_) if text.trim_matches('*').is_empty() && !text.is_empty() => {
                return Err(PatternError::Bare(text.to_owned()));
            }
            Err(_) => return Err(shape()),
        };
        let [arn, _, service, _, _, resource] = &parts;
        if arn != "arn" || service.is_empty() || resource.is_empty() {
            return Err(shape());
        }
        let only_wildcards = |part: &str| part.trim_matches(['*', '?']).is_empty();
        if service.contains(['*', '?']) || (only_wildcards(resource) && service == "iam") {
            return Err(PatternError::Bare(text.to_owned()));
        }
        Ok(Self { parts })
    }
}

impl fmt::Display for ArnPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join(":"))
    }
}

impl ArnPattern {
    /// Whether the ARN `text` is one of those meant.
    pub fn matches(&self, text: &str) -> bool {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let pairs = self.parts.iter().zip(&parts);
        parts.len() == self.parts.len()
            && pairs.into_iter().all(|(pattern, part)| glob(pattern.as_bytes(), part.as_bytes()))
    }

    /// The service the pattern speaks of.
    pub fn service(&self) -> &str {
        let [_, _, service, _, _, _] = &self.parts;
        service
    }

    /// The cloud, where the pattern names exactly one.
    pub fn partition(&self) -> Option<Partition> {
        let [_, partition, _, _, _, _] = &self.parts;
        partition.parse().ok()
    }

    /// The account, where the pattern names exactly one.
    pub fn account(&self) -> Option<&str> {
        let [_, _, _, _, account, _] = &self.parts;
        is_account(account).then_some(account.as_str())
    }

    /// The resource part, wildcards included.
    pub fn resource(&self) -> &str {
        let [_, _, _, _, _, resource] = &self.parts;
        resource
    }
}

/// Matches `*` and `?` in time proportional to the product of the lengths, whatever the input.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let mut reach = vec![false; text.len() + 1];
    if let Some(start) = reach.first_mut() {
        *start = true;
    }
    for token in pattern {
        reach = if *token == b'*' {
            let mut reached = false;
            let beyond = |here: &bool| {
                reached |= *here;
                reached
            };
            reach.iter().map(beyond).collect()
        } else {
            let fits = |byte: &u8| *token == b'?' || token == byte;
            let moved = reach.iter().zip(text).map(|(here, byte)| *here && fits(byte));
            std::iter::once(false).chain(moved).collect()
        };
    }
    reach.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        pattern.parse::<ArnPattern>().unwrap().matches(text)
    }

    #[test]
    fn a_path_pattern_admits_the_roles_below_it_and_no_others() {
        let pattern = "arn:aws:iam::123456789012:role/data-products/*";
        assert!(matches(pattern, "arn:aws:iam::123456789012:role/data-products/churn"));
        assert!(matches(pattern, "arn:aws:iam::123456789012:role/data-products/a/b"));
        assert!(!matches(pattern, "arn:aws:iam::123456789012:role/admin"));
        assert!(!matches(pattern, "arn:aws:iam::123456789012:role/data-products"));
        assert!(!matches(pattern, "arn:aws:iam::999999999999:role/data-products/churn"));
        assert!(!matches(pattern, "arn:aws-cn:iam::123456789012:role/data-products/churn"));
    }

    #[test]
    fn a_wildcard_does_not_cross_into_another_part() {
        assert!(!matches("arn:aws:s3::*:data", "arn:aws:s3::1:2:data"));
        assert!(matches("arn:aws:glue:*:1:table/a/*", "arn:aws:glue:eu-west-1:1:table/a/b"));
        assert!(matches("arn:aws:s3:::d?ta", "arn:aws:s3:::data"));
        assert!(!matches("arn:aws:s3:::d?ta", "arn:aws:s3:::dta"));
    }

    #[test]
    fn a_pattern_for_everything_is_refused() {
        for text in ["*", "**", "arn:aws:*:::x", "arn:aws:iam::123456789012:*", "", "role/x"] {
            assert!(text.parse::<ArnPattern>().is_err(), "{text:?}");
        }
    }
}
