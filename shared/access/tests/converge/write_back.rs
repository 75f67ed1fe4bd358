//! The catalog shows what became of an agreement, and nobody loses anything by it.

use access::WriteBack;
use clients::catalog::Step;
use clients::fake::Fault;
use domain::event::Family;
use serde_json::json;

use crate::world::{CHURN, World};

async fn granted() -> World {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    world
}

#[tokio::test]
async fn a_grant_is_shown_beside_what_others_wrote() {
    let world = granted().await;
    assert_eq!(world.tags("acc-42"), ["mine", "aws-integration", "aws-integration-active"]);
    let custom = &world.agreement("acc-42")["custom"];
    assert_eq!(custom["theirs"], "kept");
    assert_eq!(custom["aws-policy-name"], "DMM_DataUsageAgreement_acc-42");
    assert_eq!(custom["aws-role-arn"], CHURN);
}

#[tokio::test]
async fn an_end_is_shown_and_the_fields_of_the_grant_go() {
    let world = granted().await;
    let mut document = world.agreement("acc-42");
    document["info"]["active"] = json!(false);
    world.agree_with("acc-42", &document);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.tags("acc-42"), ["mine", "aws-integration", "aws-integration-inactive"]);
    assert_eq!(world.agreement("acc-42")["custom"], json!({"theirs": "kept"}));
}

#[tokio::test]
async fn what_somebody_edits_while_we_work_survives() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    let catalog = world.catalog.clone();
    world.faults.decide(move |action| {
        if action == "iam:PutRolePolicy" {
            let text = catalog.agreement_text(Family::Access, "acc-42").unwrap();
            let edited =
                text.replace("\"mine\"", "\"mine\",\"edited\"").replace("test", "new words");
            catalog.set_agreement(Family::Access, "acc-42", &edited);
        }
        None
    });
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.tags("acc-42").contains(&"edited".to_owned()));
    assert_eq!(world.agreement("acc-42")["info"]["purpose"], "new words");
}

#[tokio::test]
async fn a_result_the_catalog_could_not_take_is_told_later_and_the_grant_is_not_touched() {
    for (call, fault) in [
        ("PUT agreement", Fault::Unavailable),
        ("PUT agreement", Fault::AnswerLost),
        ("PUT agreement", Fault::Denied),
        ("POST report", Fault::Unavailable),
    ] {
        let world = World::new();
        world.agree("acc-42", "s3", true);
        world.faults.next(call, fault);
        assert!(!world.deliver("AccessActivated", "acc-42").await, "{call}");
        assert!(world.granted(CHURN, "acc-42").is_some());
        assert!(world.deliver("AccessActivated", "acc-42").await, "{call}");
        assert_eq!(world.iam.writes(), 1, "{call}");
        assert!(world.tags("acc-42").contains(&"aws-integration-active".to_owned()), "{call}");
        let steps = world.catalog.steps();
        assert_eq!(steps, [Step::ProvisioningStarted, Step::Provisioned], "{call}");
    }
}

#[tokio::test]
async fn a_catalog_that_refuses_the_result_for_good_blocks_nothing() {
    let world = World::new();
    world.catalog.refuse_puts("acc-42");
    world.agree("acc-42", "s3", true);
    assert!(world.deliver("AccessActivated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some());
}

#[tokio::test]
async fn nothing_is_shown_as_granted_when_iam_did_not_take_it() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    world.faults.next("iam:PutRolePolicy", Fault::Unavailable);
    assert!(!world.deliver("AccessActivated", "acc-42").await);
    assert_eq!(world.tags("acc-42"), ["mine"]);
}

#[tokio::test]
async fn our_own_change_coming_back_as_an_event_costs_no_write() {
    let world = granted().await;
    let before = (world.catalog.puts(), world.objects.writes(), world.iam.writes());
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!((world.catalog.puts(), world.objects.writes(), world.iam.writes()), before);
    assert_eq!(before.0, 1);
}

#[tokio::test]
async fn each_news_is_reported_once() {
    let world = granted().await;
    world.agree("acc-42", "gone", true);
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    world.agree("acc-42", "s3", false);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    let steps = [
        Step::ProvisioningStarted,
        Step::Provisioned,
        Step::DeprovisioningStarted,
        Step::ProvisioningFailed,
        Step::Deprovisioned,
    ];
    assert_eq!(world.catalog.steps(), steps);
    let reports = world.catalog.reports();
    let reference = json!(format!("{CHURN} DMM_DataUsageAgreement_acc-42"));
    assert_eq!(
        [&reports[1].1.body()["reference"], &reports[4].1.body()["reference"]],
        [&reference; 2]
    );
    assert!(reports[3].1.diagnostics.as_ref().unwrap().contains("gone"));
}

#[tokio::test]
async fn a_right_that_nobody_can_take_away_is_told_to_its_owners() {
    let world = granted().await;
    world.agree("acc-42", "s3", false);
    world.faults.next("iam:DeleteRolePolicy", Fault::Denied);
    assert!(!world.deliver("AccessDeactivated", "acc-42").await);
    let told = [Step::DeprovisioningStarted, Step::DeprovisioningFailed];
    assert_eq!(world.catalog.steps()[2..], told);
    let words = world.catalog.reports().pop().unwrap().1.diagnostics.unwrap();
    assert!(words.contains(CHURN) && words.contains("the operator is told"), "{words}");
    world.faults.next("iam:DeleteRolePolicy", Fault::Denied);
    assert!(!world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.catalog.steps()[2..], told, "once: the catalog mails it");
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.catalog.steps().last(), Some(&Step::Deprovisioned));
}

#[tokio::test]
async fn a_right_that_may_be_taken_away_later_alarms_no_owner() {
    let world = granted().await;
    world.agree("acc-42", "s3", false);
    world.faults.next("iam:DeleteRolePolicy", Fault::Unavailable);
    assert!(!world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.catalog.steps().last(), Some(&Step::DeprovisioningStarted));
}

#[tokio::test(start_paused = true)]
async fn a_catalog_that_never_answers_the_news_holds_up_no_revocation() {
    let world = granted().await;
    world.agree("acc-42", "s3", false);
    world.faults.next("POST news", Fault::Hangs);
    assert!(world.deliver("AccessDeactivated", "acc-42").await);
    assert_eq!(world.granted(CHURN, "acc-42"), None);
}

#[tokio::test]
async fn nobody_waits_for_news_the_catalog_does_not_take() {
    for fault in [Fault::Unavailable, Fault::Denied] {
        let world = World::new();
        world.agree("acc-42", "s3", true);
        world.faults.next("POST news", fault);
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert_eq!(world.catalog.steps(), [Step::Provisioned]);
    }
}

#[tokio::test]
async fn only_what_the_operator_wants_is_written_back() {
    for (setting, tags, reports) in [
        ("auto", true, true),
        ("report", false, true),
        ("tags", true, false),
        ("none", false, false),
    ] {
        let mut world = World::new();
        world.access.write_back = setting.parse().unwrap();
        world.agree("acc-42", "s3", true);
        assert!(world.deliver("AccessActivated", "acc-42").await);
        assert!(world.granted(CHURN, "acc-42").is_some(), "{setting}");
        assert_eq!((world.catalog.puts() > 0, !world.catalog.steps().is_empty()), (tags, reports));
    }
    assert!("sometimes".parse::<WriteBack>().is_err());
}

#[tokio::test]
async fn a_right_that_moves_to_another_role_is_announced_as_given() {
    let world = granted().await;
    world.set_consumer(&json!({"aws-role-name": "other"}));
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert_eq!(world.catalog.steps()[2..], [Step::ProvisioningStarted, Step::Provisioned]);
}

#[tokio::test]
async fn what_was_announced_is_always_told_to_its_end() {
    let world = granted().await;
    world.iam.unset(&CHURN.parse().unwrap(), "DMM_DataUsageAgreement_acc-42");
    assert!(world.deliver("AccessUpdated", "acc-42").await);
    assert!(world.granted(CHURN, "acc-42").is_some(), "repaired");
    assert_eq!(world.catalog.steps()[2..], [Step::ProvisioningStarted, Step::Provisioned]);
}

#[tokio::test]
async fn a_grant_that_iam_denies_is_never_told_as_a_right_that_stays() {
    let world = World::new();
    world.agree("acc-42", "s3", true);
    world.faults.next("iam:PutRolePolicy", Fault::Denied);
    assert!(!world.deliver("AccessActivated", "acc-42").await);
    assert_eq!(world.catalog.steps(), [Step::ProvisioningStarted]);
}

#[tokio::test]
async fn a_key_that_may_not_report_blocks_nothing_and_a_catalog_that_is_busy_is_told_later() {
    for (fault, is_dealt_with) in [(Fault::Denied, true), (Fault::Unavailable, false)] {
        let world = World::new();
        world.agree("acc-42", "s3", true);
        world.faults.next("POST report", fault);
        assert_eq!(world.deliver("AccessActivated", "acc-42").await, is_dealt_with, "{fault:?}");
        assert!(world.granted(CHURN, "acc-42").is_some());
    }
}
