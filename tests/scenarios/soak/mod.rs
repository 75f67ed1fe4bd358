//! A random walk over the whole system (statement 73): people change agreements, products, roles and
//! policies; events are lost, repeated and reordered; functions are throttled, cut off and crash; two
//! pollers run at once; clocks jump; API keys are replaced, and refused for a while. At every step
//! nothing may be there that must never be, and whenever the world comes to rest, everything must be
//! as agreed.

mod calls;
mod checks;
mod clock;
mod functions;
mod keys;
mod model;
mod outcome;
mod queue;
mod rest;
mod surroundings;
mod walk;

use std::time::{Duration, Instant};

use outcome::Outcome;
use walk::Walk;

/// Steps from one rest to the next.
const STEPS_TO_REST: usize = 60;
/// Rests of a week, the one at its end among them.
const RESTS_OF_A_WEEK: usize = 28;
/// Walks in every run of the tests: together well below twenty seconds.
const SEEDS: u64 = 40;

/// When a walk ends, if nothing is wrong before.
#[derive(Clone, Copy, Debug)]
enum End {
    /// At the first rest after this time.
    After(Duration),
    Rests(usize),
    /// A week with so many events, however long it takes.
    WeekOf(usize),
}

/// One walk. `tell` hears of every rest.
fn walk(seed: u64, end: End, mut tell: impl FnMut(&Outcome)) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let begun = Instant::now();
    let in_a_week = if let End::WeekOf(events) = end { Some(events) } else { None };
    runtime.block_on(async {
        let mut walk = Walk::new(seed, in_a_week);
        loop {
            to_rest(&mut walk).await;
            walk.rest().await;
            walk.take_stock();
            tell(&walk.outcome);
            let is_over = match end {
                End::After(time) => begun.elapsed() >= time,
                End::Rests(rests) => walk.outcome.rests >= rests,
                End::WeekOf(events) => walk.events() >= events,
            };
            if is_over || walk.outcome.violation.is_some() {
                return walk.outcome;
            }
        }
    })
}

async fn to_rest(walk: &mut Walk) {
    let Some(events) = walk.in_a_week else {
        for _ in 0..STEPS_TO_REST {
            walk.step().await;
        }
        return;
    };
    let enough = (events * (walk.outcome.rests + 1)).div_ceil(RESTS_OF_A_WEEK).min(events);
    while walk.events() < enough && walk.outcome.violation.is_none() {
        walk.step().await;
    }
}

#[test]
fn a_random_walk_with_faults_and_crashes_always_comes_to_rest_as_agreed() {
    let mut rotations = 0;
    for seed in 1..=SEEDS {
        let outcome = walk(seed, End::Rests(8), |_| ());
        assert_eq!(outcome.violation, None, "SEED={seed}, after {:#?}", outcome.last_steps);
        assert!(outcome.crashes > 0 && outcome.calls > 1_000, "{outcome:?}");
        rotations += outcome.happened["key rotations"];
    }
    assert!(rotations > 0, "no key was ever replaced");
}

#[test]
fn the_same_seed_walks_the_same_way() {
    for end in [End::Rests(2), End::WeekOf(100)] {
        let [one, two] = [walk(7, end, |_| ()), walk(7, end, |_| ())];
        assert_eq!(one, two);
    }
}

#[test]
fn a_week_has_as_many_events_as_asked_for_and_ends_as_agreed() {
    let outcome = walk(73, End::WeekOf(1_000), |_| ());
    assert_eq!(outcome.violation, None, "{:#?}", outcome.last_steps);
    assert_eq!((outcome.events, outcome.rests), (1_000, RESTS_OF_A_WEEK));
    // The last rest is beyond the week.
    assert!((168..=192).contains(&outcome.simulated_hours), "{outcome:?}");
}

/// `./cicd.sh soak`: `SEED`, `SOAK_REPORT`, the file for the report, and `SOAK_EVENTS` or
/// `SOAK_SECONDS`.
#[test]
#[ignore = "goes on for as long as ./cicd.sh soak says"]
#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "the command is this test")]
fn the_long_walk() {
    const BETWEEN_LINES: Duration = Duration::from_secs(10);
    let setting = |name: &str| std::env::var(name).unwrap();
    let seed = setting("SEED").parse().unwrap();
    let end = std::env::var("SOAK_EVENTS").map_or_else(
        |_| End::After(Duration::from_secs(setting("SOAK_SECONDS").parse().unwrap())),
        |events| End::WeekOf(events.parse().unwrap()),
    );
    let begun = Instant::now();
    let mut last_line = begun;
    let outcome = walk(seed, end, |so_far| {
        if last_line.elapsed() >= BETWEEN_LINES {
            last_line = Instant::now();
            println!("so far, {}", so_far.line(begun.elapsed().as_secs_f64()));
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let report = outcome.report(seconds).to_string();
    std::fs::write(setting("SOAK_REPORT"), report + "\n").unwrap();
    println!("{}", outcome.line(seconds));
    assert_eq!(outcome.violation, None);
}
