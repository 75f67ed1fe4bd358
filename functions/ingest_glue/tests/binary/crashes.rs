//! A process that is killed in the middle of a round, and the next one.

use std::time::Duration;

use local_servers::neighbourhood::Neighbourhood;

use crate::function::Function;
use crate::shown::{account, changed, changes, shown};

/// Where rounds are cut off: after so many percent of the changes that a whole one makes.
const POINTS: [usize; 5] = [1, 17, 43, 71, 96];

async fn neighbourhood(account: local_servers::glue::Account) -> Neighbourhood {
    let around = Neighbourhood::start(account).await.unwrap();
    around.configure(&around.configuration());
    around
}

#[tokio::test]
async fn a_process_killed_anywhere_in_a_round_and_a_new_one_end_where_one_alone_does() {
    let account = account();
    let alone = neighbourhood(account.clone()).await;
    let function = Function::start(&alone).await;
    function.tick_well().await;
    function.kill().await;
    let (expected, all) = (shown(&alone), changes(&alone));
    for percent in POINTS {
        let around = neighbourhood(account.clone()).await;
        // Slow enough to be cut off where it is meant to be.
        around.assets.journal().set_latency(Duration::from_millis(10));
        around.metadata.journal().set_latency(Duration::from_millis(10));
        let killed = Function::start(&around).await;
        killed.begin_tick();
        let least = (all * percent).div_ceil(100);
        changed(&around, least).await;
        let printed = killed.kill().await;
        assert!(printed.with_message("round finished").is_empty(), "cut off after {percent} %");
        let next = Function::start(&around).await;
        next.tick_well().await;
        assert_eq!(shown(&around), expected, "cut off after {percent} %");
        let before = changes(&around);
        next.tick_well().await;
        assert_eq!(changes(&around), before, "cut off after {percent} %");
        next.kill().await;
    }
}
