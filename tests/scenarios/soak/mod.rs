//! A random walk over the whole system (statement 73): people change agreements, products, roles and
//! policies; events are lost, repeated and reordered; functions are throttled, cut off and crash; two
//! pollers run at once; clocks jump. At every step nothing may be there that must never be, and
//! whenever the world comes to rest, everything must be as agreed.

mod calls;
mod checks;
mod model;
mod queue;
mod rest;
mod walk;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;
use walk::{Outcome, Walk};

/// Steps from one rest to the next.
const STEPS_TO_REST: usize = 60;
/// Walks in every run of the tests: together well below twenty seconds.
const SEEDS: u64 = 40;

/// One walk, which ends after `rests` rests or when the time is up.
fn walk(seed: u64, rests: usize, time: Duration) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let begun = Instant::now();
    runtime.block_on(async {
        let mut walk = Walk::new(seed);
        for _ in 0..rests {
            for _ in 0..STEPS_TO_REST {
                walk.step().await;
            }
            walk.rest().await;
            if walk.outcome.violation.is_some() || begun.elapsed() >= time {
                break;
            }
        }
        walk.outcome
    })
}

/// One line for people.
fn line(outcome: &Outcome, seconds: f64) -> String {
    let mut line = format!(
        "soak: seed {}, {} steps, {} calls, {} crashes, {} rests, {seconds:.0} s: ",
        outcome.seed, outcome.steps, outcome.calls, outcome.crashes, outcome.rests
    );
    match &outcome.violation {
        None => line.push_str("everything as agreed"),
        Some(violation) => write!(line, "VIOLATED: {violation}").unwrap(),
    }
    line
}

/// The same for programs.
fn report(outcome: &Outcome, seconds: f64) -> serde_json::Value {
    json!({"seed": outcome.seed, "steps": outcome.steps, "calls": outcome.calls,
        "crashes": outcome.crashes, "rests": outcome.rests, "seconds": seconds,
        "last_steps": outcome.last_steps, "violation": outcome.violation})
}

#[test]
fn a_random_walk_with_faults_and_crashes_always_comes_to_rest_as_agreed() {
    for seed in 1..=SEEDS {
        let outcome = walk(seed, 8, Duration::MAX);
        assert_eq!(outcome.violation, None, "SEED={seed}, after {:#?}", outcome.last_steps);
        assert!(outcome.crashes > 0 && outcome.calls > 1_000, "{outcome:?}");
    }
}

#[test]
fn the_same_seed_walks_the_same_way() {
    let [one, two] = [walk(7, 2, Duration::MAX), walk(7, 2, Duration::MAX)];
    assert_eq!(one, two);
}

/// `./cicd.sh soak`: `SOAK_SECONDS`, `SEED` and `SOAK_REPORT`, the file for the report.
#[test]
#[ignore = "goes on for as long as ./cicd.sh soak says"]
#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "the command is this test")]
fn the_long_walk() {
    let setting = |name: &str| std::env::var(name).unwrap();
    let seed = setting("SEED").parse().unwrap();
    let time = Duration::from_secs(setting("SOAK_SECONDS").parse().unwrap());
    let begun = Instant::now();
    let outcome = walk(seed, usize::MAX, time);
    let seconds = begun.elapsed().as_secs_f64();
    let report = report(&outcome, seconds).to_string();
    std::fs::write(setting("SOAK_REPORT"), report + "\n").unwrap();
    println!("{}", line(&outcome, seconds));
    assert_eq!(outcome.violation, None);
}
