//! What the operator's command shows before anything changes, and what it has done.

use std::time::Duration;

use clients::fake::FakeIam;
use clients::fake::{FakeCatalog, FakeObjects, FakeTables, Fault};
use dmm_aws::compared::picture;
use dmm_aws::diff::in_colours;
use dmm_aws::proposal::{Count, Proposal};
use dmm_aws::waiting::{Waiting, WaitingError};
use domain::difference::Kind;
use domain::event::Family;
use domain::ids::AgreementId;
use domain::role::RoleArn;
use indicatif::ProgressBar;
use serde_json::json;
use survey::{Asking, Picture, RevokeLimit, Survey, send};

use crate::rounds::{RoundWorld, now, pass};
use crate::world::{CHURN, OTHER, policy};

type FakeSurvey = Survey<FakeCatalog, FakeIam, FakeObjects, FakeTables>;

const FOREIGN: &str = r#"{"Version":"2012-10-17","Statement":[]}"#;

fn role(arn: &str) -> RoleArn {
    arn.parse().unwrap()
}

pub(crate) async fn seen(survey: &FakeSurvey, agreement: Option<&str>) -> Picture {
    let id: Option<AgreementId> = agreement.map(|id| id.parse().unwrap());
    picture(survey, id.as_ref(), now(), &ProgressBar::hidden()).await.unwrap()
}

pub(crate) async fn planned(w: &RoundWorld, agreement: Option<&str>) -> Proposal {
    let survey = &w.rounds.survey;
    let picture = seen(survey, agreement).await;
    Proposal::of(&picture, RevokeLimit::default(), &survey.assessor.roles).await.unwrap()
}

/// Without the colours.
fn printed(proposal: &Proposal) -> String {
    let coloured = in_colours(proposal);
    let mut plain = String::new();
    for (index, part) in coloured.split('\u{1b}').enumerate() {
        let text = if index == 0 { part } else { part.split_once('m').unwrap().1 };
        plain.push_str(text);
    }
    plain
}

/// Asks for what is not as agreed, as `apply` does, and has the function answer.
async fn applied(w: &RoundWorld, agreement: Option<&str>) -> usize {
    let picture = seen(&w.rounds.survey, agreement).await;
    let hints = Asking::of(&picture, RevokeLimit::default(), |_| false).hints;
    send(&w.queue, &hints, now()).await.unwrap();
    w.handle_hints().await;
    hints.len()
}

#[tokio::test(start_paused = true)]
async fn one_agreement_or_all_can_be_evaluated_again_without_an_event() {
    let w = RoundWorld::granted(&["one", "two", "three"]).await;
    let before = w.world.iam.snapshot();
    for id in ["one", "two"] {
        w.world.iam.unset(&role(CHURN), policy(id).as_str());
    }
    assert_eq!(applied(&w, Some("one")).await, 1);
    assert!(w.world.granted(CHURN, "one").is_some());
    assert_eq!(w.world.granted(CHURN, "two"), None, "nobody asked for this one");
    pass(10);
    assert_eq!(applied(&w, None).await, 1);
    assert_eq!(w.world.iam.snapshot(), before);
}

#[tokio::test(start_paused = true)]
async fn where_everything_is_as_agreed_nothing_would_change() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    for agreement in [None, Some("a")] {
        let proposal = planned(&w, agreement).await;
        assert_eq!(proposal.changes, []);
        assert_eq!(proposal.problems, Vec::<String>::new());
        assert_eq!(printed(&proposal), "Nothing would change.");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_changes_nothing_anywhere() {
    let w = RoundWorld::granted(&["gone", "edited"]).await;
    w.world.catalog.delete_agreement(Family::Access, "gone");
    w.world.iam.set(&role(CHURN), policy("edited").as_str(), FOREIGN);
    let before = (w.world.iam.snapshot(), w.world.objects.writes(), w.world.catalog.puts());
    assert_eq!(planned(&w, None).await.changes.len(), 2);
    planned(&w, Some("gone")).await;
    let after = (w.world.iam.snapshot(), w.world.objects.writes(), w.world.catalog.puts());
    assert_eq!(before, after);
    assert_eq!(w.queue.sent().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_would_be_given_stands_with_a_plus_and_the_reason() {
    let w = RoundWorld::new();
    w.world.agree("a", "s3", true);
    let proposal = planned(&w, Some("a")).await;
    assert_eq!(proposal.count(), Count { given: 1, changed: 0, taken: 0 });
    let text = printed(&proposal);
    assert!(text.contains("missing: the agreement is active and was never looked at"), "{text}");
    assert!(text.contains(&format!("+ DMM_DataUsageAgreement_a on {CHURN}")), "{text}");
    assert!(text.contains("+       \"Resource\": \"arn:aws:s3:::data/*\""), "{text}");
    assert!(in_colours(&proposal).contains("\u{1b}[32m"), "given is green");
}

#[tokio::test(start_paused = true)]
async fn what_would_be_taken_stands_with_a_minus_and_the_reason() {
    let w = RoundWorld::granted(&["a", "kept"]).await;
    w.world.agree("a", "s3", false);
    let proposal = planned(&w, Some("a")).await;
    assert_eq!(proposal.count(), Count { given: 0, changed: 0, taken: 1 });
    let text = printed(&proposal);
    assert!(text.contains("although the agreement is not active"), "{text}");
    assert!(text.contains(&format!("- DMM_DataUsageAgreement_a on {CHURN}")), "{text}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("+ ")), "{text}");
    assert!(in_colours(&proposal).contains("\u{1b}[31m"), "taken is red");
}

#[tokio::test(start_paused = true)]
async fn an_edited_policy_shows_only_the_lines_that_differ() {
    let w = RoundWorld::granted(&["a"]).await;
    let text = w.world.granted(CHURN, "a").unwrap();
    let edited = text.replace("arn:aws:s3:::data/*", "arn:aws:s3:::other/*");
    w.world.iam.set(&role(CHURN), policy("a").as_str(), &edited);
    let text = printed(&planned(&w, Some("a")).await);
    let marked = |sign: char| {
        let lines = text.lines().map(str::trim_start);
        lines.filter(|line| line.starts_with(&format!("{sign}  "))).count()
    };
    assert_eq!((marked('+'), marked('-')), (1, 1), "{text}");
    assert!(text.contains("somebody edited the policy"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_moves_shows_both_roles() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.set_consumer(&json!({"aws-role-name": "other"}));
    let proposal = planned(&w, Some("a")).await;
    assert_eq!(proposal.count(), Count { given: 1, changed: 0, taken: 1 });
    let roles: Vec<String> =
        proposal.changes[0].policies.iter().map(|policy| policy.role.to_string()).collect();
    assert_eq!(roles, [CHURN, OTHER]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stands_beside_what_is_taken() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.set_provider(&[("s3", json!({"output-port-type": "s3_bucket"}))]);
    let proposal = planned(&w, Some("a")).await;
    let why = proposal.changes[0].refused.clone().unwrap();
    assert!(why.contains("aws-s3-bucket-arn"), "{why}");
    assert_eq!(proposal.count().taken, 1);
}

#[tokio::test(start_paused = true)]
async fn a_catalog_that_does_not_answer_is_a_problem_and_not_no_change() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.decide(|call| (call == "GET agreement").then_some(Fault::Unavailable));
    let proposal = planned(&w, Some("a")).await;
    assert_eq!((proposal.changes.len(), proposal.problems.len()), (0, 1));
    assert!(proposal.problems[0].contains("agreement a"), "{:?}", proposal.problems);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_cannot_be_looked_at_is_a_problem_and_not_an_empty_role() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.decide(|call| (call == "iam:ListRolePolicies").then_some(Fault::Denied));
    let proposal = planned(&w, Some("a")).await;
    assert_eq!(proposal.changes, []);
    assert!(proposal.problems.iter().any(|problem| problem.contains(CHURN)));
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_nobody_is_shown_and_left_alone() {
    let w = RoundWorld::granted(&["a"]).await;
    let hashed = format!("DMM_DataUsageAgreement_sha256={}", "0".repeat(64));
    w.world.iam.set(&role(OTHER), &hashed, FOREIGN);
    let proposal = planned(&w, None).await;
    assert_eq!((proposal.changes.len(), proposal.strays.len()), (0, 1));
    assert!(printed(&proposal).contains("left alone"));
}

#[tokio::test(start_paused = true)]
async fn one_agreement_and_all_of_them_are_judged_alike() {
    let w = RoundWorld::granted(&["removed", "edited", "ended", "left"]).await;
    w.world.iam.unset(&role(CHURN), policy("removed").as_str());
    w.world.iam.set(&role(CHURN), policy("edited").as_str(), FOREIGN);
    w.world.agree("ended", "s3", false);
    w.world.agree("new", "glue", true);
    let all = planned(&w, None).await.changes;
    assert_eq!(all.len(), 4);
    for change in all {
        let one = planned(&w, Some(change.agreement.as_str())).await.changes;
        assert_eq!(one, [change]);
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_revocations_are_shown_and_none_is_asked_for() {
    let ids: Vec<String> = (0..12).map(|n| format!("a{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let w = RoundWorld::granted(&ids).await;
    for id in &ids {
        w.world.agree(id, "s3", false);
    }
    let proposal = planned(&w, None).await;
    assert_eq!((proposal.withheld_revocations, proposal.revoke_limit), (12, 10));
    assert!(printed(&proposal).contains("--revoke-limit"));
    assert_eq!(applied(&w, None).await, 0);
    let picture = seen(&w.rounds.survey, None).await;
    assert_eq!(Asking::of(&picture, RevokeLimit::of(12), |_| false).hints.len(), 12);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_once_ledger_and_roles_show_what_was_asked_for() {
    let w = RoundWorld::granted(&["ended", "removed"]).await;
    w.world.agree("ended", "s3", false);
    w.world.iam.unset(&role(CHURN), policy("removed").as_str());
    let survey = &w.rounds.survey;
    let picture = seen(survey, None).await;
    let hints = Asking::of(&picture, RevokeLimit::default(), |_| false).hints;
    send(&w.queue, &hints, now()).await.unwrap();
    let waiting = Waiting {
        ledger: &survey.ledger,
        inventory: &survey.assessor.roles,
        patience: Duration::from_secs(10),
        pause: Duration::from_secs(2),
    };
    let too_early = waiting.until_done(&hints, &picture, |_| {}).await.unwrap_err();
    assert!(matches!(&too_early, WaitingError::Left { left, .. } if left.len() == 2));
    w.handle_hints().await;
    let mut looks = 0;
    waiting.until_done(&hints, &picture, |_| looks += 1).await.unwrap();
    assert_eq!(looks, 0, "it was done before the first look");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_moment_ago_is_not_judged_yet() {
    let w = RoundWorld::new();
    w.world.agree("a", "s3", true);
    assert!(w.world.deliver("AccessActivated", "a").await);
    w.world.iam.unset(&role(CHURN), policy("a").as_str());
    assert_eq!(planned(&w, Some("a")).await.changes, []);
    pass(6);
    let changes = planned(&w, Some("a")).await.changes;
    assert_eq!(changes[0].differences[0].kind, Kind::Missing);
}
