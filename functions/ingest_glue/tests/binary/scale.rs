//! Twenty thousand tables through the real binary: memory, and counted calls.
#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

use std::collections::BTreeMap;
use std::time::Instant;

use local_servers::glue::Account;
use local_servers::journal::Call;
use local_servers::neighbourhood::{BUCKET, Neighbourhood, STATE};

use crate::function::Function;
use crate::shown::ACCOUNT;

const TABLES: usize = 20_000;
const MOST_KIBIBYTES: u64 = 128 * 1024;
/// Calls of Glue in a round, and how often.
const GLUE: [(&str, usize); 6] = [
    ("GetDatabases", 1),
    ("GetTables", 200),
    ("ListWorkflows", 1),
    ("GetJobs", 1),
    ("GetTriggers", 1),
    ("GetCrawlers", 1),
];

/// A large catalog that goes to both targets.
async fn large() -> Neighbourhood {
    let mut account = Account::empty(ACCOUNT);
    account.make_tables("made", TABLES);
    let around = Neighbourhood::start(account).await.unwrap();
    around.configure(&around.configuration());
    around
}

/// What a round cost: calls of both targets by method, and seconds.
struct Cost {
    assets: BTreeMap<String, usize>,
    metadata: BTreeMap<String, usize>,
    seconds: f32,
}

/// Ticks once and checks what Glue was asked in all rounds so far.
async fn round(function: &Function, around: &Neighbourhood, rounds: usize) -> Cost {
    let (assets, metadata) = (around.assets.journal(), around.metadata.journal());
    assets.clear();
    metadata.clear();
    let began = Instant::now();
    function.tick_well().await;
    let seconds = began.elapsed().as_secs_f32();
    for (action, times) in GLUE {
        assert_eq!(around.glue.count(action), rounds * times, "{action}");
    }
    let all: usize = GLUE.iter().map(|(_, times)| times).sum();
    assert_eq!(around.glue.asked().len(), rounds * all);
    Cost { assets: by_method(&assets.calls()), metadata: by_method(&metadata.calls()), seconds }
}

fn by_method(calls: &[Call]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in calls {
        *counts.entry(call.method.clone()).or_default() += 1;
    }
    counts
}

fn counts(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
    of.iter().map(|(method, count)| ((*method).to_owned(), *count)).collect()
}

/// One test, because its hundred thousand calls take a minute or two where nothing is optimised.
#[tokio::test]
async fn twenty_thousand_tables_reach_both_targets_in_bounded_memory_with_counted_calls() {
    let around = large().await;
    let function = Function::start(&around).await;
    let first = round(&function, &around, 1).await;
    let first_peak = function.peak_kibibytes();
    let second = round(&function, &around, 2).await;
    let peak = function.peak_kibibytes();
    let state = around.aws.object(BUCKET, STATE).unwrap().len();
    println!("{TABLES} tables: peak {first_peak} KiB, then {peak} KiB; state {state} bytes");
    for Cost { assets, metadata, seconds } in [&first, &second] {
        println!("assets {assets:?}, OpenMetadata {metadata:?}, {seconds:.1} s");
    }
    assert!(peak <= MOST_KIBIBYTES, "{peak} KiB");
    // Assets: the list that proves key and address; then a look and a write for the database and each
    // table.
    assert_eq!(first.assets, counts(&[("GET", TABLES + 2), ("PUT", TABLES + 1)]));
    assert_eq!(second.assets, counts(&[("GET", 1)]));
    // OpenMetadata: its version, and twice two services; then the services, the database above all
    // schemas, a schema, and the tables.
    assert_eq!(first.metadata, counts(&[("GET", 5), ("PUT", TABLES + 4)]));
    assert_eq!(second.metadata, counts(&[("GET", 5)]));
    assert_eq!(around.assets.assets().len(), TABLES + 1);
    assert_eq!(around.metadata.entities("tables").len(), TABLES);
    let printed = function.kill().await;
    let rounds = printed.with_message("round finished");
    assert!(rounds.iter().all(|round| round["complete"] == true) && rounds.len() == 2);
}
