//! Figures of a round, as `CloudWatch` reads them out of the log.

use std::collections::BTreeSet;
use std::time::Duration;

use local_servers::neighbourhood::Neighbourhood;
use local_servers::runtime_api::Ending;

use crate::function::Function;
use crate::shown::{account, changed};

const ALARMS: &str = include_str!("../../../../terraform/ingest_glue_alarms.tf");

/// Metrics of our own that an alarm looks at: Lambda's are those beside a namespace.
fn watched() -> BTreeSet<String> {
    let blocks = ALARMS.split("merge(local.ingest_metrics").skip(1);
    let metric = |block: &str| {
        let line = block.lines().find(|line| line.trim_start().starts_with("metric "))?;
        line.split('"').nth(1).map(str::to_owned)
    };
    blocks.filter_map(metric).collect()
}

#[tokio::test]
async fn a_round_prints_every_figure_that_an_alarm_looks_at() {
    let around = Neighbourhood::start(account()).await.unwrap();
    around.configure(&around.configuration());
    let function = Function::start(&around).await;
    // One asset is not taken in the first round; in the second, a whole list is empty.
    around.assets.journal().set_latency(Duration::from_millis(10));
    function.begin_tick();
    changed(&around, 5).await;
    around.assets.journal().fail_next(1, 400);
    assert_eq!(function.answer().await.ending, Ending::Response);
    around.glue.account(|account| account.databases.clear());
    function.tick_well().await;
    let printed = function.kill().await;
    let documents = printed.metrics();
    assert_eq!(documents.len(), 2);
    let mut told = BTreeSet::new();
    for document in &documents {
        let metrics = &document["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Namespace"], "DataMeshManagerAws");
        assert_eq!(document["function"], "dmm-ingest_glue");
        let named = metrics["Metrics"].as_array().unwrap().iter();
        told.extend(named.map(|metric| metric["Name"].as_str().unwrap().to_owned()));
    }
    let watched = watched();
    assert_eq!(watched.len(), 4, "{watched:?}");
    assert!(told.is_superset(&watched), "an alarm looks at what is never told: {told:?}");
    // What is zero is left out, which no alarm takes for a breach.
    let figures = |metric: &str| [0, 1].map(|round: usize| documents[round][metric].as_u64());
    assert_eq!(figures("IngestRoundsCompleted"), [Some(1), Some(1)]);
    assert_eq!(figures("IngestRoundsIncomplete"), [Some(1), None]);
    assert_eq!(figures("EntitiesRefused"), [Some(1), None]);
    assert_eq!(figures("DeletionsWithheld"), [None, Some(4)]);
}
