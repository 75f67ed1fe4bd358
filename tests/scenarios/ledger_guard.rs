//! How `./cicd.sh destroy` leaves the ledger, and how it takes it away when that is asked for.

use crate::cicd;

/// What terraform has of an installation, as far as this is about it.
const STATE: &str = r#"{"values": {"root_module": {"resources": [
    {"mode": "managed", "address": "aws_s3_bucket.state", "values": {"id": "dmm-ledger"}},
    {"mode": "managed", "address": "aws_s3_bucket_versioning.state", "values": {}},
    {"mode": "managed", "address": "terraform_data.ledger_is_kept[0]", "values": {}},
    {"mode": "managed", "address": "aws_sqs_queue.events", "values": {}}
]}}}"#;

/// Instead of terraform, what it would be told.
const ONLY_SAY: &str = "
    terraform() { echo \"terraform $*\"; }
    in_account() { echo \"in account: $*\"; }
    APPROVAL=-auto-approve ARCHITECTURE=arm64 PREFIX=grants/";

#[test]
fn a_destroy_without_more_leaves_bucket_and_guard() {
    let asked = "find_deployment; destroy_all_but_ledger";
    let said = cicd::run(&format!("{ONLY_SAY}\nSTATE='{STATE}'\n{asked}"), &[]);
    let line = said.lines().find(|line| line.starts_with("in account: destroy")).unwrap();
    assert!(line.contains("-target=aws_sqs_queue.events"), "{said}");
    assert!(!line.contains("ledger") && !line.contains("aws_s3_bucket"), "{said}");
}

#[test]
fn the_guard_is_lifted_before_the_ledger_is_asked_to_go() {
    let asked = "find_deployment; destroy_ledger";
    let said = cicd::run(&format!("{ONLY_SAY}\nSTATE='{STATE}'\n{asked}"), &[]);
    let told: Vec<&str> = said.lines().collect();
    let [lifted, may_go, gone] = told.as_slice() else { panic!("{said}") };
    assert!(lifted.ends_with("state rm terraform_data.ledger_is_kept[0]"), "{said}");
    assert!(may_go.contains("apply") && may_go.contains("force_destroy_state=true"), "{said}");
    assert!(gone.contains("destroy") && !gone.contains("-target"), "{said}");
}
