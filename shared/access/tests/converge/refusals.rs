//! What cannot be granted is refused once, in words its owners can act on.

use domain::ledger::State;
use domain::resource_scope::ResourceScope;
use domain::role::RoleScope;
use serde_json::{Value, json};

use crate::world::{CHURN, OWN, TABLE, WORKGROUP, World};

/// Refused: acknowledged, nothing granted, recorded, and shown with `words`.
async fn is_refused(world: &World, words: &[&str]) {
    assert!(world.deliver("AccessActivated", "acc-42").await, "{words:?}");
    let held = world.iam.snapshot();
    assert!(held.values().all(|policies| !policies.keys().any(|name| name.contains("acc-42"))));
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected, "{words:?}");
    let shown = world.shown_error("acc-42");
    assert!(words.iter().all(|word| shown.contains(word)), "{shown}");
    let tags = world.tags("acc-42");
    assert!(tags.contains(&"aws-integration-failed".to_owned()), "{tags:?}");
    assert!(!tags.contains(&"aws-integration-active".to_owned()), "{tags:?}");
}

/// Refused by what the catalog says alone: IAM was not asked anything.
async fn is_refused_without_iam(world: &World, words: &[&str]) {
    is_refused(world, words).await;
    let calls = world.faults.calls();
    assert!(calls.iter().all(|call| !call.starts_with("iam:")), "{words:?}: {calls:?}");
}

fn with_port(custom: &Value) -> World {
    let world = World::new();
    world.set_provider(&[("p", custom.clone())]);
    world.agree("acc-42", "p", true);
    world
}

fn with_consumer(custom: &Value) -> World {
    let world = World::new();
    world.set_consumer(custom);
    world.agree("acc-42", "s3", true);
    world
}

#[tokio::test]
async fn the_integrations_own_role_is_refused_without_asking_iam() {
    let own = ["manage_iam_policies", "poll_feed"].map(|name| name.parse().unwrap());
    let all_of_the_path = || "arn:aws:iam::123456789012:role/data-products/*".parse().unwrap();
    for custom in [
        json!({"aws-role-name": "manage_iam_policies"}),
        json!({"aws-role-arn": OWN}),
        json!({"aws-role-name": "poll_feed"}),
        json!({"aws-role-arn": OWN.replace("manage_iam_policies", "poll_feed")}),
    ] {
        let mut world = with_consumer(&custom);
        world.access.assessor.allowed = RoleScope::new(vec![all_of_the_path()], own.to_vec());
        is_refused_without_iam(&world, &["belongs to the integration itself"]).await;
    }
}

#[tokio::test]
async fn a_role_outside_the_allow_list_is_refused_without_a_write() {
    let world = with_consumer(&json!({"aws-role-name": "admin"}));
    world.iam.create_role("arn:aws:iam::123456789012:role/admin");
    is_refused(&world, &["role admin does not exist, or is not one", "CONSUMER_ROLE_ARNS"]).await;
    assert_eq!(world.iam.writes(), 0);
}

#[tokio::test]
async fn a_role_of_another_account_or_path_is_refused() {
    let elsewhere = "arn:aws:iam::999999999999:role/data-products/churn";
    let world = with_consumer(&json!({"aws-role-arn": elsewhere}));
    is_refused(&world, &[elsewhere]).await;
    let other_path = "arn:aws:iam::123456789012:role/data-products/eu/churn";
    let world = with_consumer(&json!({"aws-role-arn": other_path}));
    is_refused(&world, &[other_path, CHURN]).await;
}

#[tokio::test]
async fn a_role_of_aws_itself_is_refused() {
    let linked = "arn:aws:iam::123456789012:role/aws-service-role/x/AWSServiceRoleForX";
    is_refused(&with_consumer(&json!({"aws-role-arn": linked})), &["aws-role-arn"]).await;
    let by_name = with_consumer(&json!({"aws-role-name": "AWSServiceRoleForX"}));
    is_refused(&by_name, &["AWS itself"]).await;
}

#[tokio::test]
async fn a_missing_role_is_refused_and_granted_once_it_exists() {
    let world = with_consumer(&json!({"aws-role-name": "new"}));
    is_refused(&world, &["role new does not exist"]).await;
    let new = "arn:aws:iam::123456789012:role/data-products/new";
    world.iam.create_role(new);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(new, "acc-42").is_some());
    assert_eq!(world.shown_error("acc-42"), "");
}

#[tokio::test]
async fn a_role_deleted_between_look_and_write_is_refused() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    let (iam, role) = (world.iam.clone(), CHURN.parse().unwrap());
    world.faults.decide(move |action| {
        if action == "iam:PutRolePolicy" {
            iam.delete_role(&role);
        }
        None
    });
    is_refused(&world, &["does not exist"]).await;
}

#[tokio::test]
async fn every_missing_field_is_named() {
    is_refused_without_iam(
        &with_consumer(&json!({})),
        &["consumer data product churn", "aws-role-name"],
    )
    .await;
    is_refused_without_iam(&with_port(&json!({})), &["output port p", "output-port-type"]).await;
    let bucket = json!({"output-port-type": "s3_bucket"});
    is_refused_without_iam(&with_port(&bucket), &["aws-s3-bucket-arn"]).await;
    let table = json!({"output-port-type": "glue_table"});
    is_refused_without_iam(&with_port(&table), &["aws-glue-table-arn"]).await;
    let workgroup = json!({"output-port-type": "glue_table", "aws-glue-table-arn": TABLE});
    is_refused_without_iam(&with_port(&workgroup), &["aws-athena-workgroup-arn"]).await;
}

#[tokio::test]
async fn an_unsupported_port_type_is_named() {
    is_refused_without_iam(
        &with_port(&json!({"output-port-type": "parquet"})),
        &["parquet", "s3_bucket"],
    )
    .await;
}

#[tokio::test]
async fn a_hostile_arn_gives_no_policy() {
    for arn in [
        "arn:aws:s3:::*",
        "arn:aws:s3:::data/*",
        "arn:aws:s3:::${aws:username}",
        "arn:aws:s3:::da ta",
        "arn:aws:s3:::data/\u{0}",
        "arn:aws:s3:::dätä",
        "arn:aws:s3:::data/../other",
        "arn:aws:s3:::data//x",
        "arn:aws:s3:::data/",
        "*",
        "arn:aws:s3express:eu-west-1:123456789012:bucket/data",
    ] {
        let port = json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": arn});
        is_refused_without_iam(&with_port(&port), &["aws-s3-bucket-arn"]).await;
    }
}

#[tokio::test]
async fn an_unknown_field_that_looks_like_a_resource_is_refused_by_name() {
    let port = json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::data",
                      "aws-anything-arn": "arn:aws:s3:::secret"});
    is_refused(&with_port(&port), &["aws-anything-arn", "aws-s3-folder-arn"]).await;
}

#[tokio::test]
async fn a_resource_of_another_partition_or_outside_the_operators_list_is_refused() {
    let port =
        json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws-cn:s3:::data"});
    is_refused(&with_port(&port), &["arn:aws-cn:s3:::data", "partition"]).await;
    let mut world = with_port(&json!({"output-port-type": "glue_table",
        "aws-glue-table-arn": "arn:aws:glue:eu-west-1:999999999999:table/sales/orders",
        "aws-athena-workgroup-arn": WORKGROUP, "aws-s3-folder-arn": "arn:aws:s3:::data/o"}));
    let own = vec!["arn:aws:glue:*:123456789012:table/*".parse().unwrap()];
    world.access.assessor.resources = ResourceScope::new(own);
    is_refused(&world, &["999999999999", "RESOURCE_ARNS"]).await;
    let elsewhere = vec!["arn:aws:glue:eu-central-1:*:table/*".parse().unwrap()];
    world.access.assessor.resources = ResourceScope::new(elsewhere);
    is_refused(&world, &["glue:eu-west-1", "RESOURCE_ARNS"]).await;
}

#[tokio::test]
async fn a_table_glue_does_not_know_is_refused_with_what_to_set() {
    let world = World::new();
    world.agree("acc-42", "glue", true);
    is_refused(&world, &[TABLE, "aws-s3-folder-arn"]).await;
}

#[tokio::test]
async fn a_missing_product_port_or_consumer_is_refused() {
    let world = World::new();
    world.agree("acc-42", "gone", true);
    is_refused_without_iam(&world, &["provider data product warmers", "\"gone\""]).await;
    world.catalog.delete_product("warmers");
    is_refused(&world, &["warmers does not exist"]).await;
    let team = json!({"id": "acc-42", "info": {"active": true}, "consumer": {"teamId": "t"},
                      "provider": {"dataProductId": "warmers", "outputPortId": "s3"}});
    let world = World::new();
    world.agree_with("acc-42", &team);
    is_refused(&world, &["consumer team t does not exist"]).await;
    let nobody = json!({"id": "acc-42", "info": {"active": true}, "consumer": {"userId": "unknown"},
                        "provider": {"dataProductId": "warmers", "outputPortId": "s3"}});
    world.agree_with("acc-42", &nobody);
    is_refused(&world, &["neither a data product nor a team nor a person"]).await;
}

#[tokio::test]
async fn a_role_without_room_is_refused_with_the_figures_and_other_grants_stay() {
    let world = World::new();
    let filler = format!("{{\"x\":\"{}\"}}", "y".repeat(10_100));
    world.iam.set(&CHURN.parse().unwrap(), "somebody-elses", &filler);
    world.agree("acc-42", "s3", true);
    is_refused(&world, &["10108 of 10240", "247 more"]).await;
    assert_eq!(world.iam.snapshot()[&CHURN.parse().unwrap()].len(), 1);
    let told = world.catalog.reports().len();
    is_refused(&world, &["10108 of 10240"]).await;
    assert_eq!((world.catalog.reports().len(), world.catalog.puts()), (told, 1), "told once");
}

#[tokio::test]
async fn a_place_for_query_results_has_no_say_in_a_grant_that_runs_no_queries() {
    let results = json!({"aws-role-name": "churn", "aws-s3-athena-results-arn": "nonsense"});
    let world = with_consumer(&results);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    world.tables.create(TABLE, "s3://data/o/");
    world.agree("acc-42", "glue", true);
    is_refused(&world, &["aws-s3-athena-results-arn"]).await;
}

#[tokio::test]
async fn what_iam_refuses_for_good_is_told_and_acknowledged() {
    for code in ["UnmodifiableEntity", "ValidationError", "MalformedPolicyDocument"] {
        let world = World::new();
        world.agree("acc-42", "s3", true);
        world.iam.refuse_writes(code);
        is_refused(&world, &["IAM refuses", code]).await;
    }
}

#[tokio::test]
async fn a_role_without_room_is_refused_even_when_the_figures_cannot_be_had() {
    let world = World::new();
    let filler = format!("{{\"x\":\"{}\"}}", "y".repeat(10_100));
    world.iam.set(&CHURN.parse().unwrap(), "somebody-elses", &filler);
    world.faults.next("iam:ListRolePolicies", clients::fake::Fault::Denied);
    world.agree("acc-42", "s3", true);
    is_refused(&world, &["nearly all of 10240"]).await;
}

#[tokio::test]
async fn a_refusal_of_the_port_asks_iam_nothing() {
    let world = with_port(&json!({"output-port-type": "kafka_topic"}));
    is_refused_without_iam(&world, &["kafka"]).await;
}

#[tokio::test]
async fn a_refusal_is_told_once() {
    let world = with_port(&json!({"output-port-type": "kafka_topic"}));
    is_refused(&world, &["kafka"]).await;
    let before = (world.objects.writes(), world.catalog.puts(), world.catalog.reports().len());
    is_refused(&world, &["kafka"]).await;
    assert_eq!(
        (world.objects.writes(), world.catalog.puts(), world.catalog.reports().len()),
        before
    );
}

#[tokio::test]
async fn a_place_for_query_results_outside_the_operators_list_is_refused() {
    let mut world = World::new();
    world.tables.create(TABLE, "s3://data/sales/orders/");
    world.set_consumer(&json!({"aws-role-name": "churn",
                               "aws-s3-athena-results-arn": "arn:aws:s3:::results/churn"}));
    let allowed = ["arn:aws:s3:::data/*", "arn:aws:glue:*:*:*", "arn:aws:athena:*:*:*"];
    let allowed: Vec<_> = allowed.iter().map(|pattern| pattern.parse().unwrap()).collect();
    world.access.assessor.resources = ResourceScope::new(allowed.clone());
    world.agree("acc-42", "glue", true);
    is_refused(&world, &["arn:aws:s3:::results/churn"]).await;
    let with_results = [allowed, vec!["arn:aws:s3:::results/*".parse().unwrap()]].concat();
    world.access.assessor.resources = ResourceScope::new(with_results);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").unwrap().contains("arn:aws:s3:::results/churn/*"));
}
