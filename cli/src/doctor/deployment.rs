//! What is deployed: functions, what starts them, and whether they agree with each other.

use clients::functions::{Environment, Function, Functions};
use clients::queue_state::QueueState;
use clients::schedules::Schedules;
use lambda::settings::Settings;

use crate::doctor::Check;

/// Names of the functions behind the deployment's prefix.
pub const FUNCTIONS: [&str; 3] = ["poll_feed", "manage_iam_policies", "reconcile"];
/// Deployed only where there is a configuration of what to publish.
const OPTIONAL: &str = "ingest_glue";
/// Those that a schedule starts.
const SCHEDULED: [&str; 3] = ["poll_feed", "reconcile", OPTIONAL];
/// Settings that mean one thing wherever they are.
const SHARED: [&str; 9] = [
    "BUCKET_NAME",
    "CONSUMER_ROLE_ARNS",
    "CONSUMER_ROLE_FIELD",
    "DMM_API_KEY_SECRET_NAME",
    "DMM_BASE_URL",
    "GRANTS_PREFIX",
    "OWN_ROLE_ARNS",
    "RESOURCE_ARNS",
    "SQS_QUEUE_URL",
];
/// A message stays hidden for so many times the time that its function may take.
const HIDDEN_TIMES: u32 = 6;

/// Each function. Returns those that are there.
pub async fn functions(
    functions: &impl Functions,
    prefix: &str,
    settings: &Settings,
) -> (Vec<Check>, Vec<Function>) {
    let (mut checks, mut found) = (Vec::new(), Vec::new());
    for name in FUNCTIONS.into_iter().chain([OPTIONAL]) {
        let full = format!("{prefix}-{name}");
        let what = format!("function {full}");
        let advice = "deploy, name the prefix with --name-prefix, or look at AWS_REGION and \
                      AWS_PROFILE; lambda:GetFunctionConfiguration is needed";
        match functions.function(&full).await {
            Ok(Some(function)) => {
                checks.push(state(&what, &function));
                checks.push(agreement(&what, &function, settings));
                found.push(function);
            }
            Ok(None) if name == OPTIONAL => {}
            Ok(None) => checks.push(Check::fail(what, "it does not exist", advice)),
            Err(error) => checks.push(Check::fail(what, super::in_words(&error), advice)),
        }
    }
    (checks, found)
}

fn state(what: &str, function: &Function) -> Check {
    let Function { state, last_update, timeout_seconds, .. } = function;
    // Emulators and functions of long ago say nothing.
    let is_ready = ["Active", "Inactive", ""].contains(&state.as_str());
    let is_ready = is_ready && ["Successful", ""].contains(&last_update.as_str());
    let found = format!("state {state}, last update {last_update}, {timeout_seconds} s to run");
    Check::that(what, is_ready, found, "look at the function in the console, and deploy again")
}

/// What a function has set otherwise than what this program was given.
fn agreement(what: &str, function: &Function, settings: &Settings) -> Check {
    let what = format!("{what}: settings");
    if let Environment::Hidden { why } = &function.environment {
        let why = format!("they cannot be decrypted ({why}); needs kms:Decrypt with their key");
        return Check::not_checked(what, why);
    }
    let differs = |name: &&&str| {
        let theirs = function.environment.get(name).map(str::trim);
        let ours = settings.text(name);
        theirs.is_some_and(|theirs| !theirs.is_empty() && ours != Some(theirs))
    };
    let other: Vec<&str> = SHARED.iter().filter(differs).copied().collect();
    let mode = function.environment.get("MODE").unwrap_or_default();
    let mode = if mode.is_empty() { String::new() } else { format!("; MODE is {mode}") };
    Check::that(
        &what,
        other.is_empty(),
        if other.is_empty() {
            format!("the same as given here{mode}")
        } else {
            format!("other than given here: {}{mode}", other.join(", "))
        },
        "give the same with --function, or deploy again: functions that disagree undo each \
         other's work",
    )
}

/// What hands messages to the function that writes.
pub async fn trigger(
    functions: &impl Functions,
    writer: &Function,
    queue: &QueueState,
) -> Vec<Check> {
    let what = format!("trigger of {}", writer.name);
    let advice =
        "enable the trigger, or deploy again: no agreement is granted or revoked meanwhile";
    let found = functions.triggers(&writer.name).await;
    let told = |found: &Vec<_>| format!("{} triggers", found.len());
    let (listed, found) = Check::call(&what, found, told, "allow lambda:ListEventSourceMappings");
    let Some(found) = found else { return vec![listed] };
    let here = found.iter().find(|trigger| trigger.source == queue.arn);
    let needed = HIDDEN_TIMES * writer.timeout_seconds;
    let hidden = Check::that(
        "events queue: time to handle a message",
        queue.hidden_seconds >= needed,
        format!("{} s hidden, {needed} s needed", queue.hidden_seconds),
        "deploy again: a message that comes again while it is handled is handled twice",
    );
    let Some(trigger) = here else {
        return vec![Check::fail(what, "the events queue starts nothing", advice), hidden];
    };
    let state = Check::that(
        &what,
        trigger.state == "Enabled",
        format!("{} on {}", trigger.state, trigger.source),
        advice,
    );
    let single = Check::that(
        &format!("{what}: single failures"),
        trigger.reports_failures_one_by_one,
        format!("ReportBatchItemFailures: {}", trigger.reports_failures_one_by_one),
        "deploy again: without it a failing message is lost or repeats its whole batch",
    );
    vec![state, single, hidden]
}

/// What starts the functions that nobody calls.
pub async fn schedules(
    schedules: &impl Schedules,
    prefix: &str,
    functions: &[Function],
) -> Vec<Check> {
    let mut checks = Vec::new();
    for name in SCHEDULED {
        let full = format!("{prefix}-{name}");
        if name == OPTIONAL && !functions.iter().any(|function| function.name == full) {
            continue;
        }
        let what = format!("schedule {full}");
        let found = schedules.schedule(&full).await;
        let advice = "enable the rule in EventBridge, or deploy with schedule_enabled = true";
        let schedule = match found {
            Ok(Some(schedule)) => schedule,
            Ok(None) => {
                checks.push(Check::fail(what, "it does not exist", "deploy again"));
                continue;
            }
            Err(error) => {
                let allow = "allow events:DescribeRule and events:ListTargetsByRule";
                checks.push(Check::fail(what, super::in_words(&error), allow));
                continue;
            }
        };
        let on = if schedule.is_enabled { "enabled" } else { "disabled" };
        let function = functions.iter().find(|function| function.name == full);
        let starts = function.is_none_or(|function| schedule.targets.contains(&function.arn));
        let found = if starts {
            format!("{}, {on}", schedule.expression)
        } else {
            format!("{}, {on}, and it starts something else than the function", schedule.expression)
        };
        checks.push(Check::that(&what, schedule.is_enabled && starts, found, advice));
    }
    checks
}
