//! A configuration document: where it is, and what it says.

use std::fmt;
use std::str::FromStr;

use clients::objects::{ObjectError, VersionedObjects};
use domain::Failure;
use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, Error as YamlError, MergeKeyPolicy, Options};

pub use crate::typed::{TypeError, typed};

/// Larger than any configuration somebody wrote by hand; bounds what parsing costs.
const LARGEST_BYTES: usize = 1024 * 1024;

/// Where a document is.
#[derive(Clone, PartialEq, Eq)]
pub enum Reference {
    /// The text itself.
    Inline(String),
    /// `s3://bucket/key`.
    Object {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
}

impl fmt::Debug for Reference {
    /// The text itself may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(text) => write!(f, "Inline({} bytes)", text.len()),
            Self::Object { bucket, key } => write!(f, "s3://{bucket}/{key}"),
        }
    }
}

/// Why a text is not a reference to a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Nothing but white space.
    #[error("empty: give the document itself, or s3://bucket/key")]
    Empty,
    /// `s3://` with less than a bucket and a key behind it.
    #[error("not of the form s3://bucket/key")]
    Object,
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let Some(place) = text.trim().strip_prefix("s3://") else {
            let is_empty = text.trim().is_empty();
            return if is_empty {
                Err(ReferenceError::Empty)
            } else {
                Ok(Self::Inline(text.into()))
            };
        };
        let (bucket, key) = place.split_once('/').ok_or(ReferenceError::Object)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let is_bucket = !bucket.is_empty() && bucket.bytes().all(plain);
        if !is_bucket || key.is_empty() || key.contains(char::is_control) {
            return Err(ReferenceError::Object);
        }
        Ok(Self::Object { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// Why there is no document. Never holds any of its text.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Neither YAML nor JSON.
    #[error("line {line}, column {column}: {problem}")]
    Syntax {
        /// What is wrong.
        problem: &'static str,
        /// From 1; 0 where it is not known.
        line: u64,
        /// From 1; 0 where it is not known.
        column: u64,
    },
    /// Too much to be a configuration.
    #[error("larger than {LARGEST_BYTES} bytes")]
    TooLarge,
    /// There is no such object.
    #[error("{place} does not exist")]
    Missing {
        /// Its address.
        place: String,
    },
    /// An object that holds no text.
    #[error("{place} is not UTF-8 text")]
    NotText {
        /// Its address.
        place: String,
    },
    /// The object could not be read.
    #[error("{place}")]
    Object {
        /// Its address.
        place: String,
        /// Why.
        #[source]
        source: ObjectError,
    },
}

impl DocumentError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Syntax { .. } | Self::TooLarge | Self::Missing { .. } | Self::NotText { .. } => {
                Failure::Halt
            }
            Self::Object { source, .. } => source.failure(),
        }
    }
}

/// Reads YAML, of which JSON is a part. One document, no field twice, no text that grows by aliases.
pub fn parse(text: &str) -> Result<Value, DocumentError> {
    if text.len() > LARGEST_BYTES {
        return Err(DocumentError::TooLarge);
    }
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let (line, column) =
            error.location().map_or((0, 0), |location| (location.line(), location.column()));
        DocumentError::Syntax { problem: problem(&error), line, column }
    })
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 200_000,
            max_nodes: 100_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_documents: 1,
            max_total_scalar_bytes: 2 * LARGEST_BYTES,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Merge,
        // An account id may begin with 0, and `no` is a text: both are meant as they are written.
        leading_zero_numbers_as_strings: true,
        strict_booleans: true,
        with_snippet: false,
    }
}

/// The parser's own words may quote the document, which may hold secrets.
#[expect(clippy::wildcard_enum_match_arm, reason = "some of many get better words than the rest")]
fn problem(error: &YamlError) -> &'static str {
    match error {
        YamlError::DuplicateMappingKey { .. } => "a field that stands there already",
        YamlError::MultipleDocuments { .. } => "a second document",
        YamlError::UnknownAnchor { .. } => "an alias of nothing",
        YamlError::Budget { .. } => "more than a configuration holds",
        YamlError::Eof { .. } => "nothing follows",
        _ => "neither YAML nor JSON",
    }
}

/// Reads and parses the document. `objects` gives access to a bucket.
pub async fn load<O, F>(reference: &Reference, objects: F) -> Result<Value, DocumentError>
where
    O: VersionedObjects,
    F: FnOnce(&str) -> O,
{
    let (bucket, key) = match reference {
        Reference::Inline(text) => return parse(text),
        Reference::Object { bucket, key } => (bucket, key),
    };
    let place = format!("s3://{bucket}/{key}");
    let stored = match objects(bucket).get(key).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return Err(DocumentError::Missing { place }),
        Err(source) => return Err(DocumentError::Object { place, source }),
    };
    let text = String::from_utf8(stored.body).map_err(|_| DocumentError::NotText { place })?;
    parse(&text)
}

#[cfg(test)]
mod tests {
    use clients::fake::{FakeObjects, Faults};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn told(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml =
            "connections:\n  sales:\n    awsConfig: {awsRegion: eu-west-1}\n    tags: [a, 1]\n";
        let json =
            r#"{"connections":{"sales":{"awsConfig":{"awsRegion":"eu-west-1"},"tags":["a",1]}}}"#;
        assert_eq!(parse(yaml).unwrap(), parse(json).unwrap());
    }

    #[test]
    fn an_account_id_is_a_text_with_all_its_digits_wherever_it_stands() {
        let document = parse("012345678901: {}\n\"111122223333\": {}\n222233334444: {}").unwrap();
        assert_eq!(document, json!({"012345678901": {}, "111122223333": {}, "222233334444": {}}));
        assert_eq!(parse("account: 012345678901").unwrap(), json!({"account": "012345678901"}));
    }

    #[test]
    fn a_norwegian_no_is_a_text() {
        assert_eq!(
            parse("country: no\nfull: true").unwrap(),
            json!({"country": "no", "full": true})
        );
    }

    #[test]
    fn c8_a_syntax_error_says_where_and_shows_no_text() {
        let told = told("awsSecretAccessKey: LEAK\nawsRegion: [LEAK\n");
        assert!(told.starts_with("line 2, column 12: "), "{told}");
        for text in [
            "awsSecretAccessKey: \"LEAK",
            "a: b: LEAK",
            "LEAK: 1\nLEAK: 2",
            "key: *LEAK",
            "{\"a\": \"LEAK\" \"b\"}",
            "a: !!int LEAK",
            "? [LEAK]\n: 1",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("LEAK"), "{error:?}");
            assert!(matches!(error, DocumentError::Syntax { line: 1.., .. }), "{text}: {error:?}");
        }
    }

    #[test]
    fn a_field_that_stands_there_twice_is_refused() {
        let told = told("awsRegion: eu-west-1\nawsRegion: eu-west-2\n");
        assert_eq!(told, "line 2, column 1: a field that stands there already");
    }

    #[test]
    fn a_second_document_is_refused() {
        assert!(parse("a: 1\n---\nb: 2\n").is_err());
    }

    #[test]
    fn a_billion_laughs_are_refused() {
        let level = |level: usize| {
            let below = if level == 0 { "lol".to_owned() } else { format!("*a{}", level - 1) };
            format!("a{level}: &a{level} [{}]\n", vec![below; 10].join(", "))
        };
        let text: Vec<String> = (0..10).map(level).collect();
        assert!(parse(&text.concat()).is_err());
        // The same with two levels is a document like any other.
        assert!(parse(&text[..2].concat()).is_ok());
    }

    #[test]
    fn a_tower_of_brackets_is_refused() {
        for text in ["[".repeat(100_000), "{a: ".repeat(10_000), "- ".repeat(100_000)] {
            assert!(parse(&text).is_err());
        }
    }

    #[test]
    fn a_document_of_more_than_a_mebibyte_is_refused() {
        let error = parse(&"a".repeat(LARGEST_BYTES + 1)).unwrap_err();
        assert!(matches!(error, DocumentError::TooLarge));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_text_makes_the_parser_panic(
            text in prop_oneof!["\\PC{0,80}", "[-a0:&*!|>%{}\\[\\],#?'\"\\\\ \n\t]{0,80}"]
        ) {
            if let Err(error) = parse(&text) {
                prop_assert_eq!(error.failure(), Failure::Halt);
            }
        }

        #[test]
        fn a_json_document_reads_as_it_was_written(
            fields in prop::collection::btree_map("[a-z.-]{1,8}", "[ -~\u{e4}\n\t\"]{0,12}", 0..6)
        ) {
            let document = json!(fields);
            prop_assert_eq!(parse(&document.to_string()).unwrap(), document);
        }
    }

    #[test]
    fn a_reference_is_an_address_or_the_document_itself() {
        let object = |bucket: &str, key: &str| Reference::Object {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        };
        assert_eq!(" s3://b/a/c.yaml\n".parse(), Ok(object("b", "a/c.yaml")));
        assert_eq!("a: 1".parse(), Ok(Reference::Inline("a: 1".to_owned())));
        assert_eq!(" \n".parse::<Reference>(), Err(ReferenceError::Empty));
        for text in ["s3://", "s3://bucket", "s3://bucket/", "s3:///key", "s3://b c/key"] {
            assert_eq!(text.parse::<Reference>(), Err(ReferenceError::Object), "{text}");
        }
    }

    #[test]
    fn c8_a_reference_does_not_show_the_document() {
        let reference: Reference = "awsSecretAccessKey: LEAK".parse().unwrap();
        assert_eq!(format!("{reference:?}"), "Inline(24 bytes)");
    }

    async fn loaded(objects: &FakeObjects) -> Result<Value, DocumentError> {
        let reference = "s3://settings/connections.yaml".parse().unwrap();
        load(&reference, |bucket| {
            assert_eq!(bucket, "settings");
            objects.clone()
        })
        .await
    }

    #[tokio::test]
    async fn a_document_is_read_from_its_object() {
        let objects = FakeObjects::new(Faults::default());
        objects.put("connections.yaml", b"a: 1".to_vec(), None).await.unwrap();
        assert_eq!(loaded(&objects).await.unwrap(), json!({"a": 1}));
    }

    #[tokio::test]
    async fn an_object_that_is_not_there_is_named() {
        let error = loaded(&FakeObjects::new(Faults::default())).await.unwrap_err();
        assert_eq!(error.to_string(), "s3://settings/connections.yaml does not exist");
        assert_eq!(error.failure(), Failure::Halt);
    }

    #[tokio::test]
    async fn an_object_that_is_no_text_is_named() {
        let objects = FakeObjects::new(Faults::default());
        objects.put("connections.yaml", vec![0xff, 0xfe], None).await.unwrap();
        let error = loaded(&objects).await.unwrap_err();
        assert_eq!(error.to_string(), "s3://settings/connections.yaml is not UTF-8 text");
    }
}
