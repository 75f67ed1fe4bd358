//! What a function prints when its code panics. The hook is of the whole process, so a second one, this
//! very test again, does the panicking.

use std::env;
use std::process::Command;

use lambda::settings::Settings;
use lambda::telemetry::Telemetry;

/// Says to the second process that it is the one, and holds what it is to panic about.
const ABOUT: &str = "PANIC_ABOUT";
const SECRET: &str = "not-a-real-key-in-a-panic";

#[test]
fn a_panic_prints_its_place_and_never_what_it_is_about() {
    if let Some(secret) = env::var_os(ABOUT) {
        let level = ("AWS_LAMBDA_LOG_LEVEL".to_owned(), "TRACE".to_owned());
        Telemetry::start("poll_feed", &mut Settings::from_variables([level]));
        panic!("the key is {}", secret.display());
    }
    let name = "a_panic_prints_its_place_and_never_what_it_is_about";
    let mut again = Command::new(env::current_exe().unwrap());
    again.args(["--exact", name, "--nocapture"]).env(ABOUT, SECRET);
    let output = again.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    assert!(!output.status.success() && printed.contains("panics.rs:"), "{printed}");
    assert!(!printed.contains(SECRET), "the message was printed");
}
