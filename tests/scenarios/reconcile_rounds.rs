//! What `reconcile` finds, has repaired, and leaves alone.

use access::Mode;
use clients::fake::Fault;
use domain::event::Family;
use domain::ids::PolicyName;
use domain::role::RoleArn;
use reconcile::error::ReconcileError;
use reconcile::round::{Summary, Tick};
use report::Standing;
use serde_json::json;
use survey::RevokeLimit;

use crate::rounds::{RoundWorld, in_short, pass};
use crate::world::{CHURN, OTHER, World, policy};

fn role(arn: &str) -> RoleArn {
    arn.parse().unwrap()
}

const FOREIGN: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

fn agreement_until(id: &str, end: &str) -> serde_json::Value {
    json!({
        "id": id, "info": {"purpose": "test", "status": "approved", "endDate": end},
        "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
        "consumer": {"dataProductId": "churn"}, "tags": [], "custom": {},
    })
}

#[tokio::test(start_paused = true)]
async fn where_everything_is_as_agreed_nothing_is_written_but_the_report() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    // The same document in another order and form.
    let text = w.world.granted(CHURN, "a").unwrap();
    let other_form = text.replace(r#""Action":["s3:GetObject"]"#, r#""Action": "s3:GetObject""#);
    assert_ne!(text, other_form);
    w.world.iam.set(&role(CHURN), policy("a").as_str(), &other_form);
    let (iam, puts) = (w.world.iam.snapshot(), w.world.catalog.puts());
    let summary = w.round().await;
    assert_eq!((summary.differences, summary.hints, summary.complete), (0, 0, true));
    assert_eq!(w.world.iam.snapshot(), iam);
    assert_eq!((w.world.catalog.puts(), w.queue.sent().len()), (puts, 0));
    let written = w.world.objects.keys().into_iter().filter(|key| !key.starts_with("grants/"));
    let written: Vec<String> = written.collect();
    assert_eq!(written.len(), 5, "checkpoint, two reports in two forms: {written:?}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_somebody_removed_or_edited_is_restored() {
    let w = RoundWorld::granted(&["removed", "edited", "left"]).await;
    let before = w.world.iam.snapshot();
    w.world.iam.unset(&role(CHURN), policy("removed").as_str());
    w.world.iam.set(&role(CHURN), policy("edited").as_str(), FOREIGN);
    let (first, second) = w.repaired().await;
    assert_eq!((first.differences, first.hints), (2, 2));
    assert_eq!(w.world.iam.snapshot(), before);
    assert_eq!((second.differences, second.repaired), (0, 2));
    let mut repaired: Vec<String> = w.report().differences.iter().map(in_short).collect();
    repaired.sort();
    assert_eq!(repaired, ["altered edited asked", "missing removed asked"]);
}

#[tokio::test(start_paused = true)]
async fn a_right_whose_agreement_ended_without_an_event_is_taken_away() {
    let w = RoundWorld::new();
    w.world.agree_with("a", &agreement_until("a", "2026-08-01"));
    assert!(w.world.deliver("AccessActivated", "a").await);
    assert!(w.world.granted(CHURN, "a").is_some());
    pass(24 * 60);
    w.repaired().await;
    assert_eq!(w.world.granted(CHURN, "a"), None);
}

#[tokio::test(start_paused = true)]
async fn a_right_whose_agreement_was_deleted_without_an_event_is_taken_away() {
    let w = RoundWorld::granted(&["gone", "kept"]).await;
    w.world.catalog.delete_agreement(Family::Access, "gone");
    w.round().await;
    assert_eq!(w.open(), ["orphaned gone asked"]);
    w.handle_hints().await;
    assert_eq!(w.world.granted(CHURN, "gone"), None);
    assert!(w.world.granted(CHURN, "kept").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_ours_that_ledger_and_catalog_have_forgotten_is_taken_away() {
    let w = RoundWorld::granted(&["kept"]).await;
    w.world.iam.set(&role(OTHER), policy("forgotten").as_str(), FOREIGN);
    w.repaired().await;
    assert_eq!(w.world.granted(OTHER, "forgotten"), None);
}

#[tokio::test(start_paused = true)]
async fn policies_of_others_are_never_touched_and_only_their_length_counts() {
    let w = RoundWorld::granted(&["a"]).await;
    for name in ["AdministratorAccess", "DMM_Other", "dmm_DataUsageAgreement_x"] {
        w.world.iam.set(&role(CHURN), name, FOREIGN);
    }
    let before = w.world.iam.snapshot();
    let summary = w.round().await;
    assert_eq!((summary.differences, w.report().totals.not_ours), (0, 3));
    assert_eq!(w.world.iam.snapshot(), before);
    let used: usize = before[&role(CHURN)].values().map(String::len).sum();
    let churn = w.report().roles.into_iter().find(|row| row.arn == CHURN).unwrap();
    assert_eq!(churn.used, u64::try_from(used).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_appears_after_it_was_removed_is_removed_again() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    let text = w.world.granted(CHURN, "a").unwrap();
    w.world.agree("a", "s3", false);
    assert!(w.world.deliver("AccessDeactivated", "a").await);
    w.world.iam.set(&role(CHURN), policy("a").as_str(), &text);
    pass(60);
    w.repaired().await;
    assert_eq!(w.world.granted(CHURN, "a"), None);
}

#[tokio::test(start_paused = true)]
async fn an_agreement_whose_event_was_lost_is_granted() {
    let w = RoundWorld::new();
    w.world.agree("a", "s3", true);
    let (first, second) = w.repaired().await;
    assert_eq!((first.differences, second.differences), (1, 0));
    assert!(w.world.granted(CHURN, "a").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_predecessors_policy_is_written_into_the_ledger() {
    let w = RoundWorld::granted(&["a"]).await;
    let text = w.world.granted(CHURN, "a").unwrap();
    let w = RoundWorld::new();
    w.world.agree("a", "s3", true);
    w.world.iam.set(&role(CHURN), policy("a").as_str(), &text);
    w.round().await;
    assert_eq!(w.open(), ["unrecorded a asked"]);
    w.handle_hints().await;
    assert!(w.world.ledger("a").is_some());
    assert_eq!(w.world.iam.writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_revocation_that_iam_throttled_until_its_message_was_given_up_is_finished() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    w.world.agree("a", "s3", false);
    w.world.faults.decide(|call| (call == "iam:DeleteRolePolicy").then_some(Fault::Unavailable));
    for _ in 0..5 {
        assert!(!w.world.deliver("AccessDeactivated", "a").await, "tried again");
        pass(12);
    }
    // Here the queue gives the message up, and IAM recovers.
    w.world.faults.none();
    w.round().await;
    assert_eq!(w.open(), ["stuckIntent a asked"]);
    w.handle_hints().await;
    assert_eq!(w.world.granted(CHURN, "a"), None);
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_granted_once_nothing_refuses_it() {
    let w = RoundWorld::new();
    w.world.iam.delete_role(&role(CHURN));
    w.world.agree("a", "s3", true);
    assert!(w.world.deliver("AccessActivated", "a").await);
    pass(60);
    let summary = w.round().await;
    assert_eq!(summary.differences, 0, "still refused");
    assert!(w.report().rejections[0].reason.contains("does not exist"));
    w.world.iam.create_role(CHURN);
    pass(60);
    w.round().await;
    assert_eq!(w.open(), ["mayNowSucceed a asked"]);
    w.handle_hints().await;
    assert!(w.world.granted(CHURN, "a").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_want_of_room_is_not_tried_again_before_there_is_room() {
    let w = RoundWorld::new();
    let full = format!(r#"{{"x":"{}"}}"#, "x".repeat(10_100));
    w.world.iam.set(&role(CHURN), "Theirs", &full);
    w.world.agree("a", "s3", true);
    assert!(w.world.deliver("AccessActivated", "a").await);
    pass(60);
    let summary = w.round().await;
    assert_eq!((summary.hints, summary.fullest_percent), (0, 98));
    assert!(w.report().rejections[0].reason.contains("no room"));
    w.world.iam.unset(&role(CHURN), "Theirs");
    pass(60);
    w.repaired().await;
    assert!(w.world.granted(CHURN, "a").is_some());
}

fn many(number: usize) -> Vec<String> {
    (0..number).map(|number| format!("acc-{number:02}")).collect()
}

/// Twelve grants, all of whose agreements have ended without an event.
async fn twelve_ended() -> RoundWorld {
    let ids = many(12);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let w = RoundWorld::granted(&ids).await;
    for id in ids {
        w.world.agree(id, "s3", false);
    }
    w.world.agree("new", "s3", true);
    w
}

#[tokio::test(start_paused = true)]
async fn more_revocations_than_the_limit_wait_for_a_person_and_grants_do_not() {
    let w = twelve_ended().await;
    let summary = w.round().await;
    assert_eq!((summary.withheld, summary.limit, summary.hints), (12, 10, 1));
    assert!(w.open().contains(&"orphaned acc-00 withheld".to_owned()));
    w.handle_hints().await;
    assert!(w.world.granted(CHURN, "acc-00").is_some());
    assert!(w.world.granted(CHURN, "new").is_some());
}

#[tokio::test(start_paused = true)]
async fn the_operator_sets_how_many_rights_a_round_may_take_away() {
    let mut w = twelve_ended().await;
    w.rounds.rules.limit = RevokeLimit::of(12);
    w.repaired().await;
    assert!(many(12).iter().all(|id| w.world.granted(CHURN, id).is_none()));
}

#[tokio::test(start_paused = true)]
async fn the_default_limit_is_the_larger_of_ten_and_a_fifth() {
    let figures = [0, 49, 50, 51, 10_000].map(|all| RevokeLimit::default().for_policies(all));
    assert_eq!(figures, [10, 10, 10, 10, 2000]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_cannot_be_had_or_is_empty_takes_nothing_away() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.next("GET agreements", Fault::Unavailable);
    let error = w.tick().await.unwrap_err();
    assert!(matches!(error, ReconcileError::Survey(_)), "{error:?}");
    let looked = w.world.faults.count("iam:ListRolePolicies");
    w.world.catalog.delete_agreement(Family::Access, "a");
    let summary = w.round().await;
    assert_eq!((summary.hints, summary.complete), (0, false));
    assert!(
        w.report()
            .round
            .problems
            .iter()
            .any(|problem| problem.contains("list of agreements is empty"))
    );
    assert!(w.world.granted(CHURN, "a").is_some());
    assert_eq!(w.world.faults.count("iam:ListRolePolicies"), looked, "no role is looked at twice");
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_a_list_lacks_is_asked_for_before_it_is_taken_for_gone() {
    let w = RoundWorld::granted(&["listed"]).await;
    // Only in the other family, which this server does not list.
    w.world.agree("unlisted", "s3", true);
    assert!(w.world.deliver("AccessActivated", "unlisted").await);
    w.world.catalog.hide_from_lists("unlisted");
    pass(60);
    let summary = w.round().await;
    assert_eq!((summary.differences, summary.hints), (0, 0));
    w.world.faults.next("GET agreement", Fault::Unavailable);
    pass(60);
    let summary = w.round().await;
    assert_eq!(
        (summary.hints, summary.complete),
        (0, false),
        "nothing is said of what was not seen"
    );
}

#[tokio::test(start_paused = true)]
async fn agreements_of_the_old_family_are_listed_too() {
    let w = RoundWorld::new();
    let id = "old";
    let document = agreement_until(id, "2099-01-01");
    w.world.catalog.set_agreement(Family::DataUsageAgreement, id, &document.to_string());
    let (first, second) = w.repaired().await;
    assert_eq!((first.differences, second.differences), (1, 0));
    assert!(w.world.granted(CHURN, id).is_some());
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_cannot_be_read_is_left_as_it_is() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    w.world.catalog.set_agreement(Family::Access, "a", r#"{"id":"a","info":7}"#);
    let summary = w.round().await;
    assert_eq!((summary.hints, summary.complete), (0, false));
    assert!(w.world.granted(CHURN, "a").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_product_that_cannot_be_had_says_nothing_about_its_agreements() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.decide(|call| (call == "GET product").then_some(Fault::Unavailable));
    let summary = w.round().await;
    assert_eq!((summary.hints, summary.complete), (0, false));
    assert_eq!(w.report().grants[0].standing, Standing::AsAgreed, "as the ledger says");
}

#[tokio::test(start_paused = true)]
async fn a_mode_that_only_reports_asks_for_nothing() {
    let mut w = RoundWorld::granted(&["a"]).await;
    w.rounds.rules.mode = Mode::Report;
    w.world.iam.unset(&role(CHURN), policy("a").as_str());
    let summary = w.round().await;
    assert_eq!((summary.differences, summary.hints, w.queue.sent().len()), (1, 0, 0));
    assert_eq!(w.open(), ["missing a reported"]);
}

#[tokio::test(start_paused = true)]
async fn a_round_is_made_once_an_hour_whatever_the_ticks() {
    let w = RoundWorld::granted(&["a"]).await;
    w.round().await;
    for _ in 0..11 {
        pass(5);
        assert_eq!(w.tick().await.unwrap(), Tick::NotYet);
    }
    pass(5);
    w.round().await;
}

#[tokio::test(start_paused = true)]
async fn two_ticks_at_once_ask_once() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.iam.unset(&role(CHURN), policy("a").as_str());
    let (one, two) = futures_util::join!(w.tick(), w.tick());
    let finished = |tick: &Tick| matches!(tick, Tick::Finished(_));
    let ticks = [one.unwrap(), two.unwrap()];
    assert_eq!(ticks.iter().filter(|tick| finished(tick)).count(), 1, "{ticks:?}");
    assert_eq!(w.queue.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_written_while_a_round_is_under_way_is_no_difference() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.next("GET agreements", Fault::Unavailable);
    w.tick().await.unwrap_err();
    w.world.agree("b", "s3", true);
    assert!(w.world.deliver("AccessActivated", "b").await);
    assert_eq!(w.round().await.differences, 0);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_be_looked_at_is_named_and_nothing_is_said_about_it() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.next("iam:ListRolePolicies", Fault::Denied);
    let summary = w.round().await;
    assert!(!summary.complete);
    assert!(w.report().round.problems[0].contains("cannot be looked at"), "{:?}", w.report().round);
    assert_eq!(summary.hints, 0);
}

#[tokio::test(start_paused = true)]
async fn a_busy_iam_is_left_alone_and_the_next_tick_goes_on() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.next("iam:GetRolePolicy", Fault::Unavailable);
    let error = w.tick().await.unwrap_err();
    assert!(matches!(error, ReconcileError::Roles(_)), "{error:?}");
    w.world.faults.forget_calls();
    pass(5);
    assert_eq!(w.round().await.differences, 0);
    assert_eq!(w.world.faults.count("iam:ListRolePolicies"), 1, "only the role that was left");
}

#[tokio::test(start_paused = true)]
async fn the_report_shows_exactly_what_iam_holds_under_our_names() {
    let w = RoundWorld::granted(&["a", "urn:access:b"]).await;
    w.world.iam.set(&role(OTHER), policy("stray:1").as_str(), FOREIGN);
    w.world.iam.set(&role(OTHER), "Theirs", FOREIGN);
    w.round().await;
    let mut shown: Vec<(String, String)> =
        w.report().grants.into_iter().map(|row| (row.role, row.policy)).collect();
    shown.sort();
    let mut held = Vec::new();
    for (role, policies) in w.world.iam.snapshot() {
        let ours = policies.into_keys().filter(|name| PolicyName::found(name).is_some());
        held.extend(ours.map(|name| (role.to_string(), name)));
    }
    held.sort();
    assert_eq!(shown, held);
}

#[tokio::test(start_paused = true)]
async fn a_policy_whose_agreement_nobody_knows_is_shown_and_left_to_a_person() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.iam.set(&role(OTHER), policy("urn:nobody").as_str(), FOREIGN);
    let summary = w.round().await;
    assert_eq!((summary.differences, summary.hints), (1, 0));
    assert_eq!(w.open(), ["unrecorded ? reported"]);
}

#[tokio::test(start_paused = true)]
async fn a_hint_about_a_role_outside_the_allow_list_touches_nothing_there() {
    let world = World::new();
    let elsewhere = world.iam.create_role("arn:aws:iam::123456789012:role/platform/admin");
    world.iam.set(&elsewhere, policy("a").as_str(), FOREIGN);
    let id = "e1".parse().unwrap();
    let hint = domain::event::Message::hint_about(&"a".parse().unwrap(), Some(&elsewhere), &id);
    assert!(world.handle(vec![crate::delivery::record(0, "a", &hint.body)]).await.is_empty());
    assert!(world.iam.text(&elsewhere, policy("a").as_str()).is_some());
    assert_eq!(world.iam.writes(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_that_cannot_be_read_stops_the_rounds_and_says_what_to_do() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.objects.set("reconcile/round.json", "not ours");
    let error = w.tick().await.unwrap_err();
    assert!(error.to_string().contains("delete the object"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn hints_that_the_queue_did_not_take_are_given_in_the_next_round() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.iam.unset(&role(CHURN), policy("a").as_str());
    w.world.faults.next("sqs:SendMessage", Fault::Unavailable);
    assert!(matches!(w.tick().await, Err(ReconcileError::Hints(_))));
    pass(60);
    let summary: Summary = w.round().await;
    assert_eq!(summary.hints, 1);
    w.handle_hints().await;
    assert!(w.world.granted(CHURN, "a").is_some());
}

#[tokio::test(start_paused = true)]
async fn many_agreements_that_no_list_has_are_asked_for_a_hundred_at_a_time() {
    let w = RoundWorld::new();
    w.world.agree("listed", "glue", false);
    let ids: Vec<String> = (0..103).map(|number| format!("acc-{number:03}")).collect();
    for id in &ids {
        let role = w.world.iam.create_role(&format!("{OTHER}-{id}"));
        w.world.iam.set(&role, policy(id).as_str(), FOREIGN);
        w.world.agree(id, "s3", true);
        w.world.catalog.hide_from_lists(id);
    }
    w.world.faults.forget_calls();
    let summary = w.round().await;
    let gone = w.report().differences.into_iter().filter(|row| row.explanation.contains("gone"));
    assert_eq!(gone.count(), 0, "what was not asked for is not gone");
    assert_eq!((w.world.faults.count("GET agreement"), summary.complete), (100, false));
}

#[tokio::test(start_paused = true)]
async fn what_is_out_of_sight_is_not_repaired_and_what_is_repaired_is_closed_all_the_same() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    w.world.iam.unset(&role(CHURN), policy("a").as_str());
    w.round().await;
    w.handle_hints().await;
    // One agreement stays unreadable for ever: that keeps nothing else open.
    w.world.catalog.set_agreement(Family::Access, "b", r#"{"id":"b","info":7}"#);
    pass(61);
    let summary = w.round().await;
    assert_eq!((summary.complete, summary.repaired, w.open().len()), (false, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_difference_whose_agreement_and_role_are_both_gone_since_does_not_stay_open() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    w.world.agree("c", "s3", false);
    w.world.catalog.delete_agreement(Family::Access, "a");
    w.round().await;
    assert_eq!(w.open(), ["orphaned a asked"]);
    w.handle_hints().await;
    w.world.catalog.delete_agreement(Family::Access, "b");
    assert!(w.world.deliver("AccessDeleted", "b").await);
    w.world.iam.delete_role(&role(CHURN));
    pass(61);
    let summary = w.round().await;
    assert_eq!((summary.repaired, w.open().len()), (1, 0), "{:?}", w.open());
}

#[tokio::test(start_paused = true)]
async fn a_revocation_that_fails_is_not_called_repaired() {
    let mut w = RoundWorld::granted(&["a", "b"]).await;
    w.rounds.rules.interval = time::Duration::minutes(30);
    w.world.agree("a", "s3", false);
    w.round().await;
    assert_eq!(w.open(), ["orphaned a asked"]);
    w.world.faults.decide(|call| (call == "iam:DeleteRolePolicy").then_some(Fault::Denied));
    assert!(!w.world.deliver("AccessDeactivated", "a").await);
    for minutes in [30, 30, 30] {
        pass(minutes);
        let summary = w.round().await;
        assert_eq!((summary.repaired, w.open().len()), (0, 1), "{:?}", w.open());
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_cannot_be_looked_at_is_not_one_without_policies() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.agree("a", "s3", false);
    w.world.faults.decide(|call| (call == "iam:ListRolePolicies").then_some(Fault::Denied));
    let summary = w.round().await;
    assert_eq!((summary.differences, summary.hints, summary.complete), (0, 0, false));
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_ends_by_event_during_the_walk_is_no_difference() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    let mut ticking = std::pin::pin!(w.tick());
    // Every role is looked at; then the agreement ends before the catalog is asked.
    w.world.faults.next("GET agreements", Fault::Hangs);
    let walking = tokio::time::timeout(std::time::Duration::from_secs(5), ticking.as_mut()).await;
    assert!(walking.is_err(), "the catalog is being asked");
    w.world.agree("a", "s3", false);
    assert!(w.world.deliver("AccessDeactivated", "a").await);
    ticking.await.unwrap_err();
    assert_eq!(w.round().await.differences, 0);
}

#[tokio::test(start_paused = true)]
async fn a_product_that_cannot_be_had_is_asked_for_once() {
    let ids = many(20);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let w = RoundWorld::granted(&ids).await;
    w.world.faults.forget_calls();
    w.world.faults.decide(|call| (call == "GET product").then_some(Fault::Unavailable));
    w.round().await;
    assert_eq!(w.world.faults.count("GET product"), 2, "the consumer's and the provider's");
}

#[tokio::test(start_paused = true)]
async fn a_ledger_entry_that_cannot_be_read_concerns_its_own_agreement_only() {
    let w = RoundWorld::granted(&["damaged", "removed"]).await;
    let name = domain::ledger::Entry::object_name(&"damaged".parse().unwrap());
    w.world.objects.set(&format!("grants/{name}"), "not an entry");
    w.world.objects.set("grants/", "");
    w.world.iam.unset(&role(CHURN), policy("removed").as_str());
    let summary = w.round().await;
    assert_eq!((summary.hints, summary.complete), (1, false));
    assert!(w.report().round.problems[0].contains("restore an earlier version"));
    assert_eq!(w.open(), ["missing removed asked"]);
}

#[tokio::test(start_paused = true)]
async fn invented_names_on_one_role_hold_up_nobodys_revocation() {
    let w = RoundWorld::granted(&["ended", "kept"]).await;
    w.world.agree("ended", "s3", false);
    for number in 0..11 {
        w.world.iam.set(&role(OTHER), policy(&format!("x{number}")).as_str(), FOREIGN);
    }
    let summary = w.round().await;
    assert_eq!((summary.withheld, summary.hints), (11, 1));
    w.handle_hints().await;
    assert_eq!(w.world.granted(CHURN, "ended"), None);
}

#[tokio::test(start_paused = true)]
async fn revocations_the_writer_has_begun_are_finished_whatever_their_number() {
    let ids = many(12);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let w = RoundWorld::granted(&ids).await;
    w.world.faults.decide(|call| (call == "iam:DeleteRolePolicy").then_some(Fault::Unavailable));
    for id in &ids {
        w.world.agree(id, "s3", false);
        assert!(!w.world.deliver("AccessDeactivated", id).await);
    }
    w.world.faults.none();
    pass(60);
    let summary = w.round().await;
    assert_eq!((summary.withheld, summary.hints), (0, 12));
    w.handle_hints().await;
    assert!(ids.iter().all(|id| w.world.granted(CHURN, id).is_none()));
}

#[tokio::test(start_paused = true)]
async fn what_three_rounds_did_not_repair_is_asked_for_once_a_day() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.iam.unset(&role(CHURN), policy("a").as_str());
    let mut asked = Vec::new();
    for round in 0..50 {
        if w.round().await.hints > 0 {
            asked.push(round);
        }
        pass(60);
    }
    assert_eq!(asked, [0, 1, 2, 24, 48]);
    assert!(w.report().differences[0].explanation.contains("once a day"));
}

#[tokio::test(start_paused = true)]
async fn a_mode_that_only_reports_raises_no_alarm_about_revocations() {
    let mut w = twelve_ended().await;
    w.rounds.rules.mode = Mode::Report;
    let summary = w.round().await;
    assert_eq!((summary.withheld, summary.hints), (0, 0));
    assert!(w.open().iter().all(|row| row.ends_with("reported")), "{:?}", w.open());
}

#[test]
fn every_function_logs_what_it_says() {
    for ours in ["poll_feed", "manage_iam_policies", "reconcile", "survey", "access", "clients"] {
        assert!(lambda::telemetry::OURS.contains(&ours), "{ours}");
    }
}
