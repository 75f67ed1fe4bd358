//! What whoever runs `./cicd.sh` has in the environment is for the deployment, and for no test.

use crate::cicd;

/// What an operator has exported who is about to deploy.
const EXPORTED: [(&str, &str); 9] = [
    ("TF_VAR_dmm_api_key", "not-a-real-key"),
    ("TF_VAR_mode", "report"),
    ("TF_CLI_ARGS_plan", "-var=mode=report"),
    ("TF_TOKEN_app_terraform_io", "not-a-real-token"),
    ("AWS_ACCESS_KEY_ID", "not-a-real-id"),
    ("AWS_SECRET_ACCESS_KEY", "not-a-real-secret"),
    ("AWS_SESSION_TOKEN", "not-a-real-token"),
    ("AWS_PROFILE", "production"),
    ("DMM_API_KEY", "not-a-real-key"),
];

/// Instead of the first stage, what a stage would see, and the end of the tests. Nothing is installed for that.
const SHOW_AND_END: &str = "
    stage() { env | sed 's/^/stage: /'; exit 0; }
    report_stages() { :; }
    without_terraform() { :; }";

/// Everything of a deployment but its tests, which say only what they see.
const NOTHING_IS_DEPLOYED: &str = "
    require() { :; }
    require_committed() { :; }
    require_variables() { :; }
    build() { :; }
    make_artefacts() { :; }
    enter_account() { :; }
    in_account() { env | sed 's/^/deployment: /'; }";

#[test]
fn tests_run_without_a_variable_credential_or_key_of_the_caller() {
    let said = cicd::run(&format!("{SHOW_AND_END}\nrun_test"), &EXPORTED);
    assert!(said.contains("stage: PATH="), "{said}");
    assert_eq!(seen("stage", &said), [] as [&str; 0]);
    assert!(said.contains("stage: AWS_SHARED_CREDENTIALS_FILE=/dev/null"), "{said}");
}

#[test]
fn a_local_run_sees_nothing_that_the_caller_has_exported() {
    let nothing = "require() { :; }\nprovider_is_available() { :; }\nmake_venv() { :; }";
    let show = "build_programs() { env | sed 's/^/local: /'; }";
    let said = cicd::run(&format!("{nothing}\n{show}\nprepare_local"), &EXPORTED);
    assert!(said.contains("local: PATH="), "{said}");
    assert_eq!(seen("local", &said), [] as [&str; 0]);
}

#[test]
fn a_deployment_after_its_tests_has_the_callers_variables_again() {
    let said =
        cicd::run(&format!("{SHOW_AND_END}\n{NOTHING_IS_DEPLOYED}\ndeploy v1.2.3"), &EXPORTED);
    assert!(said.contains("stage: PATH="), "{said}");
    assert_eq!(seen("stage", &said), [] as [&str; 0]);
    assert_eq!(seen("deployment", &said), EXPORTED.map(|(name, _)| name));
}

/// The exported variables that one part has seen with their value.
fn seen(part: &str, said: &str) -> Vec<&'static str> {
    let is_there = |(name, value): &(&str, &str)| {
        said.lines().any(|line| line == format!("{part}: {name}={value}"))
    };
    EXPORTED.iter().copied().filter(is_there).map(|(name, _)| name).collect()
}
