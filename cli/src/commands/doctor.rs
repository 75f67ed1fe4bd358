//! `doctor`: what is not as it should be, and what to do about it.

use clients::cursor::Cursor;
use clients::dead_letters::{DeadLetters as _, SqsDeadLetters};
use clients::functions::LambdaFunctions;
use clients::iam::Iam;
use clients::queue_state::QueueState;
use clients::schedules::EventBridge;
use clients::secrets::SecretsManager;
use clients::tables::Glue;
use lambda::settings::Settings;
use serde::Serialize;
use setup::{Assessment, ConnectedIam};

use crate::Ended;
use crate::arguments::Doctor;
use crate::connect::Connected;
use crate::doctor::rights::Places;
use crate::doctor::{Check, Verdict, accounts, deployment, reach, rights, values};
use crate::screen::{DOUBT, GIVEN, TAKEN, progress, say, say_json, styled};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    checks: &'a [Check],
    failed: usize,
    not_checked: usize,
}

pub(crate) async fn run(asked: &Doctor, connected: &Connected<'_>) -> anyhow::Result<Ended> {
    let bar = progress("checks made:");
    let mut checks = values::check(connected.settings());
    checks.extend(catalog(connected).await);
    bar.inc(1);
    let (queues, queue) = queues(connected).await;
    checks.extend(queues);
    bar.inc(1);
    checks.extend(deployed(asked, connected, queue).await);
    bar.finish_and_clear();
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    let (failed, not_checked) = (count(Verdict::Fail), count(Verdict::NotChecked));
    if asked.form.json {
        say_json(&Answer { checks: &checks, failed, not_checked })?;
    } else {
        checks.iter().map(in_words).try_for_each(|line| say(&line))?;
        say(&format!("{} checks: {failed} failed, {not_checked} not made", checks.len()))?;
    }
    Ok(if failed == 0 { Ended::Well } else { Ended::Badly })
}

fn optional(settings: &mut Settings, name: &str, default: &str) -> Option<String> {
    settings.optional(name, default.to_owned())
}

/// Secret, catalog, ledger. What needs a setting that is missing has failed with that already.
async fn catalog(connected: &Connected<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    let objects = connected.read(|settings| {
        let bucket: Option<String> = settings.required("BUCKET_NAME");
        bucket.zip(optional(settings, "LAST_EVENT_ID_OBJECT_NAME", "poll_feed/last_event_id"))
    });
    if let Ok(connection) = connected.read(setup::catalog) {
        let secrets = SecretsManager::new(aws_sdk_secretsmanager::Client::new(connected.aws));
        checks.push(reach::secret(&secrets, &connection.secret_name).await);
        if let (Ok(catalog), Ok((bucket, object))) = (connection.open(connected.aws), &objects) {
            let cursor = Cursor::new(connected.objects(bucket.clone()), object.clone());
            checks.extend(reach::catalog(&catalog, &cursor).await);
        }
    }
    if let Ok(ledger) = connected.ledger() {
        checks.push(reach::ledger(&ledger).await);
    }
    checks
}

async fn queues(connected: &Connected<'_>) -> (Vec<Check>, Option<QueueState>) {
    let Ok(url) = connected.read(crate::connect::queue_url) else { return (Vec::new(), None) };
    let sqs = connected.sqs();
    let (mut checks, state) = reach::queues(&sqs, &url).await;
    if state.as_ref().is_some_and(|state| state.sets_aside.is_some()) {
        let count = match SqsDeadLetters::of(sqs, &url).await {
            Ok(letters) => letters.count().await,
            Err(error) => Err(error),
        };
        checks.push(reach::dead_letters(count));
    }
    (checks, state)
}

/// Roles, tables, functions, what starts them, and what they may do.
async fn deployed(
    asked: &Doctor,
    connected: &Connected<'_>,
    queue: Option<QueueState>,
) -> Vec<Check> {
    let iam = Iam::patient(connected.aws);
    let (mut checks, mut role, mut assessed) = (Vec::new(), None, None);
    if let Ok(assessment) = connected.read(Assessment::read) {
        let (others, connected_too) = accounts(connected, assessment).await;
        checks.extend(others);
        assessed = connected_too;
    }
    if let Some(assessment) = &assessed {
        let (roles, found) = reach::roles(&iam, &assessment.allowed).await;
        checks.extend(roles);
        role = found;
        let glue = Glue::new(aws_sdk_glue::Client::new(connected.aws));
        checks.push(reach::glue(&glue, &assessment.home).await);
    }
    let lambda = LambdaFunctions::new(connected.aws);
    let prefix = &asked.name_prefix;
    let (found, functions) = deployment::functions(&lambda, prefix, connected.settings()).await;
    checks.extend(found);
    let is_writer = |name: &str| name.ends_with("manage_iam_policies");
    let writer = functions.iter().find(|function| is_writer(&function.name));
    if let (Some(writer), Some(queue)) = (writer, &queue) {
        checks.extend(deployment::trigger(&lambda, writer, queue).await);
    }
    let events = EventBridge::new(connected.aws);
    checks.extend(deployment::schedules(&events, prefix, &functions).await);
    let role = role.map(|role| role.to_string());
    if uses_custom_iam() {
        let why = "AWS_ENDPOINT_URL is set, and only IAM itself judges rights as IAM does";
        checks.push(Check::not_checked("rights of the functions", why));
    } else if let Some(places) = places(connected, assessed.as_ref(), queue, role) {
        checks.extend(rights::check(&iam, prefix, &functions, &places).await);
    }
    checks
}

/// Other accounts, and the settings with what follows from them.
async fn accounts(
    connected: &Connected<'_>,
    assessment: Assessment,
) -> (Vec<Check>, Option<Assessment>) {
    let advice = "correct CONNECTIONS: a map from account id to connection, as text or in S3";
    let opened = assessment.connect(connected.aws, Iam::patient).await;
    let told = |opened: &(Assessment, ConnectedIam)| {
        format!("{} other accounts", opened.0.allowed.reach().connected().len())
    };
    let (read, opened) = Check::call("connections", opened, told, advice);
    let Some((assessment, iam)) = opened else { return (vec![read], None) };
    let mut checks = vec![read];
    checks.extend(accounts::check(iam.doors(), &assessment.allowed).await);
    (checks, Some(assessment))
}

fn uses_custom_iam() -> bool {
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IAM"].iter().any(|name| std::env::var_os(name).is_some())
}

fn places(
    connected: &Connected<'_>,
    assessment: Option<&Assessment>,
    queue: Option<QueueState>,
    role_arn: Option<String>,
) -> Option<Places> {
    let (assessment, queue) = (assessment?, queue?);
    let read = connected.read(|settings| {
        let bucket: Option<String> = settings.required("BUCKET_NAME");
        let cursor = optional(settings, "LAST_EVENT_ID_OBJECT_NAME", "poll_feed/last_event_id");
        let grants_prefix = setup::grants_prefix(settings);
        let reports_prefix = optional(settings, "REPORTS_PREFIX", "reports/");
        Some((bucket?, cursor?, grants_prefix?, reports_prefix?))
    });
    let (bucket, cursor, grants_prefix, reports_prefix) = read.ok()?;
    Some(Places {
        partition: assessment.home.partition.to_string(),
        bucket,
        grants_prefix,
        reports_prefix,
        cursor,
        queue_arn: queue.arn,
        role_arn,
        ways: assessment.allowed.ways().iter().map(ToString::to_string).collect(),
        consent: assessment.consent.clone(),
    })
}

fn in_words(check: &Check) -> String {
    let (word, style) = match check.verdict {
        Verdict::Pass => ("ok  ", GIVEN),
        Verdict::Fail => ("FAIL", TAKEN),
        Verdict::NotChecked => ("?   ", DOUBT),
    };
    let line = format!("{} {}: {}", styled(style, word), check.what, check.found);
    match &check.advice {
        Some(advice) => format!("{line}\n     do: {advice}"),
        None => line,
    }
}
