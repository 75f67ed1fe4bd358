//! Addresses of AWS's web console, which every partition has at another place.

use crate::role::RoleArn;

/// The page of a role; `None` in a partition whose console has no public address.
pub fn role_page(role: &RoleArn) -> Option<String> {
    let host = match role.partition().as_str() {
        "aws" => "console.aws.amazon.com",
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => return None,
    };
    Some(format!("https://{host}/iam/home#/roles/details/{}?section=permissions", role.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(partition: &str) -> Option<String> {
        let role = format!("arn:{partition}:iam::123456789012:role/data-products/churn");
        role_page(&role.parse().unwrap())
    }

    #[test]
    fn a_role_is_shown_in_the_console_of_its_own_partition() {
        let expected =
            "https://console.aws.amazon.com/iam/home#/roles/details/churn?section=permissions";
        assert_eq!(page("aws").as_deref(), Some(expected));
        assert!(page("aws-cn").unwrap().starts_with("https://console.amazonaws.cn/"));
        assert!(page("aws-us-gov").unwrap().starts_with("https://console.amazonaws-us-gov.com/"));
        assert_eq!(page("aws-iso"), None);
    }
}
