//! Where data lies in S3: a bucket, or one folder of a bucket.

use std::fmt;
use std::str::FromStr;

use crate::arn::{Arn, ArnError, Partition, refuse_hostile};

/// Why a text does not name one place in S3.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Not an ARN that may end in a policy.
    #[error(transparent)]
    Arn(#[from] ArnError),
    /// Not a bucket name S3 gives out today.
    #[error("{0:?} is not a bucket name (3 to 63 of a-z 0-9 . -)")]
    Bucket(String),
    /// Would grant the whole bucket, or mean two things.
    #[error("{0:?} names no folder")]
    NoFolder(String),
    /// `a//b`, `.` or `..`: S3 takes them literally, people do not.
    #[error("{0:?} has an empty, `.` or `..` part; write the folder as bucket/part/part")]
    FolderPart(String),
    /// No object could lie there.
    #[error("the folder is too long: keys in S3 have at most {LONGEST_KEY} bytes")]
    TooLong,
    /// Not `s3://bucket/folder`.
    #[error("{0:?} is not an S3 URL (s3://bucket/folder)")]
    Url(String),
}

/// In bytes (S3 user guide, "Naming Amazon S3 objects").
const LONGEST_KEY: usize = 1_024;

/// Under which AWS has its endpoints.
const AWS_DOMAINS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

/// Whether a URL of an endpoint is one of AWS's own.
pub(crate) fn is_aws_endpoint(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
    AWS_DOMAINS.iter().any(|domain| host.ends_with(domain))
}

/// A bucket, or exactly one folder of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct S3Location {
    partition: Partition,
    bucket: String,
    /// Without slashes at either end; `None` is the whole bucket.
    folder: Option<String>,
}

impl FromStr for S3Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let arn: Arn = text.parse()?;
        if arn.service != "s3" || !arn.region.is_empty() || !arn.account.is_empty() {
            return Err(arn.is_not("an S3 bucket or folder (arn:aws:s3:::bucket/folder)").into());
        }
        Self::within(arn.partition, &arn.resource)
    }
}

impl S3Location {
    /// Reads the storage location Glue keeps for a table, such as `s3://bucket/folder/`.
    ///
    /// `s3a` and `s3n` are Hadoop's older names for the same thing.
    pub fn from_url(url: &str, partition: Partition) -> Result<Self, LocationError> {
        refuse_hostile(url)?;
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        if !["s3", "s3a", "s3n"].contains(&scheme) {
            return Err(LocationError::Url(url.to_owned()));
        }
        Self::within(partition, rest.strip_suffix('/').filter(|r| !r.contains('/')).unwrap_or(rest))
    }

    fn within(partition: Partition, path: &str) -> Result<Self, LocationError> {
        let (bucket, folder) = match path.split_once('/') {
            None => (path, None),
            Some((bucket, folder)) => (bucket, Some(canonical_folder(folder, path)?)),
        };
        if !is_bucket_name(bucket) {
            return Err(LocationError::Bucket(bucket.to_owned()));
        }
        Ok(Self { partition, bucket: bucket.to_owned(), folder })
    }

    /// The cloud the bucket lies in.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The folder, without slashes at either end.
    pub fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// ARN of the bucket.
    pub fn bucket_arn(&self) -> String {
        format!("arn:{}:s3:::{}", self.partition, self.bucket)
    }

    /// ARN pattern of every object at this place.
    pub fn objects_arn(&self) -> String {
        format!("{self}/*")
    }

    /// Whether `other` is this place or lies inside it.
    pub fn contains(&self, other: &Self) -> bool {
        let inside = match (&self.folder, &other.folder) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(outer), Some(inner)) => inner
                .strip_prefix(outer.as_str())
                .is_some_and(|r| r.is_empty() || r.starts_with('/')),
        };
        self.partition == other.partition && self.bucket == other.bucket && inside
    }
}

impl fmt::Display for S3Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.bucket_arn())?;
        self.folder.iter().try_for_each(|folder| write!(f, "/{folder}"))
    }
}

/// One trailing slash is a matter of taste; anything else unusual could mean another folder.
fn canonical_folder(folder: &str, path: &str) -> Result<String, LocationError> {
    let folder = folder.strip_suffix('/').unwrap_or(folder);
    if folder.is_empty() {
        return Err(LocationError::NoFolder(path.to_owned()));
    }
    if folder.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(LocationError::FolderPart(path.to_owned()));
    }
    if folder.len() + "/x".len() > LONGEST_KEY {
        return Err(LocationError::TooLong);
    }
    Ok(folder.to_owned())
}

/// S3's naming rule for general purpose buckets.
fn is_bucket_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.bytes().all(|byte| plain(byte) || byte == b'.' || byte == b'-')
        && name.bytes().next().is_some_and(plain)
        && name.bytes().last().is_some_and(plain)
        && !name.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(text: &str) -> S3Location {
        text.parse().unwrap()
    }

    #[test]
    fn a_trailing_slash_does_not_change_the_folder() {
        assert_eq!(location("arn:aws:s3:::bucket/a/b/"), location("arn:aws:s3:::bucket/a/b"));
        assert_eq!(location("arn:aws:s3:::bucket/a/b/").objects_arn(), "arn:aws:s3:::bucket/a/b/*");
        assert_eq!(location("arn:aws-cn:s3:::bucket").objects_arn(), "arn:aws-cn:s3:::bucket/*");
    }

    #[test]
    fn a_folder_that_could_mean_two_things_is_refused_and_never_widened_to_the_bucket() {
        for text in [
            "arn:aws:s3:::bucket/",
            "arn:aws:s3:::bucket//",
            "arn:aws:s3:::bucket//a",
            "arn:aws:s3:::bucket/a//b",
            "arn:aws:s3:::bucket/a//",
            "arn:aws:s3:::bucket/./a",
            "arn:aws:s3:::bucket/a/..",
            "arn:aws:s3:::bucket/a/*",
            "arn:aws:s3:::Bucket/a",
            "arn:aws:s3:::b",
            "arn:aws:s3express:::bucket",
            "arn:aws:s3:eu-west-1::bucket",
            "arn:aws:s3::123456789012:accesspoint/x",
        ] {
            assert!(text.parse::<S3Location>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_storage_location_of_glue_is_the_same_place_as_its_arn() {
        let aws: Partition = "aws".parse().unwrap();
        for url in ["s3://bucket/a/b", "s3://bucket/a/b/", "s3a://bucket/a/b/", "s3n://bucket/a/b"]
        {
            let found = S3Location::from_url(url, aws).unwrap();
            assert_eq!(found, location("arn:aws:s3:::bucket/a/b"));
        }
        assert_eq!(S3Location::from_url("s3://bucket/", aws).unwrap().folder(), None);
        for url in
            ["hdfs://bucket/a", "bucket/a", "s3://", "s3:///a", "s3://bucket/a/*", "s3://b u/"]
        {
            assert!(S3Location::from_url(url, aws).is_err(), "{url}");
        }
    }

    #[test]
    fn a_folder_that_is_too_long_for_any_object_is_refused_as_url_and_as_arn() {
        let folder = "x".repeat(1_022);
        let url = |folder: &str| {
            S3Location::from_url(&format!("s3://bucket/{folder}"), "aws".parse().unwrap())
        };
        assert!(url(&format!("{folder}/")).is_ok());
        assert_eq!(url(&format!("{folder}x")), Err(LocationError::TooLong));
        let arn = format!("arn:aws:s3:::bucket/{folder}");
        assert!(arn.parse::<S3Location>().is_ok());
        assert_eq!(format!("{arn}x").parse::<S3Location>(), Err(LocationError::TooLong));
    }

    #[test]
    fn a_folder_with_the_same_beginning_is_not_inside() {
        let outer = location("arn:aws:s3:::bucket/a");
        assert!(outer.contains(&location("arn:aws:s3:::bucket/a/b")));
        assert!(outer.contains(&outer));
        assert!(!outer.contains(&location("arn:aws:s3:::bucket/ab")));
        assert!(!outer.contains(&location("arn:aws:s3:::bucket")));
        assert!(location("arn:aws:s3:::bucket").contains(&outer));
    }
}
