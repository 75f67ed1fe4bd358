//! A table that Glue does not show for a while: dropped and made anew, or newly governed.

use dmm_aws::explanation::{Asked, explain};
use domain::absence::Absence;
use domain::ledger::State;
use serde_json::{Value, json};

use crate::rounds::{RoundWorld, now, pass};
use crate::world::{CHURN, OTHER, TABLE, WORKGROUP, policy};

/// Agreement `a` on a table, granted an hour ago.
async fn granted() -> RoundWorld {
    let mut this = RoundWorld::new();
    // Rounds in quick succession.
    this.rounds.rules.interval = time::Duration::minutes(1);
    this.world.tables.create(TABLE, "s3://data/orders/");
    this.world.agree("a", "glue", true);
    assert!(this.world.deliver("AccessActivated", "a").await);
    assert!(this.world.granted(CHURN, "a").is_some());
    pass(60);
    this
}

fn note(w: &RoundWorld) -> Value {
    w.world.agreement("a")["custom"]["aws-integration-note"].clone()
}

/// What the ledger says is missed, and for how many minutes.
fn missed(w: &RoundWorld) -> Option<(Absence, i64)> {
    let entry = w.world.ledger("a").unwrap();
    let missed = entry.missed_tables.get(&TABLE.parse().unwrap()).copied()?;
    Some((missed.why, (now() - missed.since).whole_minutes()))
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_made_anew_while_an_event_is_handled_costs_no_right() {
    let w = granted().await;
    let (held, writes) = (w.world.granted(CHURN, "a"), w.world.iam.writes());
    w.world.tables.remove(TABLE);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    assert_eq!((w.world.granted(CHURN, "a"), w.world.iam.writes()), (held.clone(), writes));
    assert_eq!(missed(&w), Some((Absence::Missing, 0)));
    assert_eq!(w.world.ledger("a").unwrap().state, State::Granted);
    assert!(note(&w).as_str().unwrap().contains("Glue has no table"), "{}", note(&w));
    assert!(w.world.tags("a").contains(&"aws-integration-active".to_owned()));
    pass(2);
    let puts = w.world.catalog.puts();
    assert!(w.world.deliver("AccessUpdated", "a").await);
    assert_eq!(
        (missed(&w), w.world.catalog.puts()),
        (Some((Absence::Missing, 2)), puts),
        "told once"
    );
    w.world.tables.create(TABLE, "s3://data/orders/");
    assert!(w.world.deliver("AccessUpdated", "a").await);
    assert_eq!((w.world.granted(CHURN, "a"), w.world.iam.writes()), (held, writes));
    assert_eq!((missed(&w), note(&w)), (None, Value::Null));
}

#[tokio::test(start_paused = true)]
async fn a_table_that_comes_back_at_another_place_is_granted_there() {
    let w = granted().await;
    w.world.tables.remove(TABLE);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    w.world.tables.create(TABLE, "s3://data/orders-2/");
    assert!(w.world.deliver("AccessUpdated", "a").await);
    let text = w.world.granted(CHURN, "a").unwrap();
    assert!(text.contains("data/orders-2/*") && !text.contains("data/orders/*"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_table_that_lake_formation_hides_keeps_its_right_for_as_long_as_that_lasts() {
    let w = granted().await;
    let (held, writes) = (w.world.granted(CHURN, "a"), w.world.iam.writes());
    w.world.tables.hide(TABLE);
    for minutes in [0, 6, 60, 60 * 24 * 30] {
        pass(minutes);
        assert!(w.world.deliver("AccessUpdated", "a").await);
        assert_eq!((w.world.granted(CHURN, "a"), w.world.iam.writes()), (held.clone(), writes));
    }
    assert!(note(&w).as_str().unwrap().contains("grant DESCRIBE"), "{}", note(&w));
    w.world.tables.show(TABLE);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    assert_eq!((missed(&w), note(&w)), (None, Value::Null));
    assert_eq!((w.world.granted(CHURN, "a"), w.world.iam.writes()), (held, writes));
}

#[tokio::test(start_paused = true)]
async fn a_first_grant_on_a_table_that_is_not_shown_is_refused_and_no_dead_letter() {
    for is_hidden in [false, true] {
        let w = RoundWorld::new();
        if is_hidden {
            w.world.tables.create(TABLE, "s3://data/orders/");
            w.world.tables.hide(TABLE);
        }
        w.world.agree("a", "glue", true);
        assert!(w.world.deliver("AccessActivated", "a").await, "acknowledged");
        assert_eq!(w.world.granted(CHURN, "a"), None);
        assert_eq!(w.world.ledger("a").unwrap().state, State::Rejected);
        let shown = w.world.shown_error("a");
        assert!(shown.contains(TABLE) && shown.contains("aws-s3-folder-arn"), "{shown}");
        // Once it is shown, the next round sees that nothing refuses it any more.
        w.world.tables.create(TABLE, "s3://data/orders/");
        w.world.tables.show(TABLE);
        pass(60);
        assert_eq!(w.round().await.hints, 1);
        w.handle_hints().await;
        assert!(w.world.granted(CHURN, "a").is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_stays_away_longer_than_the_settle_time_is_refused_after_all() {
    let w = granted().await;
    w.world.tables.remove(TABLE);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    pass(4);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    assert!(w.world.granted(CHURN, "a").is_some(), "still in time");
    pass(1);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    assert_eq!(w.world.granted(CHURN, "a"), None);
    let entry = w.world.ledger("a").unwrap();
    assert_eq!((entry.state, entry.missed_tables.len()), (State::Rejected, 0));
    assert!(w.world.shown_error("a").contains("Glue has no such table"));
}

#[tokio::test(start_paused = true)]
async fn a_round_asks_once_when_a_table_is_missed_and_again_when_the_settle_time_is_over() {
    let mut w = granted().await;
    w.rounds.rules.interval = time::Duration::minutes(5);
    w.world.tables.remove(TABLE);
    let first = w.round().await;
    assert_eq!((first.hints, first.withheld, first.complete), (1, 0, true));
    assert_eq!(w.open(), ["unrecorded a asked"]);
    w.handle_hints().await;
    assert_eq!(missed(&w), Some((Absence::Missing, 0)));
    pass(6);
    let after = w.round().await;
    assert_eq!((after.hints, after.complete), (1, true));
    assert_eq!(w.open(), ["orphaned a asked"]);
    w.handle_hints().await;
    assert_eq!(w.world.granted(CHURN, "a"), None);
    pass(60);
    assert_eq!((w.round().await.hints, w.open().len()), (0, 0), "refused, and told");
}

#[tokio::test(start_paused = true)]
async fn a_round_finds_no_difference_in_a_right_that_stays_for_a_while() {
    let w = granted().await;
    w.world.tables.remove(TABLE);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    for _ in 0..4 {
        pass(1);
        let round = w.round().await;
        assert_eq!((round.hints, round.differences, round.complete), (0, 0, true));
    }
}

#[tokio::test(start_paused = true)]
async fn a_round_has_the_ledger_forget_a_table_that_is_back_and_asks_no_more() {
    let w = granted().await;
    w.world.tables.remove(TABLE);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    w.world.tables.create(TABLE, "s3://data/orders/");
    pass(60);
    assert_eq!(w.round().await.hints, 1);
    w.handle_hints().await;
    assert_eq!((missed(&w), note(&w)), (None, Value::Null));
    pass(60);
    assert_eq!((w.round().await.hints, w.open().len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_table_denied_for_more_than_an_hour_is_told_to_the_operator_in_every_round() {
    let w = granted().await;
    w.world.tables.hide(TABLE);
    let first = w.round().await;
    assert_eq!((first.hints, first.tables_denied), (1, 0));
    w.handle_hints().await;
    for (minutes, denied) in [(59, 0), (1, 1), (60 * 24, 1)] {
        pass(minutes);
        let round = w.round().await;
        assert_eq!((round.hints, round.differences, round.complete), (0, 0, true), "{minutes}");
        assert_eq!(round.tables_denied, denied, "{minutes}");
    }
    w.world.tables.show(TABLE);
    pass(60);
    let again = w.round().await;
    assert_eq!((again.hints, again.tables_denied), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_agreement_that_changed_while_its_table_is_away_is_judged_as_ever() {
    for hidden in [false, true] {
        let away = async || {
            let w = granted().await;
            if hidden {
                w.world.tables.hide(TABLE);
            } else {
                w.world.tables.remove(TABLE);
            }
            assert!(w.world.deliver("AccessUpdated", "a").await);
            assert!(w.world.granted(CHURN, "a").is_some());
            w
        };
        let ended = away().await;
        ended.world.agree("a", "glue", false);
        assert!(ended.world.deliver("AccessDeactivated", "a").await);
        assert_eq!(ended.world.granted(CHURN, "a"), None);
        assert_eq!(ended.world.ledger("a").unwrap().state, State::Revoked);

        let moved = away().await;
        moved.world.set_consumer(&json!({"aws-role-name": "other"}));
        assert!(moved.world.deliver("AccessUpdated", "a").await);
        assert_eq!(moved.world.granted(CHURN, "a"), None);
        assert_eq!(moved.world.granted(OTHER, "a"), None);
        assert_eq!(moved.world.ledger("a").unwrap().state, State::Rejected);

        let exchanged = away().await;
        let port = json!({"output-port-type": "glue_table", "aws-athena-workgroup-arn": WORKGROUP,
                          "aws-glue-table-arn": TABLE.replace("orders", "returns")});
        exchanged.world.set_provider(&[("glue", port)]);
        assert!(exchanged.world.deliver("AccessUpdated", "a").await);
        assert_eq!(exchanged.world.granted(CHURN, "a"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_takes_away_while_a_table_is_away_is_put_back_as_the_ledger_has_it() {
    let w = granted().await;
    let held = w.world.granted(CHURN, "a");
    w.world.tables.remove(TABLE);
    w.world.iam.unset(&CHURN.parse().unwrap(), policy("a").as_str());
    assert!(w.world.deliver("AccessUpdated", "a").await);
    assert_eq!(w.world.granted(CHURN, "a"), held);
}

#[tokio::test(start_paused = true)]
async fn people_are_told_the_same_as_the_writer_decides_about_a_table_that_is_away() {
    let w = granted().await;
    w.world.tables.hide(TABLE);
    assert!(w.world.deliver("AccessUpdated", "a").await);
    pass(60);
    let found = explain(&w.rounds.survey, &"a".parse().unwrap(), now()).await.unwrap();
    assert_eq!((found.differences.len(), found.proposal.changes.len()), (0, 0));
    let read: Vec<&str> = found.read.iter().map(|step| step.said.as_str()).collect();
    assert!(read.iter().any(|said| said.contains("by the ledger, its data was at")), "{read:?}");
    let Asked::Grant { also_needed, .. } = found.wanted else { unreachable!("it stays granted") };
    assert!(also_needed.unwrap().contains("the right stays as it was"));
}

#[tokio::test(start_paused = true)]
async fn of_a_right_on_several_tables_one_that_is_made_anew_costs_none() {
    let w = RoundWorld::new();
    let (orders, returns) = (TABLE, TABLE.replace("orders", "returns"));
    w.world.tables.create(orders, "s3://data/orders/");
    w.world.tables.create(&returns, "s3://data/returns/");
    let server = json!({"server": "prod", "type": "glue", "account": "123456789012",
                        "database": "sales"});
    let contract = json!({"id": "c", "kind": "DataContract", "servers": [server],
                          "schema": [{"name": "orders"}, {"name": "returns"}]});
    let id = domain::ids::DocumentId::Contract("c".parse().unwrap());
    w.world.catalog.set_document(&id, &contract.to_string());
    let port = json!({"name": "p", "type": "glue", "contractId": "c"});
    let product = json!({"apiVersion": "v1.0.0", "kind": "DataProduct", "id": "warmers",
                         "outputPorts": [port]});
    w.world.catalog.set_product("warmers", &product.to_string());
    w.world.set_consumer(&json!({"aws-role-name": "churn", "aws-athena-workgroup-arn": WORKGROUP}));
    w.world.agree("a", "p", true);
    assert!(w.world.deliver("AccessActivated", "a").await);
    let held = w.world.granted(CHURN, "a").unwrap();
    assert!(held.contains("table/sales/orders") && held.contains("data/returns/*"), "{held}");
    pass(60);
    for table in [orders, &returns] {
        w.world.tables.remove(table);
        assert!(w.world.deliver("AccessUpdated", "a").await);
        assert_eq!(w.world.granted(CHURN, "a"), Some(held.clone()), "{table}");
    }
}
