//! The demonstration, part by part: something changes in the catalog, and AWS follows.

use std::time::Duration;

use report::Report;
use serde_json::{Value, json};

use super::{
    drift,
    ingestion::{self, Neighbours},
    sample::{self, AGREEMENTS, WITH_OWN_FIELDS},
    watch::Watch,
};
use crate::{
    catalog::{Decision, Generation},
    failure::Failure,
    terminal::{self, say, title},
};

/// The schedule fires every minute; the first time may come late on a busy machine.
const SCHEDULE_LIMIT: Duration = Duration::from_mins(3);
const LIMIT: Duration = Duration::from_mins(1);

/// An agreement that is cancelled, and whose activation then comes a second time.
const CANCELLED: &str = "orders-for-dashboard";
const DELETED: &str = "customers-for-churn";
const MOVED: &str = "shelf-warmers-for-forecast";

/// Plays all parts.
pub(crate) async fn play(watch: &mut Watch, neighbours: &Neighbours) -> Result<Report, Failure> {
    approve(watch).await?;
    end_two(watch).await?;
    move_to_another_role(watch).await?;
    edit_beside_the_integration(watch).await?;
    deliver_an_old_message_again(watch).await?;
    let report = work_by_hand(watch).await?;
    ingestion::play(watch, neighbours).await?;
    Ok(report)
}

/// The report of the last round.
async fn work_by_hand(watch: &mut Watch) -> Result<Report, Failure> {
    title(
        "6. Somebody works on roles and on the ledger by hand. reconcile finds it and has it repaired.",
    );
    watch.begin(|_| {});
    drift::make(&watch.world).await?;
    watch.look_away().await?;
    drift::expect_all_found(&drift::compare(watch).await?)?;
    watch.settle().await?;
    drift::wait_for_the_next_round().await;
    let report = drift::compare(watch).await?;
    drift::expect_all_repaired(&report)?;
    watch.note(&format!(
        "the next round finds no difference, {} were repaired",
        report.totals.repaired
    ));
    Ok(report)
}

async fn approve(watch: &mut Watch) -> Result<(), Failure> {
    let count = AGREEMENTS.len();
    title(&format!(
        "1. All {count} agreements are approved. The one-minute schedule polls the feed by itself."
    ));
    watch.begin(|catalog| {
        for (id, ..) in AGREEMENTS {
            catalog.decide(id, Decision::Approve);
        }
    });
    if !terminal::is_watched() {
        say("             waiting for the schedule, at most a minute");
    }
    let newest = watch.newest_event();
    let polled = |watch: &Watch| {
        let seconds = watch.elapsed().as_secs();
        terminal::progress(&format!(
            "{seconds:>5} s     waiting for the schedule, at most a minute"
        ));
        watch.has_passed(&newest)
    };
    watch.until("the schedule starts poll_feed", SCHEDULE_LIMIT, polled).await?;
    watch.settle().await
}

async fn end_two(watch: &mut Watch) -> Result<(), Failure> {
    title(&format!("2. {CANCELLED} is cancelled, {DELETED} is deleted without being cancelled."));
    watch.begin(|catalog| {
        catalog.decide(CANCELLED, Decision::Cancel);
        catalog.delete_agreement(DELETED);
    });
    watch.settle().await
}

async fn move_to_another_role(watch: &mut Watch) -> Result<(), Failure> {
    title("3. The consumer of one agreement moves from role forecast to role forecast-v2.");
    watch.begin(|catalog| {
        sample::set_role(catalog, "forecast", "aws-role-name", "forecast-v2");
        // The older API has no list in which a product's agreements can be found.
        if catalog.generation() == Generation::DataUsageAgreement {
            sample::edit(catalog, MOVED, |_| {});
        }
    });
    watch.settle().await
}

async fn edit_beside_the_integration(watch: &mut Watch) -> Result<(), Failure> {
    title("4. An owner adds a tag and a field of his own. Nothing is to be done, nothing is lost.");
    watch.begin(|catalog| {
        sample::edit(catalog, WITH_OWN_FIELDS, |document| {
            if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
                tags.push(json!("reviewed"));
            }
            if let Some(custom) = document.get_mut("custom").and_then(Value::as_object_mut) {
                custom.insert("reviewer".to_owned(), json!("b.sample"));
            }
        });
    });
    watch.settle().await?;
    watch.expect_no_change("what is granted is still what was agreed")
}

async fn deliver_an_old_message_again(watch: &mut Watch) -> Result<(), Failure> {
    title(&format!("5. The old activation of {CANCELLED} is delivered again. Nothing is granted."));
    let prefix = watch.catalog.generation().event_prefix();
    let kind = format!("{prefix}ActivatedEvent");
    let events = watch.catalog.events();
    let old = events.iter().find(|event| {
        let kind_of = event.get("type").and_then(Value::as_str).unwrap_or_default();
        event.get("subject").and_then(Value::as_str) == Some(CANCELLED) && kind_of.ends_with(&kind)
    });
    let old = old.ok_or_else(|| Failure::new(format!("{CANCELLED} was never activated"), ""))?;
    watch.begin(|_| {});
    watch.world.send(CANCELLED, &old.to_string(), "delivered-again").await?;
    watch.note("the message of its activation is put into the queue, past poll_feed");
    let taken = |watch: &Watch| watch.has_taken(CANCELLED);
    watch.until("the old message is handled", LIMIT, taken).await?;
    watch.settle().await?;
    watch.expect_no_change("the catalog says that the agreement is not active now")
}
