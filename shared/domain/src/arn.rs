//! Amazon Resource Names that name exactly one resource.

use std::fmt;
use std::str::FromStr;

/// Longest ARN AWS documents.
const LONGEST: usize = 2048;

/// Why a text is not an ARN that may end in a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// Not `arn:partition:service:region:account:resource`.
    #[error("{0:?} is not an ARN (arn:partition:service:region:account:resource)")]
    Shape(String),
    /// A wildcard or policy variable would widen the grant beyond what was agreed.
    #[error("{0:?} holds a wildcard or variable (`*`, `?`, `$`); name one resource")]
    Pattern(String),
    /// White space, a control character, a quote, a backslash, or anything outside ASCII.
    #[error("{0:?} holds a character that is not allowed in an ARN")]
    Character(String),
    /// AWS has no such partition.
    #[error("{0:?} is not a partition of AWS")]
    Partition(String),
    /// A real ARN, but of something else.
    #[error("{found:?} is not the ARN of {expected}")]
    Kind {
        /// What the field needs.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
}

/// One of the separate clouds of AWS. A resource and the role that reads it lie in the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(&'static str);

impl Partition {
    const ALL: [&'static str; 8] = [
        "aws",
        "aws-cn",
        "aws-us-gov",
        "aws-eusc",
        "aws-iso",
        "aws-iso-b",
        "aws-iso-e",
        "aws-iso-f",
    ];

    /// The partition's name as it stands in an ARN.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl Default for Partition {
    /// The one most accounts lie in.
    fn default() -> Self {
        Self("aws")
    }
}

impl FromStr for Partition {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let known = Self::ALL.into_iter().find(|known| *known == text);
        known.map(Self).ok_or_else(|| ArnError::Partition(text.to_owned()))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// An ARN without wildcards or variables, split into its parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    /// The cloud it lies in.
    pub partition: Partition,
    /// For example `s3`.
    pub service: String,
    /// Empty for global services.
    pub region: String,
    /// Empty for S3; otherwise twelve digits.
    pub account: String,
    /// All that follows the fifth colon.
    pub resource: String,
}

/// Refuses the characters that would make a text mean more than one resource, or break a policy.
pub(crate) fn refuse_hostile(text: &str) -> Result<(), ArnError> {
    if text.contains(['*', '?', '$']) {
        return Err(ArnError::Pattern(text.to_owned()));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\') {
        return Err(ArnError::Character(text.to_owned()));
    }
    Ok(())
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        refuse_hostile(text)?;
        let shape = || ArnError::Shape(text.to_owned());
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().ok_or_else(shape);
        if text.len() > LONGEST || next()? != "arn" {
            return Err(shape());
        }
        let arn = Self {
            partition: next()?.parse()?,
            service: next()?.to_owned(),
            region: next()?.to_owned(),
            account: next()?.to_owned(),
            resource: next()?.to_owned(),
        };
        let account_fits = arn.account.is_empty() || is_account(&arn.account);
        if arn.service.is_empty() || arn.resource.is_empty() || !account_fits {
            return Err(shape());
        }
        Ok(arn)
    }
}

impl Arn {
    /// The part of the resource after `kind/`, where service and kind are as asked for.
    pub(crate) fn named(&self, service: &str, kind: &str) -> Option<&str> {
        if self.service != service {
            return None;
        }
        self.resource.strip_prefix(kind)?.strip_prefix('/')
    }

    /// The error that says this ARN names the wrong kind of thing.
    pub(crate) fn is_not(&self, expected: &'static str) -> ArnError {
        ArnError::Kind { expected, found: self.to_string() }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// An account id is twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A region's name, for example `eu-central-1`.
pub(crate) fn is_region(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hostile_arn_is_refused() {
        let hostile = [
            "arn:aws:s3:::*",
            "arn:aws:s3:::bucket/fold?r",
            "arn:aws:s3:::bucket/${aws:username}",
            "arn:aws:s3:::bucket/with space",
            "arn:aws:s3:::bucket/tab\t",
            "arn:aws:s3:::bucket/new\nline",
            "arn:aws:s3:::bucket/\u{7f}",
            "arn:aws:s3:::bücket",
            "arn:aws:s3:::bucket/\"",
            "arn:aws:s3:::bucket/back\\slash",
            "arn:evil:s3:::bucket",
            "arn:aws:s3:::",
            "arn:aws:s3::12345:bucket",
            "arn:aws:s3",
            "s3://bucket",
            "",
        ];
        for text in hostile {
            assert!(text.parse::<Arn>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_partition_is_known() {
        for partition in ["aws", "aws-cn", "aws-us-gov"] {
            let text = format!("arn:{partition}:s3:::bucket");
            assert_eq!(text.parse::<Arn>().unwrap().to_string(), text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn an_accepted_arn_prints_as_it_was_read_and_holds_no_wildcard(
            text in prop_oneof![
                "arn:(aws|aws-cn|evil)?:(s3|glue|iam):[a-z0-9-]{0,6}:([0-9]{12})?:[ -~]{0,20}",
                "\\PC{0,60}"
            ]
        ) {
            if let Ok(arn) = text.parse::<Arn>() {
                prop_assert_eq!(arn.to_string(), text.clone());
                prop_assert!(!text.contains(['*', '?', '$', ' ', '"', '\\']));
            }
        }
    }
}
