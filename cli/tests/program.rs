//! What a shell sees of the program.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

use std::process::{Command, Output};

/// Runs the program without anything of this machine's AWS configuration.
fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmm-aws"));
    let nothing = [("AWS_CONFIG_FILE", "/dev/null"), ("AWS_EC2_METADATA_DISABLED", "true")];
    command.args(arguments).env_clear().envs(nothing).envs(environment.iter().copied());
    command.output().unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_tells_the_exit_codes() {
    let output = run(&["--help"], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("exit codes"));
}

#[test]
fn a_wrong_call_is_told_apart_from_grants_in_force() {
    for arguments in [&[][..], &["grants"], &["revoke-all", "--bucket", "b"], &["grunts"]] {
        let output = run(arguments, &[("AWS_REGION", "eu-west-1")]);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {}", complaint(&output));
    }
}

#[test]
fn a_missing_region_is_named_with_what_to_do() {
    let output = run(&["grants", "--bucket", "b"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(complaint(&output).contains("AWS_REGION"), "{}", complaint(&output));
}

#[test]
fn a_ledger_that_cannot_be_read_is_an_error_and_never_counts_as_empty() {
    let nowhere = [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_MAX_ATTEMPTS", "1"),
    ];
    let output = run(&["grants", "--bucket", "b"], &nowhere);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        complaint(&output).contains("the grant ledger cannot be read"),
        "{}",
        complaint(&output)
    );
}
