//! What the operator is told about a deployment that is not as it should be.

use std::collections::BTreeMap;

use clients::aws::AwsError;
use clients::cursor::Cursor;
use clients::fake::{FakeSecrets, Fault};
use clients::functions::{Environment, Function, Functions, Trigger};
use clients::iam::IamError;
use clients::queue::QueueError;
use clients::queue_state::{QueueState, QueueStates};
use clients::rights::{Right, Rights};
use clients::schedules::{Schedule, Schedules};
use dmm_aws::doctor::{Check, Verdict, deployment, reach, rights, values};
use domain::consent::{Consent, RoleTag};
use domain::server::Home;
use lambda::settings::Settings;

use crate::world::{CHURN, World};

const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:dmm-events.fifo";
const WAY: &str = "arn:aws:iam::222222222222:role/dmm-integration/dmm-consumer-account";
const DEAD: &str = "arn:aws:sqs:eu-west-1:123456789012:dmm-events-dead.fifo";

/// A deployment of which each part can be broken.
struct Deployed {
    functions: BTreeMap<String, Function>,
    triggers: Vec<Trigger>,
    schedules: BTreeMap<String, Schedule>,
    queue: QueueState,
    denied: Vec<(&'static str, &'static str)>,
    /// Prefixes that a function may list; one that is not here may list all.
    listable: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Deployed {
    fn new() -> Self {
        let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:123456789012:function:{name}");
        let names = deployment::FUNCTIONS.map(|name| format!("dmm-{name}"));
        let function = |name: &String| Function {
            name: name.clone(),
            arn: arn(name),
            environment: Environment::Known(variables(&[]).into_iter().collect()),
            role: format!("arn:aws:iam::123456789012:role/{name}"),
            state: "Active".to_owned(),
            last_update: "Successful".to_owned(),
            timeout_seconds: 60,
        };
        let schedule = |name: &String| Schedule {
            expression: "rate(1 minute)".to_owned(),
            is_enabled: true,
            targets: vec![arn(name)],
        };
        Self {
            functions: names.iter().map(|name| (name.clone(), function(name))).collect(),
            triggers: vec![Trigger {
                source: QUEUE.to_owned(),
                state: "Enabled".to_owned(),
                reports_failures_one_by_one: true,
            }],
            schedules: names.iter().map(|name| (name.clone(), schedule(name))).collect(),
            queue: QueueState {
                arn: QUEUE.to_owned(),
                is_fifo: true,
                hidden_seconds: 360,
                sets_aside: Some((DEAD.to_owned(), 5)),
                messages: 0,
            },
            denied: Vec::new(),
            listable: BTreeMap::new(),
        }
    }

    /// A function has this setting.
    #[expect(clippy::panic, reason = "a test that meets the unexpected is to fail where it stands")]
    fn set(&mut self, function: &str, name: &str, value: &str) {
        let function = self.functions.get_mut(function).unwrap();
        let Environment::Known(environment) = &mut function.environment else { panic!("hidden") };
        environment.insert(name.to_owned(), value.to_owned());
    }

    /// Whether the role's right to list covers this prefix.
    fn may_list(&self, role: &str, prefix: &str) -> bool {
        let covers = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(beginning) => prefix.starts_with(beginning),
            None => prefix == *pattern,
        };
        let mut limits = self.listable.iter().filter(|(name, _)| role.ends_with(**name));
        limits.all(|(_, patterns)| patterns.iter().any(covers))
    }

    async fn checks(&self) -> Vec<Check> {
        let (mut checks, found) = deployment::functions(self, "dmm", &settings(&[])).await;
        let (queues, state) = reach::queues(self, "the queue").await;
        checks.extend(queues);
        let writer = found.iter().find(|function| function.name == "dmm-manage_iam_policies");
        if let (Some(writer), Some(state)) = (writer, &state) {
            checks.extend(deployment::trigger(self, writer, state).await);
        }
        checks.extend(deployment::schedules(self, "dmm", &found).await);
        checks.extend(rights::check(self, "dmm", &found, &places()).await);
        checks
    }

    /// Of the checks, those that fail.
    async fn failing(&self) -> Vec<String> {
        failing(self.checks().await)
    }
}

impl Functions for Deployed {
    async fn function(&self, name: &str) -> Result<Option<Function>, AwsError> {
        Ok(self.functions.get(name).cloned())
    }

    async fn triggers(&self, _: &str) -> Result<Vec<Trigger>, AwsError> {
        Ok(self.triggers.clone())
    }
}

impl Schedules for Deployed {
    async fn schedule(&self, name: &str) -> Result<Option<Schedule>, AwsError> {
        Ok(self.schedules.get(name).cloned())
    }
}

impl QueueStates for Deployed {
    async fn state(&self, _: &str) -> Result<QueueState, QueueError> {
        Ok(self.queue.clone())
    }
}

impl Rights for Deployed {
    async fn allows(&self, role: &str, right: &Right) -> Result<bool, IamError> {
        let writes = right.action == "iam:PutRolePolicy";
        let consented = right.context == [("iam:ResourceTag/data".to_owned(), "yes".to_owned())];
        let denied =
            |(name, action): &(&str, &str)| role.ends_with(name) && right.action == *action;
        let prefix = right.context.iter().find(|(key, _)| key == "s3:prefix");
        // IAM is asked about the very request that S3 makes of a missing key, or it is asked nothing.
        assert_eq!(prefix.is_some(), right.action == "s3:ListBucket", "{right:?}");
        let lists = prefix.is_none_or(|(_, prefix)| self.may_list(role, prefix));
        Ok(!self.denied.iter().any(denied) && (!writes || consented) && lists)
    }
}

fn places() -> rights::Places {
    let tag = RoleTag { key: "data".to_owned(), value: "yes".to_owned() };
    rights::Places {
        partition: "aws".to_owned(),
        bucket: "bucket".to_owned(),
        grants_prefix: "grants/".to_owned(),
        reports_prefix: "reports/".to_owned(),
        cursor: "poll_feed/last_event_id".to_owned(),
        queue_arn: QUEUE.to_owned(),
        role_arn: Some(CHURN.to_owned()),
        ways: vec![WAY.to_owned()],
        consent: Consent { tag: Some(tag), boundary: None },
    }
}

fn variables(extra: &[(&str, &str)]) -> Vec<(String, String)> {
    let contract = [
        ("DMM_BASE_URL", "https://api.example.com"),
        ("DMM_API_KEY_SECRET_NAME", "dmm_api_key"),
        ("BUCKET_NAME", "bucket"),
        ("SQS_QUEUE_URL", "https://sqs.example.com/1/dmm-events.fifo"),
        ("CONSUMER_ROLE_ARNS", "arn:aws:iam::123456789012:role/data-products/*"),
    ];
    let all = contract.iter().chain(extra);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn settings(extra: &[(&str, &str)]) -> Settings {
    Settings::from_variables(variables(extra))
}

fn failing(checks: Vec<Check>) -> Vec<String> {
    let failed = checks.into_iter().filter(|check| check.verdict == Verdict::Fail);
    failed
        .map(|check| {
            assert!(check.advice.is_some_and(|advice| advice.len() > 5), "{}", check.what);
            check.what
        })
        .collect()
}

#[test]
fn each_setting_is_checked_by_itself_and_says_how_to_give_it() {
    assert_eq!(failing(values::check(&settings(&[]))), Vec::<String>::new());
    let wrong = [
        ("BUCKET_NAME", ""),
        ("CONSUMER_ROLE_ARNS", "everything"),
        ("MODE", "perhaps"),
        ("REVOKE_LIMIT", "few"),
    ];
    let checks = values::check(&settings(&wrong));
    let advice = checks.iter().find(|check| check.what == "setting BUCKET_NAME").unwrap();
    assert!(advice.advice.clone().unwrap().contains("--bucket"), "{advice:?}");
    let expected: Vec<String> =
        ["BUCKET_NAME", "CONSUMER_ROLE_ARNS", "REVOKE_LIMIT", "MODE"].map(named).to_vec();
    assert_eq!(failing(checks), expected);
}

fn named(name: &str) -> String {
    format!("setting {name}")
}

#[tokio::test]
async fn a_deployment_as_it_should_be_passes_every_check() {
    let checks = Deployed::new().checks().await;
    let not_passed: Vec<&Check> =
        checks.iter().filter(|check| check.verdict != Verdict::Pass).collect();
    assert!(not_passed.is_empty(), "{not_passed:?}");
    assert!(checks.len() > 30, "{}", checks.len());
}

#[tokio::test]
async fn a_function_that_is_missing_broken_or_set_otherwise_is_named() {
    let mut deployed = Deployed::new();
    deployed.functions.remove("dmm-reconcile");
    let poller = deployed.functions.get_mut("dmm-poll_feed").unwrap();
    poller.last_update = "Failed".to_owned();
    deployed.set("dmm-manage_iam_policies", "BUCKET_NAME", "another");
    let expected = [
        "function dmm-poll_feed",
        "function dmm-manage_iam_policies: settings",
        "function dmm-reconcile",
    ];
    assert_eq!(deployed.failing().await, expected);
}

#[tokio::test]
async fn what_starts_nothing_is_named() {
    let mut deployed = Deployed::new();
    deployed.triggers[0].state = "Disabled".to_owned();
    deployed.schedules.get_mut("dmm-poll_feed").unwrap().is_enabled = false;
    deployed.schedules.get_mut("dmm-reconcile").unwrap().targets.clear();
    let expected =
        ["trigger of dmm-manage_iam_policies", "schedule dmm-poll_feed", "schedule dmm-reconcile"];
    assert_eq!(deployed.failing().await, expected);
    deployed.triggers.clear();
    deployed.schedules.clear();
    assert_eq!(deployed.failing().await, expected);
}

#[tokio::test]
async fn a_queue_that_loses_order_or_messages_is_named() {
    let mut deployed = Deployed::new();
    deployed.triggers[0].reports_failures_one_by_one = false;
    deployed.queue.is_fifo = false;
    deployed.queue.sets_aside = None;
    deployed.queue.hidden_seconds = 359;
    let expected = [
        "events queue: order",
        "events queue: dead letters",
        "trigger of dmm-manage_iam_policies: single failures",
        "events queue: time to handle a message",
    ];
    assert_eq!(deployed.failing().await, expected);
}

#[tokio::test]
async fn a_right_that_a_function_lacks_is_named_with_what_it_is_on() {
    let mut deployed = Deployed::new();
    deployed.denied = vec![
        ("dmm-poll_feed", "sqs:SendMessage"),
        ("dmm-manage_iam_policies", "iam:DeleteRolePolicy"),
        ("dmm-reconcile", "sts:AssumeRole"),
    ];
    let expected = [
        format!("right of dmm-poll_feed: sqs:SendMessage on {QUEUE}"),
        format!("right of dmm-manage_iam_policies: iam:DeleteRolePolicy on {CHURN}"),
        format!("right of dmm-reconcile: sts:AssumeRole on {WAY}"),
    ];
    let mut failing = deployed.failing().await;
    failing.sort_by_key(|what| !what.contains("poll_feed"));
    assert_eq!(failing, expected);
}

#[tokio::test]
async fn an_object_that_a_function_reads_and_may_not_list_by_its_own_key_is_named() {
    let mut deployed = Deployed::new();
    let grants = || vec!["grants/*"];
    deployed.listable = [
        ("dmm-poll_feed", vec!["poll_feed/"]),
        ("dmm-manage_iam_policies", grants()),
        ("dmm-reconcile", grants()),
    ]
    .into();
    deployed.set("dmm-manage_iam_policies", "CONNECTIONS", "s3://settings/connections.json");
    let lacks = |function: &str, bucket: &str, key: &str| {
        format!("right of {function}: s3:ListBucket on arn:aws:s3:::{bucket} with prefix {key}")
    };
    let mut failing = deployed.failing().await;
    failing.sort();
    let expected = [
        lacks("dmm-manage_iam_policies", "settings", "connections.json"),
        lacks("dmm-poll_feed", "bucket", "poll_feed/last_event_id"),
        lacks("dmm-reconcile", "bucket", "reconcile/round.json"),
    ];
    assert_eq!(failing, expected);
    deployed.set("dmm-reconcile", "CHECKPOINT_OBJECT_NAME", "grants/checkpoint.json");
    let failing = deployed.failing().await;
    assert!(!failing.iter().any(|what| what.contains("dmm-reconcile")), "{failing:?}");
}

#[tokio::test]
async fn settings_that_cannot_be_decrypted_are_not_checked_rather_than_as_given() {
    let mut deployed = Deployed::new();
    let writer = deployed.functions.get_mut("dmm-manage_iam_policies").unwrap();
    writer.environment = Environment::Hidden { why: "AccessDeniedException: no".to_owned() };
    let checks = deployed.checks().await;
    let what = "function dmm-manage_iam_policies: settings";
    let check = checks.iter().find(|check| check.what == what).unwrap();
    assert_eq!(check.verdict, Verdict::NotChecked);
    assert!(check.found.contains("AccessDeniedException") && check.found.contains("kms:Decrypt"));
    assert_eq!(failing(checks), Vec::<String>::new());
}

#[tokio::test]
async fn messages_that_were_set_aside_are_a_failure_with_the_way_back() {
    let check = reach::dead_letters(Ok::<u64, QueueError>(3));
    assert_eq!(check.verdict, Verdict::Fail);
    assert!(check.advice.unwrap().contains("redrive"));
    assert_eq!(reach::dead_letters(Ok::<u64, QueueError>(0)).verdict, Verdict::Pass);
}

/// What is reached, with one call that fails.
async fn reached(fault: Option<(&'static str, Fault)>) -> Vec<Check> {
    let world = World::new();
    let fails = move |call: &str| fault.filter(|(name, _)| call == *name).map(|(_, fault)| fault);
    world.faults.decide(fails);
    let cursor = Cursor::new(world.objects.clone(), "cursor".to_owned());
    let secrets = FakeSecrets::new(world.faults.clone(), "key");
    let assessor = &world.access.assessor;
    let mut checks = vec![reach::secret(&secrets, "dmm_api_key").await];
    checks.extend(reach::catalog(&world.catalog, &cursor).await);
    checks.push(reach::ledger(&world.access.ledger).await);
    checks.extend(reach::roles(&world.iam, &assessor.allowed).await.0);
    checks.push(reach::glue(&world.tables, &assessor.home).await);
    checks
}

#[tokio::test]
async fn each_thing_outside_is_checked_by_itself() {
    assert_eq!(failing(reached(None).await), Vec::<String>::new());
    for (call, what) in [
        ("secretsmanager:GetSecretValue", "API key"),
        ("GET events", "catalog: event feed"),
        ("GET agreements", "catalog: list of agreements"),
        ("s3:GetObject", "place in the feed"),
        ("s3:ListBucket", "grant ledger"),
        ("iam:ListRoles", "IAM: list of roles"),
        ("iam:ListRolePolicies", "IAM: policies of a role"),
        ("glue:GetTable", "Glue"),
    ] {
        assert_eq!(failing(reached(Some((call, Fault::Denied))).await), [what], "{call}");
    }
}

#[tokio::test]
async fn what_cannot_be_tried_without_harm_is_said_not_to_be_checked() {
    let checks = reached(None).await;
    let open = checks.iter().filter(|check| check.verdict == Verdict::NotChecked);
    let open: Vec<&str> = open.map(|check| check.what.as_str()).collect();
    assert_eq!(open, ["catalog: write agreements"]);
    let home = Home { account: None, ..World::new().access.assessor.home };
    let tables = World::new().tables;
    assert_eq!(reach::glue(&tables, &home).await.verdict, Verdict::NotChecked);
}

#[tokio::test]
async fn roles_that_match_nothing_are_a_failure() {
    let world = World::new();
    let allowed = vec!["arn:aws:iam::123456789012:role/none/*".parse().unwrap()];
    let allowed = domain::role::RoleScope::new(allowed, Vec::new());
    let (checks, role) = reach::roles(&world.iam, &allowed).await;
    assert_eq!((failing(checks), role), (vec!["IAM: roles of consumers".to_owned()], None));
}
