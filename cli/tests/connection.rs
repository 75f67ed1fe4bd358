//! `doctor --connection`: the program tests a connection of `ingest_glue` step by step, against AWS,
//! Glue and both targets on this machine.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

use std::process::{Command, Output};

use ingestion::model::Place;
use local_servers::aws::{ASSUMED_SECRET, ASSUMED_TOKEN, OWN_SECRET};
use local_servers::glue::sample;
use local_servers::neighbourhood::{API_KEY, BUCKET, CONNECTION, Neighbourhood, REGION, STATE};
use local_servers::open_metadata::TOKEN;
use serde_json::{Value, json};

const ACCOUNT: &str = "222233334444";
const ROLE: &str = "arn:aws:iam::222233334444:role/glue-reader";
/// 2026-08-01T06:00:00Z.
const NOW_EPOCH_SECONDS: i64 = 1_785_564_000;
/// Steps in their order.
const GLUE: [&str; 10] = [
    "ListWorkflows",
    "GetWorkflow",
    "GetWorkflowRuns",
    "GetJobs",
    "GetJobRuns",
    "GetTags",
    "GetDatabases",
    "GetTables",
    "GetTriggers",
    "GetCrawlers",
];
const TARGETS: [&str; 2] =
    ["target dataMeshManager", "target openMetadata glue_sample+glue_sample_pipelines"];

/// A connection that assumes [`ROLE`], with owners from tags.
async fn neighbourhood() -> Neighbourhood {
    let account = sample(ACCOUNT, REGION, NOW_EPOCH_SECONDS);
    let around = Neighbourhood::start(account).await.unwrap();
    around.aws.add_role(ROLE, None);
    let mut configuration = around.configuration();
    configuration["connections"][CONNECTION]["awsConfig"]["assumeRoleArn"] = json!(ROLE);
    around.configure(&configuration);
    around
}

/// Runs `doctor --connection` and checks that it wrote nothing and told no secret.
async fn run(around: &Neighbourhood, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmm-aws"));
    command.args(["doctor", "--connection", CONNECTION]).args(more).env_clear();
    command.envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_EC2_METADATA_DISABLED", "true")]);
    command.envs(around.settings());
    let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = ended.await.unwrap();
    let calls = around.assets.calls().into_iter().chain(around.metadata.calls());
    let others: Vec<_> = calls.filter(|call| call.method != "GET").collect();
    assert!(others.is_empty(), "{others:?}");
    assert_eq!(around.aws.count("s3:PutObject"), 0);
    assert_eq!(around.aws.object(BUCKET, STATE), None);
    for told in [&output.stdout, &output.stderr] {
        let told = String::from_utf8_lossy(told);
        let secrets = [API_KEY, TOKEN, OWN_SECRET, ASSUMED_SECRET, ASSUMED_TOKEN];
        assert!(!secrets.iter().any(|secret| told.contains(secret)), "a secret was told");
    }
    output
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("standard output is JSON")
}

/// Steps with this outcome.
fn steps<'a>(answer: &'a Value, outcome: &str) -> Vec<&'a str> {
    let steps = answer["steps"].as_array().unwrap().iter();
    let found = steps.filter(|step| step["outcome"] == outcome);
    found.map(|step| step["step"].as_str().unwrap()).collect()
}

fn step<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let mut steps = answer["steps"].as_array().unwrap().iter();
    steps.find(|step| step["step"] == name).expect("the step is there")
}

#[tokio::test]
async fn a11_every_step_passes_where_nothing_is_wrong() {
    let around = neighbourhood().await;
    let output = run(&around, &["--json"]).await;
    assert_eq!(output.status.code(), Some(0));
    let answer = json_of(&output);
    let all = ["credentials", "GetCallerIdentity"].into_iter().chain(GLUE).chain(TARGETS);
    assert_eq!(steps(&answer, "passed"), all.collect::<Vec<_>>());
    assert_eq!((&answer["connection"], &answer["failed"]), (&json!(CONNECTION), &json!(0)));
    let caller = step(&answer, "GetCallerIdentity")["found"].as_str().unwrap();
    assert!(caller.starts_with("arn:aws:sts::222233334444:assumed-role/glue-reader/"), "{caller}");
    assert!(step(&answer, "credentials")["found"].as_str().unwrap().contains(ROLE));
    for action in GLUE {
        assert_eq!(around.glue.count(action), 1, "{action} is asked for once");
    }
}

#[tokio::test]
async fn a11_a_right_that_is_missing_fails_its_step_alone_and_is_named() {
    let around = neighbourhood().await;
    for action in GLUE {
        let hang_on_it: &[&str] = match action {
            "ListWorkflows" => &["GetWorkflow", "GetWorkflowRuns"],
            "GetJobs" => &["GetJobRuns", "GetTags"],
            "GetDatabases" => &["GetTables"],
            _ => &[],
        };
        around.glue.deny(action);
        let output = run(&around, &["--json"]).await;
        around.glue.allow(action);
        assert_eq!(output.status.code(), Some(1), "{action}");
        let answer = json_of(&output);
        assert_eq!(steps(&answer, "failed"), [action], "{answer}");
        assert_eq!(steps(&answer, "skipped"), hang_on_it, "{action}");
        assert_eq!(step(&answer, action)["missing"], format!("glue:{action}"));
        let passed = steps(&answer, "passed");
        assert!(TARGETS.iter().all(|target| passed.contains(target)), "{action}: {passed:?}");
        let all = 2 + GLUE.len() + TARGETS.len();
        assert_eq!(passed.len() + hang_on_it.len() + 1, all, "{action}: {passed:?}");
    }
}

#[tokio::test]
async fn a11_a_role_that_cannot_be_assumed_fails_the_credentials_with_what_to_check() {
    let around = neighbourhood().await;
    around.aws.add_role(ROLE, Some("another-external-id"));
    let output = run(&around, &["--json"]).await;
    assert_eq!(output.status.code(), Some(1));
    let answer = json_of(&output);
    assert_eq!(steps(&answer, "failed"), ["credentials"]);
    assert_eq!(steps(&answer, "skipped"), ["GetCallerIdentity", "Glue"]);
    assert_eq!(steps(&answer, "passed"), TARGETS);
    let reason = step(&answer, "credentials")["reason"].as_str().unwrap();
    for told in [ROLE, "trust policy", "external id", "sts:AssumeRole"] {
        assert!(reason.contains(told), "{told} is not told: {reason}");
    }
    assert!(around.glue.asked().is_empty());
}

#[tokio::test]
async fn a11_a_target_that_cannot_be_used_fails_its_step_alone() {
    let around = neighbourhood().await;
    around.assets.journal().fail_next(10, 403);
    let answer = json_of(&run(&around, &["--json"]).await);
    assert_eq!(steps(&answer, "failed"), [TARGETS[0]], "{answer}");
    assert!(steps(&answer, "skipped").is_empty());
}

#[tokio::test]
async fn a11_where_it_is_open_which_connection_counts_nobody_is_said_to_have_failed_for_it() {
    let around = neighbourhood().await;
    around.metadata.journal().fail_next(10, 401);
    let answer = json_of(&run(&around, &["--json"]).await);
    assert_eq!(steps(&answer, "failed"), ["stored connection", TARGETS[1]], "{answer}");
    assert_eq!(steps(&answer, "skipped"), ["credentials", "GetCallerIdentity", "Glue"]);
    assert_eq!(steps(&answer, "passed"), [TARGETS[0]]);
    assert_eq!(around.aws.count("sts:AssumeRole"), 0);
}

#[tokio::test]
async fn a11_people_read_what_is_missing_and_what_to_do() {
    let around = neighbourhood().await;
    around.glue.deny("GetJobRuns");
    let text = text_of(&run(&around, &[]).await);
    assert!(text.contains("FAIL GetJobRuns: not allowed to glue:GetJobRuns"), "{text}");
    assert!(text.contains("do: allow glue:GetJobRuns"), "{text}");
    assert!(text.contains("14 steps: 1 failed"), "{text}");
}

#[tokio::test]
async fn the_least_that_the_role_needs_is_printed_for_its_own_account() {
    let around = neighbourhood().await;
    let printed = json_of(&run(&around, &["--policy"]).await);
    let scope = serde_json::from_value(json!({ "owner": { "tag": "team" } })).unwrap();
    let place = Place::of(REGION, ACCOUNT);
    assert_eq!(printed, ingestion::least_privilege::policy(&place, &scope));
    let tables = printed["Statement"][0]["Resource"][2].as_str().unwrap();
    assert_eq!(tables, "arn:aws:glue:eu-central-1:222233334444:table/*/*");
    assert!(around.glue.asked().is_empty(), "nothing of Glue has to be allowed for that");
}
