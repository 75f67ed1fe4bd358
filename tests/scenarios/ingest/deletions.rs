//! What is taken away, and when nothing is. Row A9.

use ingestion::target::Kind;

use super::world::{NOW, World, table};

#[tokio::test(start_paused = true)]
async fn what_is_gone_from_glue_is_taken_away_once_from_every_target() {
    let world = World::filled();
    world.round().await;
    world.change(|glue| {
        glue.tables.remove(0);
        glue.jobs.remove(1);
    });
    assert_eq!(world.round().await.totals.removed, 4);
    assert_eq!(world.assets.ids(Kind::Table), ["logistics.shelves", "sales.returns"]);
    assert_eq!(world.metadata.ids(Kind::Job), ["load"]);
    assert_eq!(world.round().await.totals.removed, 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_away_after_a_list_that_could_not_be_read() {
    for (action, gone) in [
        ("glue:GetDatabases", Kind::Database),
        ("glue:GetTables", Kind::Table),
        ("glue:ListWorkflows", Kind::Workflow),
        ("glue:GetWorkflow", Kind::Workflow),
        ("glue:GetJobs", Kind::Job),
        ("glue:GetTriggers", Kind::Trigger),
        ("glue:GetCrawlers", Kind::Crawler),
    ] {
        let world = World::filled();
        world.round().await;
        let before = world.assets.ids(gone);
        world.change(|glue| {
            glue.denied.insert(action);
        });
        let summary = world.round().await;
        assert_eq!(summary.totals.removed, 0, "{action}");
        assert_eq!(world.assets.ids(gone), before, "{action}");
        assert!(summary.totals.deletions_withheld > 0 && !summary.complete, "{action}");
        assert!(summary.problems[0].contains(action), "{summary:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_away_after_a_list_that_failed() {
    for action in ["glue:ListWorkflows", "glue:GetWorkflow", "glue:GetTables"] {
        let world = World::filled();
        world.round().await;
        let before = world.assets.things.lock().unwrap().clone();
        world.change(|glue| {
            glue.failing.insert(action, 1);
        });
        assert!(world.tick().await.is_err(), "{action}");
        assert_eq!(*world.assets.things.lock().unwrap(), before, "{action}");
        let summary = world.round().await;
        assert!(summary.complete && summary.totals.removed == 0, "{action}: {summary:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_comes_back_empty_is_not_believed_unless_that_is_asked_for() {
    let mut world = World::filled();
    world.round().await;
    world.change(|glue| glue.crawlers.clear());
    let summary = world.round().await;
    assert_eq!((summary.totals.removed, summary.totals.deletions_withheld), (0, 2));
    assert!(summary.problems[0].contains("allowEmpty"), "{summary:?}");
    world.scope.allow_empty = true;
    assert_eq!(world.round().await.totals.removed, 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_away_when_that_is_switched_off() {
    let mut world = World::filled();
    world.round().await;
    world.scope.mark_deleted = false;
    world.change(|glue| {
        glue.tables.remove(0);
    });
    assert_eq!(world.round().await.totals.removed, 0);
    assert_eq!(world.assets.ids(Kind::Table).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_filtered_out_later_is_taken_away() {
    let mut world = World::filled();
    world.round().await;
    let only_sales = serde_json::json!({ "includes": ["sales"] });
    world.scope.database_filter_pattern = serde_json::from_value(only_sales).unwrap();
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Database), ["sales"]);
    assert_eq!(world.assets.ids(Kind::Table), ["sales.orders", "sales.returns"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_target_still_uses_stays_and_is_asked_about_again() {
    let world = World::filled();
    world.round().await;
    world.assets.used.lock().unwrap().insert("sales.orders".to_owned());
    world.change(|glue| {
        glue.tables.remove(0);
    });
    let summary = world.round().await;
    assert_eq!((summary.totals.in_use, summary.totals.removed), (1, 1));
    world.assets.used.lock().unwrap().clear();
    assert_eq!(world.round().await.totals.removed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_does_not_make_the_old_thing_disappear() {
    let world = World::filled();
    world.round().await;
    world.assets.refused.lock().unwrap().insert("sales.orders".to_owned());
    world.change(|glue| glue.tables[0].location = Some("s3://elsewhere/".to_owned()));
    let summary = world.round().await;
    assert_eq!((summary.totals.refused, summary.totals.removed), (1, 0));
    assert_eq!(world.assets.ids(Kind::Table).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_missed_something_loses_nothing() {
    let world = World::filled();
    world.round().await;
    world.change(|glue| {
        glue.tables[0].location = Some("s3://elsewhere/".to_owned());
        glue.jobs.remove(1);
    });
    // Prepared, then refused at the first write.
    world.assets.faults.lock().unwrap().extend(["closed", "none"]);
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Job), ["load", "report"]);
    assert_eq!(world.metadata.ids(Kind::Job), ["load"]);
    world.round().await;
    assert_eq!(world.assets.ids(Kind::Job), ["load"]);
}

/// A world with so many tables more, after its first round.
async fn with_tables(more: usize) -> World {
    let world = World::filled();
    let made = |number| table(("sales", &format!("made_{number:02}")));
    world.change(|glue| glue.tables.extend((0..more).map(made)));
    world.round().await;
    world
}

/// Hides all but so many of those tables, as Lake Formation does: without a word.
fn hide_all_but(world: &World, seen: usize) {
    let stays = |name: &str| {
        let number = name.strip_prefix("made_").and_then(|number| number.parse().ok());
        number.is_none_or(|number: usize| number < seen)
    };
    world.change(|glue| glue.tables.retain(|table| stays(&table.name.table)));
}

#[tokio::test(start_paused = true)]
async fn a_round_that_sees_a_quarter_less_than_the_last_one_takes_nothing_away() {
    let world = with_tables(27).await;
    let before = world.assets.ids(Kind::Table).len();
    assert_eq!(before, 30);
    hide_all_but(&world, 19);
    world.change(|glue| {
        glue.jobs.remove(1);
    });
    for _ in 0..3 {
        let summary = world.round().await;
        assert_eq!(summary.totals.removed, 0, "jobs stay too");
        assert_eq!(summary.totals.deletions_withheld, 4, "tables and jobs, of each target");
        let told = &summary.problems;
        assert!(
            told.iter().any(|told| told.contains("only 22 of 30 were found of Table")),
            "{told:?}"
        );
        assert_eq!(world.assets.ids(Kind::Table).len(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn less_than_a_quarter_is_taken_away_and_the_next_round_compares_with_what_is_left() {
    let world = with_tables(27).await;
    hide_all_but(&world, 20);
    assert_eq!(world.round().await.totals.removed, 14, "seven of thirty, from two targets");
    hide_all_but(&world, 15);
    assert_eq!(world.round().await.totals.removed, 10, "five of twenty-three");
    hide_all_but(&world, 10);
    assert_eq!(world.round().await.totals.deletions_withheld, 2, "five of eighteen");
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_for_a_day_or_was_meant_is_taken_away_however_much_it_is() {
    let mut world = with_tables(27).await;
    hide_all_but(&world, 5);
    assert_eq!(world.round().await.totals.removed, 0);
    world.scope.allow_empty = true;
    assert_eq!(world.round().await.totals.removed, 44);
    world.scope.allow_empty = false;
    let mut later = with_tables(27).await;
    hide_all_but(&later, 5);
    assert_eq!(later.round().await.totals.removed, 0);
    later.now = || NOW + time::Duration::hours(24);
    assert_eq!(later.round().await.totals.removed, 44);
    assert_eq!(later.assets.ids(Kind::Table).len(), 8);
}
