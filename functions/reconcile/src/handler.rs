//! One tick: runs, and says in one line what came of it.

use access::Mode;
use clients::agreements::Agreements;
use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::objects::{ObjectNames, VersionedObjects};
use clients::publication::Publication;
use clients::queue::EventQueue;
use clients::role_inventory::RoleInventory;
use clients::tables::TableCatalog;
use lambda::chain::Chain;
use lambda::deadline::Deadline;
use time::OffsetDateTime;

use crate::error::ReconcileError;
use crate::round::{Rounds, Tick};

/// Goes on with the round, or begins one when it is time.
pub async fn handle<C, I, O, T, Q, B>(
    rounds: &Rounds<C, I, O, T, Q, B>,
    deadline: Deadline,
    now: fn() -> OffsetDateTime,
) -> Result<Tick, ReconcileError>
where
    C: Catalog + Agreements,
    I: Roles + RoleInventory,
    O: VersionedObjects + ObjectNames,
    T: TableCatalog,
    Q: EventQueue,
    B: VersionedObjects + Publication,
{
    let ticked = rounds.tick(deadline, now).await;
    match &ticked {
        Ok(Tick::NotYet) => tracing::debug!("the next round is not due"),
        Ok(Tick::Overtaken) => tracing::info!("another tick goes on with the round"),
        Ok(Tick::Continued { looked_at }) => {
            tracing::info!(roles = looked_at, "the round goes on at the next tick");
        }
        Ok(Tick::Finished(summary)) => finished(summary, rounds.rules.mode),
        Err(error) => {
            metrics::counter!("RoundFailed").increment(1);
            tracing::error!(
                failure = error.failure().name(), error = %Chain(error),
                "the round is not finished; the next tick goes on"
            );
        }
    }
    ticked
}

fn finished(summary: &crate::round::Summary, mode: Mode) {
    metrics::counter!("RoundsCompleted").increment(1);
    metrics::counter!("DifferencesFound").increment(summary.differences);
    metrics::counter!("DifferencesRepaired").increment(summary.repaired);
    metrics::counter!("HintsEnqueued").increment(summary.hints);
    metrics::counter!("RevocationsWithheld").increment(summary.withheld);
    metrics::counter!("TablesDenied").increment(summary.tables_denied);
    metrics::counter!("RoundsIncomplete").increment(u64::from(!summary.complete));
    // Printed once, with this round: a gauge would be printed again by each later tick.
    metrics::histogram!("InlineBudgetUsedPercent").record(f64::from(summary.fullest_percent));
    tracing::info!(
        agreements = summary.agreements, grants = summary.grants, roles = summary.roles,
        differences = summary.differences, repaired = summary.repaired, hints = summary.hints,
        withheld = summary.withheld, tables_denied = summary.tables_denied, complete = summary.complete, mode = ?mode,
        seconds = summary.seconds, report = summary.report, "round finished"
    );
    if summary.withheld > 0 {
        tracing::error!(
            withheld = summary.withheld,
            limit = summary.limit,
            "more rights would be taken away than REVOKE_LIMIT admits, so none was; see the report"
        );
    }
}
