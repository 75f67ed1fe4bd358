//! Rounds that take several ticks, are interrupted, or run twice at once.

use std::time::Duration;

use ingestion::round::Tick;
use ingestion::target::Kind;

use super::world::{World, table};

#[tokio::test(start_paused = true)]
async fn a_round_that_does_not_fit_into_one_tick_goes_on_in_the_next() {
    let world = World::filled();
    world.change(|glue| {
        glue.latency = Duration::from_secs(4);
        for number in 0..40 {
            glue.tables.push(table(("sales", &format!("t{number:02}"))));
        }
    });
    let mut ticks = 1;
    while !matches!(world.tick_within(Duration::from_mins(1)).await.unwrap(), Tick::Finished(_)) {
        ticks += 1;
        assert!(ticks < 20, "the round makes progress");
    }
    assert!(ticks > 2, "{ticks}");
    assert_eq!(world.assets.ids(Kind::Table).len(), 43);
    assert_eq!(world.assets.written(), world.metadata.written());
    // No page twice: what was under way when the time ended is the only work done again.
    assert!(
        world.glue.calls("glue:GetTables") <= 23 + ticks,
        "{}",
        world.glue.calls("glue:GetTables")
    );
}

#[tokio::test(start_paused = true)]
async fn a_place_in_a_list_that_expired_means_that_list_from_its_beginning() {
    for action in ["glue:GetDatabases", "glue:GetTables", "glue:GetJobs"] {
        let world = World::filled();
        world.change(|glue| {
            glue.page = 1;
            glue.expiring.insert(action, 1);
        });
        let summary = world.round().await;
        assert!(summary.complete, "{action}: {summary:?}");
        assert_eq!(world.assets.ids(Kind::Table).len(), 3, "{action}");
        assert_eq!(world.assets.ids(Kind::Job).len(), 2, "{action}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_places_always_expire_does_not_turn_for_ever() {
    let world = World::filled();
    world.change(|glue| {
        glue.page = 1;
        glue.expiring.insert("glue:GetJobs", 1000);
    });
    assert!(world.tick().await.is_err());
    assert!(world.glue.calls("glue:GetJobs") < 20);
}

#[tokio::test(start_paused = true)]
async fn a_tick_that_failed_is_gone_on_with_where_it_stood() {
    let world = World::filled();
    world.change(|glue| {
        glue.failing.insert("glue:GetJobs", 1);
    });
    assert!(world.tick().await.is_err());
    assert_eq!(world.assets.ids(Kind::Table).len(), 3);
    let tables = world.glue.calls("glue:GetTables");
    assert!(world.round().await.complete);
    assert_eq!(world.glue.calls("glue:GetTables"), tables, "tables were not read again");
}

#[tokio::test(start_paused = true)]
async fn two_ticks_at_once_end_in_one_state() {
    let world = World::filled();
    world.change(|glue| glue.latency = Duration::from_millis(10));
    let (one, other) = tokio::join!(world.tick(), world.tick());
    let ticks = [one.unwrap(), other.unwrap()];
    assert!(ticks.contains(&Tick::Overtaken), "{ticks:?}");
    assert!(ticks.iter().any(|tick| matches!(tick, Tick::Finished(_))), "{ticks:?}");
    assert_eq!(world.round().await.totals.sent, 0);
}

#[tokio::test(start_paused = true)]
async fn a_round_interrupted_anywhere_ends_like_one_that_was_not() {
    let whole = World::filled();
    whole.round().await;
    for seconds in 1..30 {
        let world = World::filled();
        world.change(|glue| glue.latency = Duration::from_secs(1));
        // The process ends without a word: nothing is saved.
        let killed = world.tick();
        let _ = tokio::time::timeout(Duration::from_secs(seconds), killed).await;
        world.round().await;
        let things = world.assets.things.lock().unwrap();
        assert_eq!(*things, *whole.assets.things.lock().unwrap(), "killed after {seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tick_without_any_open_target_says_why_and_keeps_the_round() {
    let world = World::filled();
    for target in [&world.assets, &world.metadata] {
        target.faults.lock().unwrap().push("closed");
    }
    let error = world.tick().await.unwrap_err().to_string();
    assert!(error.contains("the token is refused"), "{error}");
    assert!(world.round().await.complete);
}
