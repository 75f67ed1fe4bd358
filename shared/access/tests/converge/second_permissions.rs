//! A grant that opens nothing until somebody else gives a permission too says so.

use clients::catalog::Step;
use clients::fake::Fault;
use serde_json::{Value, json};

use crate::world::{CHURN, TABLE, WORKGROUP, World};

/// What the catalog shows beside the grant of `acc-42`.
fn note(world: &World) -> Value {
    world.agreement("acc-42")["custom"]["aws-integration-note"].clone()
}

fn reported_note(world: &World) -> Option<String> {
    let mut reports = world.catalog.reports().into_iter();
    let success = reports.rfind(|(_, report)| report.step == Step::Provisioned);
    success.and_then(|(_, report)| report.note)
}

/// A table of account `account` whose folder the port names itself.
fn with_table_of(account: &str) -> World {
    let world = World::new();
    let arn = TABLE.replace("123456789012", account);
    let port = json!({"output-port-type": "glue_table", "aws-glue-table-arn": arn,
                      "aws-athena-workgroup-arn": WORKGROUP,
                      "aws-s3-folder-arn": "arn:aws:s3:::data/sales/orders"});
    world.set_provider(&[("glue", port)]);
    world.agree("acc-42", "glue", true);
    world
}

fn port_in_account(account: &str) -> World {
    let world = World::new();
    let server = json!({"location": "s3://data/sales", "account": account});
    let port = json!({"id": "p", "name": "p", "type": "s3", "server": server});
    world
        .catalog
        .set_product("warmers", &json!({"id": "warmers", "outputPorts": [port]}).to_string());
    world.agree("acc-42", "p", true);
    world
}

#[tokio::test]
async fn owners_of_a_table_that_lake_formation_governs_are_told_what_else_is_needed() {
    for names_its_folder in [true, false] {
        let world = if names_its_folder { with_table_of("123456789012") } else { World::new() };
        world.agree("acc-42", "glue", true);
        world.tables.create_governed(TABLE, "s3://data/sales/orders/");
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert!(world.granted(CHURN, "acc-42").is_some(), "the grant itself is made");
        let told = format!(
            "{TABLE} is governed by Lake Formation: SELECT and DESCRIBE on it must be granted to \
             role {CHURN} there too"
        );
        assert_eq!(note(&world), json!(told));
        assert_eq!(reported_note(&world), Some(told));
    }
}

#[tokio::test]
async fn owners_of_data_in_another_account_are_told_that_its_owner_has_to_allow_it_too() {
    let table = with_table_of("999999999999");
    for world in [table, port_in_account("9999-9999-9999")] {
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert!(world.granted(CHURN, "acc-42").is_some(), "the grant itself is made");
        let told = note(&world).as_str().unwrap().to_owned();
        assert!(told.contains("belongs to AWS account 999999999999"), "{told}");
        assert!(told.contains(CHURN), "{told}");
    }
}

#[tokio::test]
async fn data_of_the_roles_own_account_needs_no_second_permission() {
    for world in [with_table_of("123456789012"), port_in_account("1234-5678-9012")] {
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert_eq!(note(&world), Value::Null);
        assert_eq!(reported_note(&world), None);
    }
}

#[tokio::test]
async fn a_glue_that_does_not_answer_keeps_nobody_from_a_table_whose_place_is_written_down() {
    let world = with_table_of("123456789012");
    world.faults.next("glue:GetTable", Fault::Unavailable);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn the_word_about_a_second_permission_goes_with_the_grant() {
    let world = port_in_account("999999999999");
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world.agree("acc-42", "p", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(note(&world), Value::Null);
}
