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
    /// Glue of `account` in `region`. A region that no known cloud has is taken for one of the cloud
    /// that most accounts lie in.
    pub fn of(region: &str, account: &str) -> Self {
        let clouds = [
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("eusc-", "aws-eusc"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
        ];
        let cloud = clouds.iter().find(|(prefix, _)| region.starts_with(prefix));
        let partition = cloud.and_then(|(_, name)| name.parse().ok()).unwrap_or_default();
        Self { partition, account: account.to_owned(), region: region.to_owned() }
    }

    /// ARN of a resource of this Glue, such as `job/nightly`.
    pub fn arn(&self, resource: &str) -> String {
        let Self { partition, account, region } = self;
        format!("arn:{partition}:glue:{region}:{account}:{resource}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_lies_in_its_cloud() {
        for (region, cloud) in [
            ("eu-central-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
        ] {
            let arn = Place::of(region, "123456789012").arn("job/load");
            assert_eq!(arn, format!("arn:{cloud}:glue:{region}:123456789012:job/load"));
        }
    }
}
