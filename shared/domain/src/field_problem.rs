//! What is wrong with the value of a custom field.

use crate::arn::ArnError;
use crate::role::RoleNameError;
use crate::s3::LocationError;

/// What is wrong with the value of a custom field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// Not an ARN, or of the wrong kind.
    #[error(transparent)]
    Arn(#[from] ArnError),
    /// Not one place in S3.
    #[error(transparent)]
    Location(#[from] LocationError),
    /// Not a role's name.
    #[error(transparent)]
    RoleName(#[from] RoleNameError),
    /// Two fields say different things.
    #[error("it does not agree with {other}, which says {value:?}")]
    Contradiction {
        /// The other field.
        other: &'static str,
        /// The other field's value.
        value: String,
    },
}
