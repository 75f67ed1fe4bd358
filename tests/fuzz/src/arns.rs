//! ARNs and locations: what is taken names exactly one thing and prints as it was read.

use std::fmt::Display;
use std::str::FromStr;

use domain::arn::{Arn, Partition};
use domain::glue::{TableArn, WorkgroupArn};
use domain::pattern::ArnPattern;
use domain::role::RoleArn;
use domain::s3::S3Location;

use crate::text;

/// Whatever is taken holds nothing that IAM would expand, and means itself.
fn exact<T: FromStr + Display + PartialEq>(text: &str) {
    let Ok(read) = text.parse::<T>() else { return };
    let printed = read.to_string();
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '*' | '?' | '$');
    assert!(printed.chars().all(is_plain), "{printed:?} is not one thing");
    let again = printed.parse::<T>().is_ok_and(|again| again == read);
    assert!(again, "{printed:?} does not mean itself");
}

pub(crate) fn arn(bytes: &[u8]) {
    let text = text(bytes);
    let _ = text.parse::<Arn>();
    exact::<RoleArn>(text);
    exact::<TableArn>(text);
    exact::<WorkgroupArn>(text);
    let _ = text.parse::<ArnPattern>();
}

pub(crate) fn location(bytes: &[u8]) {
    exact::<S3Location>(text(bytes));
    if let Ok(location) = S3Location::from_url(text(bytes), Partition::default()) {
        exact::<S3Location>(&location.to_string());
    }
}
