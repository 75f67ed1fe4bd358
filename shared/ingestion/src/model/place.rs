//! Where a Glue catalog lies.

use domain::arn::Partition;

/// An account's Glue in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The cloud.
    pub partition: Partition,
    /// The account, which is also the id of its Data Catalog.
    pub account: String,
    /// The region.
    pub region: String,
}

impl Place {
    /// ARN of a resource of this Glue, such as `job/nightly`.
    pub fn arn(&self, resource: &str) -> String {
        let Self { partition, account, region } = self;
        format!("arn:{partition}:glue:{region}:{account}:{resource}")
    }
}
