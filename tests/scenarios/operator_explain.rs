//! One agreement, explained to the operator.

use access::Side;
use clients::fake::Fault;
use dmm_aws::explanation::{Asked, Explanation, explain};
use domain::event::Family;
use domain::ids::DocumentId;
use domain::ledger::State;
use serde_json::json;

use crate::rounds::{RoundWorld, now};
use crate::world::{CHURN, TABLE, policy};

async fn explained(w: &RoundWorld, id: &str) -> Explanation {
    explain(&w.rounds.survey, &id.parse().unwrap(), now()).await.unwrap()
}

fn steps(explanation: &Explanation, side: Side) -> Vec<String> {
    let steps = explanation.read.iter().filter(|step| step.side == side);
    steps.map(|step| format!("{}: {}", step.read, step.said)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_granted_agreement_is_told_from_the_catalog_to_the_role() {
    let w = RoundWorld::granted(&["a"]).await;
    let found = explained(&w, "a").await;
    let described = found.agreement.clone().unwrap();
    assert_eq!((described.activity, described.status.as_deref()), ("active", Some("approved")));
    assert_eq!(described.consumer, ["data product churn", "team t"]);
    assert_eq!(described.provider.as_deref(), Some("warmers"));
    assert_eq!(found.roles.len(), 1);
    assert_eq!((found.roles[0].role.to_string().as_str(), found.roles[0].exists), (CHURN, true));
    let held = found.roles[0].held.clone().unwrap();
    assert_eq!(found.ledger.unwrap().document, Some(held));
    assert_eq!(found.differences, []);
    assert_eq!(found.proposal.changes, []);
}

#[tokio::test(start_paused = true)]
async fn every_statement_of_the_policy_has_its_reason() {
    let w = RoundWorld::new();
    w.world.tables.create(TABLE, "s3://lake/orders");
    w.world.agree("a", "glue", true);
    let Asked::Grant { statements, .. } = explained(&w, "a").await.wanted else {
        unreachable!("it is granted")
    };
    assert_eq!(statements.len(), 5);
    assert!(statements.iter().all(|found| !found.reason.contains("no reason")), "{statements:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_read_is_told_in_order_and_by_side() {
    let w = RoundWorld::new();
    w.world.set_consumer(&json!({}));
    let team = json!({"id": "t", "name": "T", "custom": {"aws-role-name": "churn"}});
    w.world.catalog.set_document(&DocumentId::Team("t".parse().unwrap()), &team.to_string());
    let contract = json!({"id": "c", "kind": "DataContract", "servers": [
        {"server": "production", "type": "s3", "location": "s3://data/orders"}]});
    let id = DocumentId::Contract("c".parse().unwrap());
    w.world.catalog.set_document(&id, &contract.to_string());
    let product = json!({"id": "warmers", "outputPorts": [{"id": "s3", "dataContractId": "c"}]});
    w.world.catalog.set_product("warmers", &product.to_string());
    w.world.agree("a", "s3", true);
    let found = explained(&w, "a").await;
    assert_eq!(
        steps(&found, Side::Consumer),
        [
            "consumer data product churn: names no role".to_owned(),
            "consumer team t: names role churn".to_owned(),
            format!("role churn: IAM has it: {CHURN}"),
        ]
    );
    assert_eq!(
        steps(&found, Side::Provider),
        [
            "provider data product warmers: read",
            "data contract c of output port s3 of provider data product warmers: server \
             production says what lies behind the port",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn reserved_fields_are_named_as_what_counted() {
    let w = RoundWorld::granted(&["a"]).await;
    let steps = steps(&explained(&w, "a").await, Side::Provider);
    assert!(steps[1].ends_with("its reserved fields say what lies behind it"), "{steps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_in_the_owners_words() {
    let w = RoundWorld::new();
    w.world.set_consumer(&json!({"aws-role-name": "nobody"}));
    w.world.agree("a", "s3", true);
    let Asked::Refused { because } = explained(&w, "a").await.wanted else {
        unreachable!("it is refused")
    };
    assert!(because.contains("nobody"), "{because}");
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_is_gone_shows_what_ledger_and_role_still_hold() {
    let w = RoundWorld::granted(&["a", "b"]).await;
    w.world.catalog.delete_agreement(Family::Access, "a");
    let found = explained(&w, "a").await;
    assert_eq!(found.agreement, None);
    assert_eq!(found.wanted, Asked::Nothing { because: "the agreement is gone".to_owned() });
    assert_eq!(found.ledger.unwrap().state, State::Granted);
    assert!(found.roles[0].held.is_some());
    assert_eq!(found.proposal.count().taken, 1);
}

#[tokio::test(start_paused = true)]
async fn an_inactive_agreement_shows_where_a_predecessors_policy_would_be() {
    let w = RoundWorld::new();
    w.world.agree("a", "s3", false);
    w.world.iam.set(&CHURN.parse().unwrap(), policy("a").as_str(), "{}");
    let found = explained(&w, "a").await;
    assert_eq!(found.roles[0].role.to_string(), CHURN);
    assert_eq!(found.differences.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_catalog_does_not_answer_nothing_is_claimed() {
    let w = RoundWorld::granted(&["a"]).await;
    w.world.faults.decide(|call| (call == "GET product").then_some(Fault::Unavailable));
    let found = explained(&w, "a").await;
    assert!(matches!(&found.wanted, Asked::Unknown { .. }), "{:?}", found.wanted);
    assert_eq!(found.proposal.changes, []);
    assert_eq!(found.proposal.problems.len(), 1);
}
