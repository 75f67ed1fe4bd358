//! An agreement begins.

use domain::event::Family;
use domain::ledger::{Phase, State};
use serde_json::json;

use crate::world::{CHURN, OTHER, TABLE, World, policy};

#[tokio::test]
async fn an_active_agreement_gives_the_consumers_role_exactly_the_agreed_bucket() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    let document = world.granted(CHURN, "acc-42").unwrap();
    assert!(document.contains(r#""Resource":"arn:aws:s3:::data/*""#), "{document}");
    assert_eq!(world.granted(OTHER, "acc-42"), None);
    let entry = world.ledger("acc-42").unwrap();
    assert_eq!((entry.state, entry.phase), (State::Granted, Phase::Fact));
    assert_eq!(entry.role_arn.unwrap().to_string(), CHURN);
    assert_eq!(entry.event_id, "e0");
}

#[tokio::test]
async fn a_table_that_names_no_folder_gets_the_one_glue_knows() {
    let world = World::new();
    world.tables.create(TABLE, "s3://data/sales/orders/");
    world.agree("acc-42", "glue", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    let document = world.granted(CHURN, "acc-42").unwrap();
    assert!(document.contains("arn:aws:s3:::data/sales/orders/*"), "{document}");
    assert!(document.contains("arn:aws:glue:eu-west-1:123456789012:database/sales"));
}

#[tokio::test]
async fn the_same_message_twice_changes_nothing_the_second_time() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    let (iam, objects, puts) = (world.iam.snapshot(), world.objects.writes(), world.catalog.puts());
    world.faults.forget_calls();
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert_eq!(world.iam.snapshot(), iam);
    assert_eq!((world.objects.writes(), world.catalog.puts()), (objects, puts));
    assert_eq!(world.iam.writes(), 0);
    assert_eq!(world.faults.count("iam:GetRolePolicy"), 1);
}

#[tokio::test]
async fn both_generations_of_events_for_one_agreement_have_the_outcome_of_one() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    let kept = world
        .deliver_all(&[("DataUsageAgreementActivated", "acc-42"), ("AccessActivated", "acc-42")])
        .await;
    assert!(kept.is_empty());
    assert_eq!(world.iam.writes(), 1);
}

#[tokio::test]
async fn an_agreement_of_the_old_family_is_found_whichever_event_names_it() {
    for event in ["DataUsageAgreementActivated", "AccessActivated"] {
        let world = World::new();
        let document = json!({"info": {"id": "acc-42", "active": true},
            "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
            "consumer": {"dataProductId": "churn"}});
        let text = document.to_string();
        world.catalog.set_agreement(Family::DataUsageAgreement, "acc-42", &text);
        assert!(world.deliver(event, "acc-42").await);
        assert!(world.granted(CHURN, "acc-42").is_some(), "{event}");
        let shown = world.catalog.agreement_text(Family::DataUsageAgreement, "acc-42").unwrap();
        assert!(shown.contains("aws-integration-active"), "{shown}");
        assert!(world.catalog.reports().is_empty(), "old servers know no reports");
    }
}

#[tokio::test]
async fn on_a_server_that_states_nothing_the_events_own_verb_decides() {
    let world = World::new();
    world.agree_with(
        "acc-42",
        &json!({"id": "acc-42", "info": {"purpose": "x"},
                "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
                "consumer": {"dataProductId": "churn"}}),
    );
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    assert!(world.deliver("DataUsageAgreementActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    assert!(world.deliver("DataUsageAgreementDeactivated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn a_policy_of_the_predecessor_is_adopted_and_brought_up_to_date() {
    let world = World::new();
    let old = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
    world.iam.set(&CHURN.parse().unwrap(), policy("acc-42").as_str(), old);
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    let document = world.granted(CHURN, "acc-42").unwrap();
    assert!(!document.contains("s3:*\""), "{document}");
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Granted);
}

#[tokio::test]
async fn a_changed_output_port_changes_the_policy() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world.set_provider(&[(
        "s3",
        json!({"output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::data/folder"}),
    )]);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    let document = world.granted(CHURN, "acc-42").unwrap();
    assert!(document.contains("arn:aws:s3:::data/folder/*"), "{document}");
    assert!(!document.contains("arn:aws:s3:::data/*"), "{document}");
}

#[tokio::test]
async fn ten_agreements_between_two_products_ask_for_each_product_once() {
    let world = World::new();
    let ids: Vec<String> = (0..10).map(|n| format!("acc-{n}")).collect();
    for id in &ids {
        world.agree(id, "s3", true);
    }
    let events: Vec<(&str, &str)> = ids.iter().map(|id| ("AccessActivated", id.as_str())).collect();
    assert!(world.deliver_all(&events).await.is_empty());
    assert_eq!(world.faults.count("GET product"), 2);
    assert_eq!(world.iam.writes(), 10);
}

#[tokio::test]
async fn ten_agreements_of_one_role_ask_iam_for_the_role_once_and_the_next_batch_asks_anew() {
    let world = World::new();
    let ids: Vec<String> = (0..10).map(|n| format!("acc-{n}")).collect();
    for id in &ids {
        world.agree(id, "s3", true);
    }
    let events: Vec<(&str, &str)> = ids.iter().map(|id| ("AccessActivated", id.as_str())).collect();
    for asked in [1, 2] {
        assert!(world.deliver_all(&events).await.is_empty());
        assert_eq!(world.faults.count("iam:GetRole"), asked);
    }
}

#[tokio::test]
async fn twenty_agreements_of_one_role_at_once_all_end_granted() {
    let world = World::new();
    let ids: Vec<String> = (0..20).map(|n| format!("acc-{n}")).collect();
    for id in &ids {
        world.agree(id, "s3", true);
    }
    let events: Vec<(&str, &str)> = ids.iter().map(|id| ("AccessActivated", id.as_str())).collect();
    let (first, second) = events.split_at(10);
    let (first, second) = tokio::join!(world.deliver_all(first), world.deliver_all(second));
    assert!(first.is_empty() && second.is_empty());
    assert!(ids.iter().all(|id| world.granted(CHURN, id).is_some()));
}

#[tokio::test]
async fn report_mode_changes_nothing_anywhere() {
    let mut world = World::new();
    world.access.mode = access::Mode::Report;
    world.agree("acc-42", "s3", true);
    let before = (world.iam.snapshot(), world.agreement("acc-42"));
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert_eq!((world.iam.snapshot(), world.agreement("acc-42")), before);
    assert!(world.objects.keys().is_empty() && world.catalog.reports().is_empty());
}
