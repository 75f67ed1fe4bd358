//! A linter of policies has nothing to say about any document.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::exactness::kinds::every_kind;
use crate::exactness::port::{Port, ports};
use crate::fixture::place;
use crate::generation::{Generation, Stage};
use crate::shapes::{AGREEMENTS, CONSUMERS, CONTRACTS, Outcome, PROVIDERS, Shape};
use crate::world::TABLE;

const GENERATED: usize = 200;
/// So many that enough of them hold no colon.
const DRAWN: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What parliament finds in each document, its community auditors included.
fn findings(documents: &[String]) -> Vec<Vec<Value>> {
    findings_of("parliament-venv", &["tests/parliament/findings.py"], documents)
}

/// What a program in python says of each document: it is given one a line, and answers with a list.
pub(crate) fn findings_of(venv: &str, program: &[&str], documents: &[String]) -> Vec<Vec<Value>> {
    let mut judge = Command::new(root().join(".build").join(venv).join("bin/python"))
        .current_dir(root())
        .args(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    judge.stdin.take().unwrap().write_all(documents.join("\n").as_bytes()).unwrap();
    let output = judge.wait_with_output().unwrap();
    assert!(output.status.success(), "{program:?} fails");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The document that comes of a fixture, where one is to come of it.
async fn of_fixture(shape: &Shape) -> Vec<String> {
    let stage = Stage::of(Generation::Access);
    stage.world.tables.create(TABLE, "s3://acme-lake/orders/");
    stage.world.tables.create(&TABLE.replace("/orders", "/returns"), "s3://acme-lake/returns/");
    let agreement = format!("access/2026-07-{}", shape.consumer);
    for usual in [
        "data-product/provider-dps-s3-fields",
        "data-product/consumer-dps-role-name",
        "team/role-name",
        "organization-member/role-name",
        &agreement,
        "feed/access-begins",
    ] {
        place(&stage, usual);
    }
    shape.beside.iter().for_each(|beside| place(&stage, beside));
    place(&stage, shape.fixture);
    stage.run().await;
    let held = stage.world.iam.snapshot();
    let documents: Vec<String> = held.into_values().flat_map(BTreeMap::into_values).collect();
    let granted = matches!(shape.outcome, Outcome::Granted(..));
    assert_eq!(documents.len(), usize::from(granted), "{}", shape.fixture);
    documents
}

/// Parliament splits ARNs at every colon and so finds a mismatch where a key holds one. Such
/// documents are judged by the two evaluators alone; no kind of finding is suppressed.
fn is_understood(port: &Port) -> bool {
    let mut places = port.offered.places.iter().chain(&port.offered.results);
    places.all(|place| place.folder.as_ref().is_none_or(|folder| !folder.contains(':')))
}

pub(crate) async fn every_document() -> BTreeSet<String> {
    let mut documents = BTreeSet::new();
    for shape in [AGREEMENTS, CONSUMERS, PROVIDERS, CONTRACTS].concat() {
        documents.extend(of_fixture(&shape).await);
    }
    for kind in every_kind() {
        documents.extend(kind.story.document().await);
    }
    for port in ports(DRAWN).into_iter().filter(is_understood).take(GENERATED) {
        documents.extend(port.story.document().await);
    }
    documents
}

#[tokio::test]
#[ignore = "asks parliament in python: ./cicd.sh test, stage \"lint of grants\""]
async fn parliament_finds_nothing_in_any_document() {
    let documents: Vec<String> = every_document().await.into_iter().collect();
    assert!(documents.len() > GENERATED, "{} documents", documents.len());
    let findings = findings(&documents);
    assert_eq!(findings.len(), documents.len());
    for (document, found) in documents.iter().zip(&findings) {
        assert!(found.is_empty(), "{document}\n{found:#?}");
    }
    eprintln!("parliament: no finding in {} documents", documents.len());
}

#[test]
#[ignore = "asks parliament in python: ./cicd.sh test, stage \"lint of grants\""]
fn parliament_finds_what_is_wrong_on_purpose() {
    let with = |action: &str, resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
        )
    };
    let wrong = [
        with("s3:GetObject", "arn:aws:s3:::data"),
        with("s3:GetNothing", "arn:aws:s3:::data/*"),
        with("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/churn"),
    ];
    for (document, found) in wrong.iter().zip(findings(&wrong)) {
        assert!(!found.is_empty(), "{document}");
    }
}
