//! The test of a connection: what each step says. Rows A10 and A11.

use serde_json::json;

use super::world::{ACCOUNT, ROLE, World, connection};
use crate::connection_test::steps;
use crate::opened::Opener;
use crate::steps::{Outcome, Step};
use local_servers::glue::Account;

const NAMES: [&str; 14] = [
    "credentials",
    "GetCallerIdentity",
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
    "target dataMeshManager",
    "target openMetadata glue_db+glue_eu",
];

async fn tested(world: &World) -> Vec<Step> {
    let block = world.block(json!({ "assumeRoleArn": ROLE }));
    let targets = [json!({ "type": "dataMeshManager" }), world.open_metadata(json!({}))];
    let mut connection = connection(Some(block), &targets);
    connection.source_config.owner.tag = Some("team".to_owned());
    let own = world.own();
    let opener = Opener { own: &own, default: None, catalog: || world.catalog() };
    steps(&opener, &connection).await
}

fn outcome<'s>(steps: &'s [Step], name: &str) -> &'s Outcome {
    &steps.iter().find(|step| step.step == name).unwrap().outcome
}

#[tokio::test]
async fn a11_every_step_has_a_name_and_passes_where_everything_is_right() {
    let world = World::sampled().await;
    let steps = tested(&world).await;
    let names: Vec<&str> = steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(names, NAMES);
    assert!(steps.iter().all(|step| matches!(step.outcome, Outcome::Passed { .. })), "{steps:?}");
    let found = Outcome::Passed { found: "nightly_sales with 4 tasks".to_owned() };
    assert_eq!(outcome(&steps, "GetWorkflow"), &found);
}

#[tokio::test]
async fn a11_a_test_makes_nothing_in_any_target() {
    let world = World::sampled().await;
    tested(&world).await;
    let calls = world.metadata.calls().into_iter().chain(world.assets.calls());
    assert!(calls.into_iter().all(|call| call.method == "GET"));
}

#[tokio::test]
async fn a10_each_missing_right_fails_its_own_step_and_is_named() {
    for (step, action, not_tried) in [
        ("ListWorkflows", "glue:ListWorkflows", &["GetWorkflow", "GetWorkflowRuns"][..]),
        ("GetWorkflow", "glue:GetWorkflow", &[]),
        ("GetWorkflowRuns", "glue:GetWorkflowRuns", &[]),
        ("GetJobs", "glue:GetJobs", &["GetJobRuns"]),
        ("GetJobRuns", "glue:GetJobRuns", &[]),
        ("GetTags", "glue:GetTags", &[]),
        ("GetDatabases", "glue:GetDatabases", &["GetTables"]),
        ("GetTables", "glue:GetTables", &[]),
        ("GetTriggers", "glue:GetTriggers", &[]),
        ("GetCrawlers", "glue:GetCrawlers", &[]),
    ] {
        let world = World::sampled().await;
        world.glue.deny(step);
        let steps = tested(&world).await;
        let failed: Vec<&Step> = steps.iter().filter(|step| step.has_failed()).collect();
        assert!(failed.len() == 1 && failed[0].step == step, "{step}: {failed:?}");
        let missing = |outcome: &Outcome| match outcome {
            Outcome::Failed { missing, .. } => *missing,
            Outcome::Passed { .. } | Outcome::Skipped { .. } => None,
        };
        assert_eq!(missing(&failed[0].outcome), Some(action));
        for name in not_tried {
            let reason = "the step before failed".to_owned();
            assert_eq!(outcome(&steps, name), &Outcome::Skipped { reason }, "{step}");
        }
    }
}

#[tokio::test]
async fn a11_without_credentials_nothing_behind_them_is_tried_but_the_targets() {
    let world = World::sampled().await;
    world.refuse_roles().await;
    let steps = tested(&world).await;
    let names: Vec<&str> = steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(names[..3], ["credentials", "GetCallerIdentity", "Glue"]);
    assert_eq!(names[3..], NAMES[12..]);
    assert!(steps[0].has_failed(), "{steps:?}");
    assert!(matches!(&steps[1].outcome, Outcome::Skipped { .. }), "{steps:?}");
    assert!(matches!(&steps[2].outcome, Outcome::Skipped { .. }), "{steps:?}");
    assert!(world.glue.asked().is_empty());
}

#[tokio::test]
async fn a_glue_that_shows_nothing_passes_nothing_vacuously() {
    let world = World::of(Account::empty(ACCOUNT)).await;
    let steps = tested(&world).await;
    for (name, said) in [
        ("GetWorkflow", "no workflow to try it on"),
        ("GetJobRuns", "no job to try it on"),
        ("GetTables", "Lake Formation may hide it"),
    ] {
        let outcome = outcome(&steps, name);
        assert!(matches!(outcome, Outcome::Skipped { reason } if reason.contains(said)), "{name}");
    }
}

#[tokio::test]
async fn c8_the_answer_of_a_test_holds_no_secret() {
    let world = World::sampled().await;
    let told = serde_json::to_string(&tested(&world).await).unwrap();
    assert!(!told.contains("LEAK") && !told.contains("sample.bot.token"), "{told}");
}
