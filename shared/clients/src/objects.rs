//! Small objects in S3 that several invocations may write at once: compare and swap.

use std::future::Future;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::Failure;

use crate::aws::{AwsError, code};
use crate::publication::Publication;

/// Larger than any cursor or ledger entry; a larger object was not written by us.
const LARGEST: i64 = 1024 * 1024;
/// Larger than what a survey remembers of a hundred thousand policies.
const LARGEST_BULKY: i64 = 64 * 1024 * 1024;

/// Metadata of an object: which call wrote it. All attempts of a call have the same.
const MARK: &str = "dmm-write";

/// The state of an object when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(pub(crate) String);

/// An object's content and the state it was read in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The content.
    pub body: Vec<u8>,
    /// Its state.
    pub version: Version,
}

/// Why an object could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// Somebody else wrote it since it was read.
    #[error("object {key} was written by somebody else in the meantime")]
    Conflict {
        /// The object.
        key: String,
    },
    /// Not one of ours.
    #[error("object {key} is larger than {limit} bytes")]
    TooLarge {
        /// The object.
        key: String,
        /// What it may have.
        limit: i64,
    },
    /// The call did not succeed.
    #[error("object {key}")]
    Aws {
        /// The object.
        key: String,
        /// Why.
        #[source]
        source: AwsError,
    },
}

impl ObjectError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Conflict { .. } => Failure::Retry,
            Self::TooLarge { .. } => Failure::Halt,
            Self::Aws { source, .. } => source.failure(),
        }
    }
}

/// Objects that are written only in the state they were read in.
pub trait VersionedObjects: Send + Sync {
    /// The object, or `None` when there is none.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Stored>, ObjectError>> + Send;

    /// Writes the object if it is still as `expected`; `None` means it must not exist. An attempt whose
    /// answer was lost is no conflict for the one that repeats it.
    fn put(
        &self,
        key: &str,
        body: Vec<u8>,
        expected: Option<&Version>,
    ) -> impl Future<Output = Result<Version, ObjectError>> + Send;
}

/// Objects that can be taken away.
pub trait Removal: Send + Sync {
    /// Removes the object if it is still as `expected`. One that is gone is as wanted.
    fn remove(
        &self,
        key: &str,
        expected: &Version,
    ) -> impl Future<Output = Result<(), ObjectError>> + Send;
}

/// What objects there are.
pub trait ObjectNames: Send + Sync {
    /// The names of all objects that begin with `prefix`.
    fn names(&self, prefix: &str) -> impl Future<Output = Result<Vec<String>, ObjectError>> + Send;
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct S3Objects {
    client: Client,
    bucket: String,
    largest: i64,
}

impl S3Objects {
    /// `endpoint_is_custom`: a bucket's own host name exists only on AWS itself.
    pub fn new(aws: &SdkConfig, bucket: String, endpoint_is_custom: bool) -> Self {
        let config = aws_sdk_s3::config::Builder::from(aws)
            .force_path_style(endpoint_is_custom)
            // The signature already covers the whole of a body held in memory.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .build();
        Self::with_client(Client::from_conf(config), bucket)
    }

    /// For a client made elsewhere.
    pub fn with_client(client: Client, bucket: String) -> Self {
        Self { client, bucket, largest: LARGEST }
    }
}

impl S3Objects {
    /// The same bucket, for objects of many megabytes.
    #[must_use]
    pub fn bulky(&self) -> Self {
        Self { largest: LARGEST_BULKY, ..self.clone() }
    }
}

impl S3Objects {
    /// The object as it is now, if it is what this very call wrote: an attempt whose answer was lost is
    /// repeated by the SDK and meets its own write. Equal bytes would not do, for two pollers write the
    /// same. Where nothing can be seen it is a conflict: whoever comes next reads what is there.
    async fn own_write(&self, key: &str, mark: &str) -> Option<Version> {
        let found = self.client.get_object().bucket(&self.bucket).key(key).send().await.ok()?;
        let is_own = found.metadata().and_then(|known| known.get(MARK)).is_some_and(|m| m == mark);
        tracing::debug!(key, is_own, "an object was written since it was read");
        is_own.then(|| Version(found.e_tag().unwrap_or_default().to_owned()))
    }
}

/// Whether the object is not as the request expected it: changed, being changed, or deleted.
fn is_overtaken<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    matches!(code(error), Some("NoSuchKey" | "NotFound")) || matches!(status, Some(409 | 412))
}

impl VersionedObjects for S3Objects {
    async fn get(&self, key: &str) -> Result<Option<Stored>, ObjectError> {
        const ACTION: &str = "s3:GetObject";
        let sent = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let aws = |source| ObjectError::Aws { key: key.to_owned(), source };
        let output = match sent {
            Ok(output) => output,
            // Only this code means "nothing there". A missing bucket is 404 as well, and a missing
            // right to list is 403: starting from the beginning would be wrong for both.
            // `NotFound` is what the SDK makes of a 404 without a body.
            Err(error) if matches!(code(&error), Some("NoSuchKey" | "NotFound")) => {
                return Ok(None);
            }
            Err(error) => return Err(aws(AwsError::of(ACTION, error))),
        };
        if output.content_length().is_some_and(|length| length > self.largest) {
            return Err(ObjectError::TooLarge { key: key.to_owned(), limit: self.largest });
        }
        let version = Version(output.e_tag().unwrap_or_default().to_owned());
        let broken = |source| AwsError::Unavailable { action: ACTION, source };
        let body = output.body.collect().await.map_err(|err| aws(broken(Box::new(err))))?;
        Ok(Some(Stored { body: body.to_vec(), version }))
    }

    async fn put(
        &self,
        key: &str,
        body: Vec<u8>,
        expected: Option<&Version>,
    ) -> Result<Version, ObjectError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let put = match expected {
            Some(version) => put.if_match(&version.0),
            None => put.if_none_match("*"),
        };
        let key = key.to_owned();
        let mark = format!("{:032x}", fastrand::u128(..));
        match put.metadata(MARK, &mark).body(ByteStream::from(body)).send().await {
            Ok(output) => Ok(Version(output.e_tag().unwrap_or_default().to_owned())),
            Err(error) if is_overtaken(&error) => {
                self.own_write(&key, &mark).await.ok_or(ObjectError::Conflict { key })
            }
            Err(error) => {
                Err(ObjectError::Aws { key, source: AwsError::of("s3:PutObject", error) })
            }
        }
    }
}

impl Removal for S3Objects {
    async fn remove(&self, key: &str, expected: &Version) -> Result<(), ObjectError> {
        let delete = self.client.delete_object().bucket(&self.bucket).key(key);
        let key = key.to_owned();
        match delete.if_match(&expected.0).send().await {
            Ok(_) => Ok(()),
            // Gone is what it was to be, whoever did it: our own attempt, whose answer was lost, did.
            Err(error) if is_overtaken(&error) => match self.get(&key).await {
                Ok(None) => Ok(()),
                Ok(Some(_)) | Err(_) => Err(ObjectError::Conflict { key }),
            },
            Err(error) => {
                Err(ObjectError::Aws { key, source: AwsError::of("s3:DeleteObject", error) })
            }
        }
    }
}

impl Publication for S3Objects {
    async fn publish(
        &self,
        key: &str,
        body: String,
        content_type: &str,
    ) -> Result<(), ObjectError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let put = put.content_type(content_type).body(ByteStream::from(body.into_bytes()));
        let failed = |error| ObjectError::Aws {
            key: key.to_owned(),
            source: AwsError::of("s3:PutObject", error),
        };
        put.send().await.map(|_| ()).map_err(failed)
    }
}

impl ObjectNames for S3Objects {
    async fn names(&self, prefix: &str) -> Result<Vec<String>, ObjectError> {
        let pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let mut pages = pages.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| ObjectError::Aws {
                key: prefix.to_owned(),
                source: AwsError::of("s3:ListBucket", error),
            })?;
            let objects = page.contents.unwrap_or_default().into_iter();
            names.extend(objects.filter_map(|object| object.key));
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use aws_smithy_types::retry::RetryConfig;
    use wiremock::matchers::{any, header, method, query_param};
    use wiremock::{Mock, MockServer, Request, ResponseTemplate};

    use super::*;
    use crate::local_server::{answering, aws, s3_error};

    fn objects(server: &MockServer) -> S3Objects {
        S3Objects::new(&aws(server), "bucket".to_owned(), true)
    }

    fn page(names: &[&str], next: Option<&str>) -> ResponseTemplate {
        let objects = names.join("</Key></Contents><Contents><Key>");
        let objects = format!("<Contents><Key>{objects}</Key></Contents>");
        let next = next.map_or_else(
            || "<IsTruncated>false</IsTruncated>".to_owned(),
            |token| {
                format!(
                    "<IsTruncated>true</IsTruncated>\
                     <NextContinuationToken>{token}</NextContinuationToken>"
                )
            },
        );
        let body = format!("<ListBucketResult>{objects}{next}</ListBucketResult>");
        ResponseTemplate::new(200).set_body_raw(body, "application/xml")
    }

    #[tokio::test]
    async fn all_pages_of_names_are_read() {
        let server = calls::mock_server().await;
        let second = Mock::given(query_param("continuation-token", "more"));
        second.respond_with(page(&["grants/b"], None)).with_priority(1).mount(&server).await;
        let first = Mock::given(query_param("prefix", "grants/"));
        first.respond_with(page(&["grants/a"], Some("more"))).mount(&server).await;
        assert_eq!(objects(&server).names("grants/").await.unwrap(), ["grants/a", "grants/b"]);
    }

    #[tokio::test]
    async fn only_a_missing_object_means_that_there_is_none() {
        let server = answering(s3_error(404, "NoSuchKey")).await;
        assert_eq!(objects(&server).get("cursor").await.unwrap(), None);
        let server = answering(ResponseTemplate::new(404)).await;
        assert_eq!(objects(&server).get("cursor").await.unwrap(), None);
        for (status, code) in [(404, "NoSuchBucket"), (403, "AccessDenied")] {
            let server = answering(s3_error(status, code)).await;
            let error = objects(&server).get("cursor").await.unwrap_err();
            assert_eq!(error.failure(), Failure::Halt, "{code}");
        }
        let server = answering(s3_error(503, "SlowDown")).await;
        assert_eq!(objects(&server).get("cursor").await.unwrap_err().failure(), Failure::Retry);
    }

    #[tokio::test]
    async fn an_object_is_removed_only_in_the_state_it_was_read_in() {
        let version = Version("\"1\"".to_owned());
        let server = calls::mock_server().await;
        let same = Mock::given(header("if-match", "\"1\""));
        same.respond_with(ResponseTemplate::new(204)).mount(&server).await;
        objects(&server).remove("cursor", &version).await.unwrap();
        let server = answering(s3_error(412, "PreconditionFailed")).await;
        let error = objects(&server).remove("cursor", &version).await.unwrap_err();
        assert!(matches!(error, ObjectError::Conflict { .. }), "{error:?}");
        let server = answering(s3_error(403, "AccessDenied")).await;
        let error = objects(&server).remove("cursor", &version).await.unwrap_err();
        assert_eq!(error.failure(), Failure::Halt);
    }

    #[tokio::test]
    async fn a_write_that_came_second_is_a_conflict() {
        let version = Version("\"1\"".to_owned());
        for (status, code) in
            [(412, "PreconditionFailed"), (409, "ConditionalRequestConflict"), (404, "NoSuchKey")]
        {
            let server = answering(s3_error(status, code)).await;
            let put = objects(&server).put("cursor", b"e1".to_vec(), Some(&version)).await;
            assert!(matches!(put, Err(ObjectError::Conflict { .. })), "{code}");
        }
        let server = answering(s3_error(403, "AccessDenied")).await;
        let put = objects(&server).put("cursor", b"e1".to_vec(), None).await;
        assert_eq!(put.unwrap_err().failure(), Failure::Halt);
    }

    fn holding(body: &str) -> ResponseTemplate {
        ResponseTemplate::new(200).insert_header("etag", "\"2\"").set_body_string(body)
    }

    /// A bucket that takes no write, and gives `there` to whoever reads.
    async fn changed(refusal: ResponseTemplate, there: ResponseTemplate) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("GET")).respond_with(there).mount(&server).await;
        Mock::given(any()).respond_with(refusal).mount(&server).await;
        server
    }

    /// A bucket in which the first write is done and its answer is lost; what is written once more is
    /// refused with `refusal`. The real SDK, with its retries.
    async fn put_with_a_lost_answer(refusal: ResponseTemplate) -> (MockServer, S3Objects) {
        let server = MockServer::start().await;
        let written: Arc<Mutex<Option<Vec<u8>>>> = Arc::default();
        let there = Arc::clone(&written);
        let put = move |request: &Request| {
            let mark = request.headers.get("x-amz-meta-dmm-write").unwrap().as_bytes().to_vec();
            match written.lock().unwrap().replace(mark) {
                None => ResponseTemplate::new(500),
                Some(_) => refusal.clone(),
            }
        };
        let get = move |_: &Request| {
            let mark = String::from_utf8(there.lock().unwrap().clone().unwrap()).unwrap();
            holding("e1").insert_header("x-amz-meta-dmm-write", mark.as_str())
        };
        Mock::given(method("PUT")).respond_with(put).mount(&server).await;
        Mock::given(method("GET")).respond_with(get).mount(&server).await;
        let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
        let aws = aws(&server).into_builder().retry_config(retries).build();
        let objects = S3Objects::new(&aws, "bucket".to_owned(), true);
        (server, objects)
    }

    #[tokio::test]
    async fn a_second_attempt_that_meets_its_own_write_is_a_write() {
        let version = Version("\"1\"".to_owned());
        for (status, code) in [(412, "PreconditionFailed"), (409, "ConditionalRequestConflict")] {
            for expected in [None, Some(&version)] {
                let refusal = s3_error(status, code);
                let (server, objects) = put_with_a_lost_answer(refusal).await;
                let put = objects.put("cursor", b"e1".to_vec(), expected).await;
                assert_eq!(put.unwrap(), Version("\"2\"".to_owned()), "{code}");
                assert_eq!(server.received_requests().await.unwrap().len(), 3);
            }
        }
    }

    #[tokio::test]
    async fn the_same_bytes_of_somebody_else_are_a_conflict() {
        let (status, code) = (412, "PreconditionFailed");
        let theirs = holding("e1").insert_header("x-amz-meta-dmm-write", "theirs");
        for there in [theirs, holding("e1"), s3_error(403, "AccessDenied")] {
            let server = changed(s3_error(status, code), there).await;
            let put = objects(&server).put("cursor", b"e1".to_vec(), None).await;
            assert!(matches!(put, Err(ObjectError::Conflict { .. })), "{put:?}");
        }
    }

    #[tokio::test]
    async fn a_removal_that_meets_its_own_removal_is_one() {
        let version = Version("\"1\"".to_owned());
        for (status, code) in
            [(412, "PreconditionFailed"), (404, "NoSuchKey"), (409, "ConditionalRequestConflict")]
        {
            let server = changed(s3_error(status, code), s3_error(404, "NoSuchKey")).await;
            objects(&server).remove("cursor", &version).await.unwrap();
            let server = changed(s3_error(status, code), holding("e2")).await;
            let error = objects(&server).remove("cursor", &version).await.unwrap_err();
            assert!(matches!(error, ObjectError::Conflict { .. }), "{code}: {error:?}");
        }
    }

    #[tokio::test]
    async fn a_bucket_whose_key_cannot_be_used_halts_and_a_busy_key_is_tried_again() {
        let version = Version("\"1\"".to_owned());
        for (status, code, failure) in [
            (400, "KMS.DisabledException", Failure::Halt),
            (400, "KMS.KMSInvalidStateException", Failure::Halt),
            (400, "KMS.NotFoundException", Failure::Halt),
            (400, "KMS.InvalidKeyUsageException", Failure::Halt),
            (503, "KMS.ThrottlingException", Failure::Retry),
        ] {
            let server = answering(s3_error(status, code)).await;
            let objects = objects(&server);
            assert_eq!(objects.get("cursor").await.unwrap_err().failure(), failure, "{code}");
            let put = objects.put("cursor", b"e1".to_vec(), Some(&version)).await;
            assert_eq!(put.unwrap_err().failure(), failure, "{code}");
            let published = objects.publish("report", "r".to_owned(), "text/plain").await;
            assert_eq!(published.unwrap_err().failure(), failure, "{code}");
        }
    }

    #[tokio::test]
    async fn a_write_names_the_state_it_expects() {
        for (expected, name, value) in
            [(None, "if-none-match", "*"), (Some("\"1\""), "if-match", "\"1\"")]
        {
            let server = calls::mock_server().await;
            let taken = ResponseTemplate::new(200).insert_header("etag", "\"2\"");
            Mock::given(header(name, value)).respond_with(taken).mount(&server).await;
            let expected = expected.map(|text| Version(text.to_owned()));
            let put = objects(&server).put("cursor", b"e1".to_vec(), expected.as_ref()).await;
            assert_eq!(put.unwrap(), Version("\"2\"".to_owned()));
        }
    }

    #[tokio::test]
    async fn an_object_no_function_of_ours_wrote_is_not_read_into_memory() {
        let body = "x".repeat(1024 * 1024 + 1);
        let server = answering(ResponseTemplate::new(200).set_body_string(body)).await;
        let read = objects(&server).get("cursor").await;
        assert!(matches!(read, Err(ObjectError::TooLarge { .. })));
    }
}
