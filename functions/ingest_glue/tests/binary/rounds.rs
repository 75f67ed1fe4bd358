//! One tick after the other.

use local_servers::neighbourhood::{BUCKET, Neighbourhood, STATE};
use serde_json::Value;

use crate::function::Function;
use crate::shown::{account, changes, shown};

#[tokio::test]
async fn a18_one_tick_publishes_the_sample_to_both_targets_and_the_next_writes_nothing() {
    let around = Neighbourhood::start(account()).await.unwrap();
    around.configure(&around.configuration());
    let function = Function::start(&around).await;
    function.tick_well().await;
    let first = shown(&around);
    let (tables, workflows) = around.glue.account(|account| {
        let tables = account.databases.values().map(|database| database.tables.count());
        (tables.sum::<usize>(), account.workflows.len())
    });
    let assets = |kind: &str| {
        let assets = around.assets.assets();
        assets.iter().filter(|asset| asset["info"]["type"] == kind).count()
    };
    assert_eq!((assets("glue_table"), assets("glue_workflow")), (tables, workflows));
    assert_eq!(around.metadata.entities("tables").len(), tables);
    let nightly = "glue_sample_pipelines.nightly_sales";
    assert_eq!(around.metadata.statuses(nightly).len(), 3);
    let sent = changes(&around);
    function.tick_well().await;
    assert_eq!(changes(&around), sent, "the second round writes nothing");
    assert_eq!(shown(&around), first);
    let printed = function.kill().await;
    let rounds = printed.with_message("round finished");
    let figures = |round: &Value| (round["sent"].as_u64(), round["complete"].as_bool());
    assert_eq!(figures(rounds[1]), (Some(0), Some(true)));
    assert!(rounds[0]["sent"].as_u64() > Some(0) && rounds.len() == 2);
}

#[tokio::test]
async fn a_connection_that_rests_costs_reading_its_configuration_and_its_state() {
    let around = Neighbourhood::start(account()).await.unwrap();
    around.configure(&around.configuration());
    let function = Function::start_with(&around, &[("INGEST_INTERVAL_MINUTES", "60")]).await;
    function.tick_well().await;
    let (sent, state) = (changes(&around), around.aws.object(BUCKET, STATE));
    let asked = around.glue.asked().len();
    around.aws.forget();
    function.tick_well().await;
    assert_eq!((changes(&around), around.glue.asked().len()), (sent, asked));
    assert_eq!(around.aws.object(BUCKET, STATE), state);
    let actions: Vec<String> = around.aws.asked().into_iter().map(|asked| asked.action).collect();
    assert_eq!(actions, ["s3:GetObject", "secretsmanager:GetSecretValue", "s3:GetObject"]);
    assert_eq!(function.kill().await.with_message("round finished").len(), 1);
}
