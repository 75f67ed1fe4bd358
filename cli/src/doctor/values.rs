//! Each setting: is it there, and can it be used.

use access::Mode;
use lambda::settings::Settings;
use survey::Comparison;

use crate::doctor::Check;
use crate::settings::SETTINGS;

/// One check for each setting.
pub fn check(settings: &Settings) -> Vec<Check> {
    let problems = problems(settings);
    SETTINGS.iter().map(|setting| one(settings, setting.name, setting.flag, &problems)).collect()
}

fn one(settings: &Settings, name: &str, flag: &str, problems: &[String]) -> Check {
    let what = format!("setting {name}");
    let about = |problem: &&String| {
        let rest = problem.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(':') || rest == " is missing")
    };
    if let Some(problem) = problems.iter().find(about) {
        let advice = format!(
            "give it as --{flag} or as environment variable {name}, or name the function that has \
             it with --function; a deployed function gets it from Terraform"
        );
        return Check::fail(what, problem.clone(), &advice);
    }
    let found = if settings.is_set(name) { "set, and of the right form" } else { "not set" };
    Check::pass(what, found)
}

/// Reads every setting as the functions do.
fn problems(settings: &Settings) -> Vec<String> {
    let mut settings = settings.clone();
    let catalog = setup::catalog(&mut settings);
    let bucket: Option<String> = settings.required("BUCKET_NAME");
    let prefix = setup::grants_prefix(&mut settings);
    let queue: Option<String> = settings.required("SQS_QUEUE_URL");
    let comparison = Comparison::read(&mut settings);
    let mode = settings.optional("MODE", Mode::Apply);
    let all = catalog.is_some()
        && bucket.is_some()
        && prefix.is_some()
        && queue.is_some()
        && comparison.is_some()
        && mode.is_some();
    match settings.finish(all.then_some(())) {
        Ok(()) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    }
}
