//! The operator's word on which resources a grant may name, and what follows from where they lie.

use crate::Rejection;
use crate::pattern::ArnPattern;
use crate::role::RoleArn;
use crate::s3::S3Location;

/// The operator's word on which resources a grant may name.
#[derive(Clone, Debug, Default)]
pub struct ResourceScope {
    /// Empty: every resource of the role's partition.
    allowed: Vec<ArnPattern>,
}

impl ResourceScope {
    /// `allowed` empty means every resource of the role's partition.
    pub fn new(allowed: Vec<ArnPattern>) -> Self {
        Self { allowed }
    }

    pub(crate) fn admit(
        &self,
        resource: &str,
        partition: crate::arn::Partition,
        role: &RoleArn,
    ) -> Result<(), Rejection> {
        self.admit_any(&[resource.to_owned()], partition, role)
    }

    /// A pattern for the bucket, for the folder, or for the objects in it covers a folder.
    pub(crate) fn admit_location(
        &self,
        location: &S3Location,
        role: &RoleArn,
    ) -> Result<(), Rejection> {
        let names = [location.to_string(), location.bucket_arn(), format!("{location}/")];
        self.admit_any(&names, location.partition(), role)
    }

    fn admit_any(
        &self,
        names: &[String],
        partition: crate::arn::Partition,
        role: &RoleArn,
    ) -> Result<(), Rejection> {
        let resource = names.first().cloned().unwrap_or_default();
        if partition != role.partition() {
            let partition = role.partition().as_str();
            return Err(Rejection::ForeignPartition { resource, partition });
        }
        let admitted = |pattern: &ArnPattern| names.iter().any(|name| pattern.matches(name));
        if self.allowed.is_empty() || self.allowed.iter().any(admitted) {
            return Ok(());
        }
        Err(Rejection::ResourceNotAllowed { resource })
    }
}
