//! The commands as a shell sees them, against AWS and a catalog on this machine.

use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Elsewhere, QUEUE_BODY, error_of, json_of, text_of};

mod support;

const COLOUR: char = '\u{1b}';

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_prints_what_would_change_without_colours_and_ends_with_two() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let output = elsewhere.run(&["plan", "--agreement", "a"]);
    assert_eq!(code(&output), Some(2), "{}", error_of(&output));
    let text = text_of(&output);
    assert!(text.contains("+ DMM_DataUsageAgreement_a on arn:aws:iam"), "{text}");
    assert!(!text.contains(COLOUR), "not a terminal, so no colours");
    assert_eq!(error_of(&output), "", "no progress bar and no remark");
}

#[tokio::test(flavor = "multi_thread")]
async fn colours_are_for_who_asks_for_them_and_no_color_wins() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let forced = [("CLICOLOR_FORCE", "1")];
    let output = elsewhere.run_in(&["plan", "--agreement", "a"], &forced);
    assert!(text_of(&output).contains(COLOUR));
    let refused = [("NO_COLOR", "1")];
    let output = elsewhere.run_in(&["plan", "--agreement", "a"], &refused);
    assert!(!text_of(&output).contains(COLOUR));
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_ends_with_nought_where_nothing_would_change() {
    let elsewhere = Elsewhere::with_nothing_agreed().await;
    let output = elsewhere.run(&["plan", "--agreement", "a"]);
    assert_eq!((code(&output), text_of(&output).trim()), (Some(0), "Nothing would change."));
    let output = elsewhere.run(&["plan"]);
    // An empty list of agreements proves nothing, and is said.
    assert_eq!(code(&output), Some(1), "{}", text_of(&output));
    assert!(error_of(&output).contains("list of agreements is empty"), "{}", error_of(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_of_everything_looks_at_every_role() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let output = elsewhere.run(&["plan", "--json"]);
    assert_eq!(code(&output), Some(2), "{}", error_of(&output));
    let plan = json_of(&output);
    assert_eq!(plan["changes"][0]["agreement"], "a");
    assert_eq!(plan["changes"][0]["differences"][0]["kind"], "missing");
    assert_eq!(plan["changes"][0]["policies"][0]["after"]["Version"], "2012-10-17");
    assert_eq!(plan["problems"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_settings_can_be_taken_from_a_deployed_function() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let asked = ["plan", "--agreement", "a", "--json", "--function", "dmm-reconcile"];
    let output = elsewhere.run_without_settings(&asked);
    assert_eq!(code(&output), Some(2), "{}", error_of(&output));
    assert_eq!(json_of(&output)["changes"][0]["agreement"], "a");
    let output = elsewhere.run_without_settings(&["plan", "--function", "dmm-other"]);
    assert_eq!(code(&output), Some(1));
    assert!(error_of(&output).contains("no function \"dmm-other\""), "{}", error_of(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_settings_are_a_wrong_call_that_says_both_ways_to_give_them() {
    let elsewhere = Elsewhere::with_nothing_agreed().await;
    let output = elsewhere.run_without_settings(&["plan"]);
    assert_eq!(code(&output), Some(64));
    let told = error_of(&output);
    for part in ["BUCKET_NAME is missing", "--dmm-base-url", "--function dmm-reconcile"] {
        assert!(told.contains(part), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_asks_nobody_where_nobody_is_and_sends_nothing() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let output = elsewhere.run(&["apply", "--agreement", "a"]);
    assert_eq!(code(&output), Some(64));
    assert!(error_of(&output).contains("--yes"), "{}", error_of(&output));
    assert_eq!(elsewhere.sent().await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_puts_one_message_for_each_agreement_into_the_queue() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let output = elsewhere.run(&["apply", "--yes", "--json"]);
    assert_eq!(code(&output), Some(0), "{}", error_of(&output));
    assert_eq!(json_of(&output)["asked"], 1);
    let sent = elsewhere.sent().await;
    assert_eq!((sent.len(), &sent[0]["MessageGroupId"]), (1, &json!("a")));
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_that_waits_in_vain_says_so_and_ends_with_one() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let wait = ["--wait", "--timeout-seconds", "1", "--pause-seconds", "1"];
    let output = elsewhere.run(&[&["apply", "--yes"], &wait[..]].concat());
    assert_eq!(code(&output), Some(1));
    assert!(error_of(&output).contains("not done after 1 s: a"), "{}", error_of(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_tells_the_way_from_the_agreement_to_the_policy() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let output = elsewhere.run(&["explain", "a"]);
    assert_eq!(code(&output), Some(0), "{}", error_of(&output));
    let text = text_of(&output);
    for part in [
        "consumer data product churn: names role churn",
        "its reserved fields say what lies behind it",
        "read the objects that were agreed",
        "no policy of this agreement",
        "never granted or refused",
        "dead-letter queue",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let explained = json_of(&elsewhere.run(&["explain", "a", "--json"]));
    assert_eq!(explained["wanted"]["kind"], "grant");
    assert_eq!(explained["agreement"]["outputPort"], "s3");
}

#[tokio::test(flavor = "multi_thread")]
async fn report_writes_both_forms_or_prints_json() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("new/report");
    let output = elsewhere.run(&["report", "--out", place.to_str().unwrap()]);
    assert_eq!(code(&output), Some(0), "{}", error_of(&output));
    let written = std::fs::read_to_string(place.join("report.json")).unwrap();
    assert_eq!(report::Report::from_json(&written).unwrap().totals.agreements, 1);
    let page = std::fs::read_to_string(place.join("report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") || page.starts_with("<!doctype html>"));
    let output = elsewhere.run(&["report", "--json"]);
    assert_eq!(json_of(&output)["totals"]["differences"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn feed_shows_the_place_and_moves_it_only_in_the_state_it_was_seen() {
    let elsewhere = Elsewhere::with_nothing_agreed().await;
    let shown = json_of(&elsewhere.run(&["feed", "--show", "--json"]));
    assert_eq!(shown["lastEventId"], "e2");
    let output = elsewhere.run(&["feed", "--from", "e1"]);
    assert_eq!(code(&output), Some(64));
    assert!(error_of(&output).contains("1 events will be read"), "{}", error_of(&output));
    assert_eq!(elsewhere.conditions("PUT").await, Vec::<String>::new());
    let output = elsewhere.run(&["feed", "--from", "e1", "--yes", "--json"]);
    assert_eq!(code(&output), Some(0), "{}", error_of(&output));
    assert_eq!(json_of(&output)["readAgain"]["events"], 1);
    assert_eq!(elsewhere.conditions("PUT").await, ["\"v1\""]);
    let output = elsewhere.run(&["feed", "--from", "beginning", "--yes"]);
    assert_eq!(code(&output), Some(0), "{}", error_of(&output));
    assert_eq!(elsewhere.conditions("DELETE").await, ["\"v1\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn redrive_shows_what_is_there_and_moves_it_where_sqs_cannot() {
    let elsewhere = Elsewhere::with_a_dead_letter().await;
    let output = elsewhere.run(&["redrive", "--show", "--json"]);
    assert_eq!(code(&output), Some(0), "{}", error_of(&output));
    let shown = json_of(&output);
    assert_eq!(shown["rows"][0]["agreement"], "a");
    assert_eq!(shown["rows"][0]["eventType"], "AccessActivatedEvent");
    assert_eq!(elsewhere.sent().await, Vec::<Value>::new());
    let output = elsewhere.run(&["redrive", "--yes", "--json"]);
    assert_eq!(code(&output), Some(0), "{}", error_of(&output));
    assert_eq!(json_of(&output)["moved"], 1);
    let sent = elsewhere.sent().await;
    assert_eq!((sent.len(), &sent[0]["MessageBody"]), (1, &json!(QUEUE_BODY)));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_ends_with_one_and_says_what_to_do_about_each_failure() {
    let elsewhere = Elsewhere::with_a_new_agreement().await;
    let output = elsewhere.run(&["doctor", "--json"]);
    assert_eq!(code(&output), Some(1));
    let found = json_of(&output);
    let checks = found["checks"].as_array().unwrap();
    let verdict = |what: &str| {
        let check = checks.iter().find(|check| check["what"] == what);
        check.unwrap_or_else(|| unreachable!("{what}: {checks:?}"))["verdict"].clone()
    };
    assert_eq!(verdict("API key"), "pass");
    assert_eq!(verdict("setting BUCKET_NAME"), "pass");
    assert_eq!(verdict("function dmm-reconcile"), "pass");
    assert_eq!(verdict("function dmm-poll_feed"), "fail");
    assert_eq!(verdict("rights of the functions"), "notChecked", "this is not AWS");
    let failing = checks.iter().filter(|check| check["verdict"] == "fail");
    assert!(failing.clone().all(|check| check["advice"].is_string()));
    assert_eq!(found["failed"], failing.count());
    assert!(!text_of(&output).contains("the-api-key"), "a secret is never shown");
}

#[test]
fn completions_are_printed_for_every_shell_without_aws() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = support::alone(&["completions", shell]);
        assert_eq!(code(&output), Some(0), "{}", error_of(&output));
        assert!(text_of(&output).contains("redrive"), "{shell}");
    }
}

#[test]
fn every_command_tells_its_settings_and_the_whole_its_exit_codes() {
    for command in ["plan", "apply", "explain", "report", "grants", "feed", "redrive", "doctor"] {
        let help = text_of(&support::alone(&[command, "--help"]));
        assert!(help.contains("--json") && help.contains("DMM_BASE_URL"), "{help}");
    }
    let help = text_of(&support::alone(&["--help"]));
    for part in ["exit codes", "  64  called wrongly", "--function"] {
        assert!(help.contains(part), "{help}");
    }
}
