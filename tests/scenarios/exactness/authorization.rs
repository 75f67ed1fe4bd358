//! AWS's authorization reference knows every action, kind of resource and key of a condition in any
//! document.

use serde_json::Value;

use crate::exactness::lint::{every_document, findings_of};

fn findings(documents: &[String]) -> Vec<Vec<Value>> {
    findings_of("judges-venv", &["tests/judges/authorization.py", "documents"], documents)
}

#[tokio::test]
#[ignore = "asks a judge in python: ./cicd.sh test, stage \"grants against the authorization reference\""]
async fn the_authorization_reference_knows_everything_in_any_document() {
    let documents: Vec<String> = every_document().await.into_iter().collect();
    let findings = findings(&documents);
    assert_eq!(findings.len(), documents.len());
    for (document, found) in documents.iter().zip(&findings) {
        assert!(found.is_empty(), "{document}\n{found:#?}");
    }
    eprintln!("authorization reference: no finding in {} documents", documents.len());
}

#[test]
#[ignore = "asks a judge in python: ./cicd.sh test, stage \"grants against the authorization reference\""]
fn the_authorization_reference_finds_what_is_wrong_on_purpose() {
    let with = |action: &str, resource: &str, key: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}","Condition":{{"StringLike":{{"{key}":"a"}}}}}}]}}"#
        )
    };
    let right = with("s3:ListBucket", "arn:aws:s3:::data", "s3:prefix");
    let wrong = [
        with("s3:ListBuckets", "arn:aws:s3:::data", "s3:prefix"),
        with("s3:ListBucket", "arn:aws:s3:::data/*", "s3:prefix"),
        with("s3:ListBucket", "arn:aws:s3:::data", "s3:prefixes"),
        with("s3:GetObject", "arn:aws:s3:::data/*", "s3:prefix"),
        with("glue:GetTable", "arn:aws:glue:eu-west-1:123456789012:tables/a/b", "aws:SourceIp"),
        with("iam:ListRoles", "arn:aws:iam::123456789012:role/a", "aws:SourceIp"),
    ];
    assert_eq!(findings(std::slice::from_ref(&right)), [Vec::<Value>::new()]);
    for (document, found) in wrong.iter().zip(findings(&wrong)) {
        assert!(!found.is_empty(), "{document}");
    }
}
