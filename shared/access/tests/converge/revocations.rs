//! An agreement ends, and the right with it.

use domain::event::Family;
use domain::ledger::State;
use serde_json::json;

use crate::world::{CHURN, OTHER, World, policy};

type Loss = fn(&World);

async fn granted() -> World {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    world
}

#[tokio::test]
async fn a_deactivated_agreement_leaves_no_policy_and_others_untouched_to_the_byte() {
    let world = World::new();
    for role in [CHURN, OTHER] {
        world.iam.set(&role.parse().unwrap(), "somebody-elses", "{ \"odd\": 1 }");
    }
    world.agree("acc-43", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-43").await);
    let before = world.iam.snapshot();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert_ne!(world.iam.snapshot(), before);
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.iam.snapshot(), before, "all policies of all roles");
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Revoked);
}

#[tokio::test]
async fn the_old_role_loses_the_right_when_the_role_field_was_changed_before_the_end() {
    let world = granted().await;
    world.set_consumer(&json!({"aws-role-name": "other"}));
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    assert_eq!(world.granted(OTHER, "acc-42"), None);
}

#[tokio::test]
async fn a_changed_role_field_moves_the_right_from_the_old_role_to_the_new_one() {
    let world = granted().await;
    world.set_consumer(&json!({"aws-role-arn": OTHER}));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    assert!(world.granted(OTHER, "acc-42").is_some());
}

#[tokio::test]
async fn whatever_is_gone_from_the_catalog_the_right_goes_too() {
    let losses: [(&str, Loss); 5] = [
        ("the agreement", |world| world.catalog.delete_agreement(Family::Access, "acc-42")),
        ("the consumer", |world| world.catalog.delete_product("churn")),
        ("the provider", |world| world.catalog.delete_product("warmers")),
        ("the output port", |world| world.set_provider(&[])),
        ("the role field", |world| world.set_consumer(&json!({}))),
    ];
    for (what, lose) in losses {
        for event in ["AccessDeactivated", "AccessDeleted", "AccessUpdated"] {
            let world = granted().await;
            lose(&world);
            assert!(world.deliver(event, "acc-42").await, "{what} {event}");
            assert_eq!(world.granted(CHURN, "acc-42"), None, "{what} {event}");
        }
    }
}

#[tokio::test]
async fn a_late_activation_grants_nothing_and_removes_what_is_there() {
    let world = granted().await;
    world.agree("acc-42", "s3", false);
    // Late, once more, and once more from the dead-letter queue.
    for _ in 0..3 {
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert_eq!(world.granted(CHURN, "acc-42"), None);
    }
    let never_granted = World::new();
    never_granted.agree("acc-42", "s3", false);
    assert!(never_granted.deliver("AccessActivated", "acc-42").await);
    assert_eq!((never_granted.granted(CHURN, "acc-42"), never_granted.iam.writes()), (None, 0));
}

#[tokio::test]
async fn a_late_deactivation_of_an_agreement_that_is_active_again_leaves_it_granted() {
    let world = granted().await;
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessDeactivated", "acc-42").await, "before the new activation");
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn only_two_not_founds_mean_that_an_agreement_is_gone() {
    let world = granted().await;
    let text = world.catalog.agreement_text(Family::Access, "acc-42").unwrap();
    world.catalog.delete_agreement(Family::Access, "acc-42");
    world.catalog.set_agreement(Family::DataUsageAgreement, "acc-42", &text);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn a_server_without_the_other_family_does_not_keep_a_deleted_agreement_alive() {
    use clients::fake::Fault;
    let world = granted().await;
    world.catalog.delete_agreement(Family::Access, "acc-42");
    let mut asked = 0;
    world.faults.decide(move |action| {
        asked += usize::from(action == "GET agreement");
        (action == "GET agreement" && asked == 2).then_some(Fault::Denied)
    });
    assert!(world.deliver("AccessDeleted", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
    let world = granted().await;
    world.catalog.delete_agreement(Family::Access, "acc-42");
    let login = "<html>no such page</html>";
    world.catalog.set_agreement(Family::DataUsageAgreement, "acc-42", login);
    assert!(world.deliver("AccessDeleted", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn a_key_that_ends_between_the_families_takes_no_right_of_the_older_one_away() {
    use clients::fake::Fault;
    let world = granted().await;
    let text = world.catalog.agreement_text(Family::Access, "acc-42").unwrap();
    world.catalog.delete_agreement(Family::Access, "acc-42");
    world.catalog.set_agreement(Family::DataUsageAgreement, "acc-42", &text);
    let mut asked = 0;
    world.faults.decide(move |action| {
        asked += usize::from(action == "GET agreement");
        (action == "GET agreement" && asked >= 2).then_some(Fault::Denied)
    });
    assert!(!world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    world.faults.none();
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn an_older_family_that_is_busy_says_nothing_about_an_agreement_that_the_newer_one_does_not_have()
 {
    use clients::fake::Fault;
    let world = granted().await;
    let text = world.catalog.agreement_text(Family::Access, "acc-42").unwrap();
    world.catalog.delete_agreement(Family::Access, "acc-42");
    world.catalog.set_agreement(Family::DataUsageAgreement, "acc-42", &text);
    let mut asked = 0;
    world.faults.decide(move |action| {
        asked += usize::from(action == "GET agreement");
        (action == "GET agreement" && asked == 2).then_some(Fault::Unavailable)
    });
    assert!(!world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn an_unclear_answer_of_the_family_that_has_the_agreement_revokes_nothing() {
    use clients::fake::Fault;
    for fault in [Fault::Denied, Fault::Unavailable] {
        let world = granted().await;
        let mut asked = 0;
        world.faults.decide(move |action| {
            asked += usize::from(action == "GET agreement");
            (action == "GET agreement" && asked == 2).then_some(fault)
        });
        assert!(!world.deliver("DataUsageAgreementUpdated", "acc-42").await, "{fault:?}");
        assert!(world.granted(CHURN, "acc-42").is_some(), "{fault:?}");
    }
    let world = granted().await;
    world.catalog.set_agreement(Family::Access, "acc-42", "<html>maintenance</html>");
    assert!(!world.deliver("DataUsageAgreementUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn an_answer_that_is_no_product_revokes_nothing() {
    for text in ["<html>log in</html>", "", "{\"custom\":"] {
        let world = granted().await;
        world.catalog.set_product("warmers", text);
        assert!(!world.deliver("AccessUpdated", "acc-42").await, "{text}");
        assert!(world.granted(CHURN, "acc-42").is_some(), "{text}");
    }
}

#[tokio::test]
async fn an_ended_agreement_of_a_role_that_may_no_longer_be_touched_is_left_alone() {
    use clients::fake::Fault;
    let mut world = granted().await;
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    let allowed = vec![OTHER.parse().unwrap()];
    world.access.assessor.allowed = domain::role::RoleScope::new(allowed, vec![]);
    world.faults.decide(|action| (action == "iam:GetRolePolicy").then_some(Fault::Denied));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
}

#[tokio::test]
async fn an_update_on_a_server_that_states_nothing_leaves_the_predecessors_grant_alone() {
    let world = World::new();
    world.iam.set(&CHURN.parse().unwrap(), policy("acc-42").as_str(), "{}");
    world.agree_with(
        "acc-42",
        &json!({"id": "acc-42", "tags": ["aws-integration", "aws-integration-active"],
                "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
                "consumer": {"dataProductId": "churn"}}),
    );
    assert!(world.deliver("DataUsageAgreementUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
    assert!(world.tags("acc-42").contains(&"aws-integration-active".to_owned()));
}

#[tokio::test]
async fn an_answer_that_is_no_agreement_revokes_nothing() {
    for text in
        ["<html></html>", "{}", r#"{"id":"another"}"#, r#"{"id":"acc-42","info":{"active":"yes"}}"#]
    {
        let world = granted().await;
        world.catalog.set_agreement(Family::Access, "acc-42", text);
        assert!(!world.deliver("AccessUpdated", "acc-42").await, "{text}");
        assert!(world.granted(CHURN, "acc-42").is_some(), "{text}");
    }
}

#[tokio::test]
async fn a_grant_of_the_predecessor_is_revoked_although_no_ledger_knows_it() {
    let world = World::new();
    world.iam.set(&CHURN.parse().unwrap(), policy("acc-42").as_str(), "{}");
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("DataUsageAgreementDeactivated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn a_role_that_is_gone_counts_as_revoked() {
    let world = granted().await;
    world.iam.delete_role(&CHURN.parse().unwrap());
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.ledger("acc-42").unwrap().state, State::Revoked);
}

#[tokio::test]
async fn a_right_on_a_role_that_may_no_longer_be_touched_is_not_forgotten() {
    let mut world = granted().await;
    let allowed = vec![OTHER.parse().unwrap()];
    world.access.assessor.allowed = domain::role::RoleScope::new(allowed, vec![]);
    world.agree("acc-42", "s3", false);
    assert!(!world.deliver("AccessDeactivated", "acc-42").await);
    let entry = world.ledger("acc-42").unwrap();
    assert_eq!(entry.still_to_revoke.first().unwrap().to_string(), CHURN);
}

#[tokio::test]
async fn an_agreement_that_never_was_ours_costs_no_write() {
    let world = World::new();
    world.agree("acc-42", "s3", false);
    for event in ["AccessApproved", "AccessUpdated", "AccessRejected"] {
        assert!(world.deliver(event, "acc-42").await);
    }
    assert!(world.objects.keys().is_empty());
    assert_eq!((world.catalog.puts(), world.iam.writes()), (0, 0));
}

#[tokio::test]
async fn a_grant_of_the_predecessor_that_cannot_be_granted_any_more_goes_where_the_catalog_shows_it()
 {
    for (tags, stays) in [(json!(["aws-integration-active"]), false), (json!([]), true)] {
        let world = World::new();
        world.iam.set(&CHURN.parse().unwrap(), policy("acc-42").as_str(), "{}");
        world.agree_with(
            "acc-42",
            &json!({"id": "acc-42", "info": {"active": true}, "tags": tags,
                    "provider": {"dataProductId": "warmers", "outputPortId": "gone"},
                    "consumer": {"dataProductId": "churn"}}),
        );
        assert!(world.deliver("AccessUpdated", "acc-42").await);
        assert_eq!(world.ledger("acc-42").unwrap().state, State::Rejected);
        assert_eq!(world.granted(CHURN, "acc-42").is_some(), stays, "{tags}");
    }
}

#[tokio::test]
async fn a_policy_that_comes_back_after_its_end_goes_from_the_role_the_ledger_names() {
    let world = granted().await;
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    world.set_consumer(&json!({"aws-role-name": "other"}));
    world.iam.set(&CHURN.parse().unwrap(), policy("acc-42").as_str(), "{}");
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}
