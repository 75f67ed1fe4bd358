//! One batch: each message is a hint, each hint is converged, and errors leave messages behind.

use access::{Access, AccessError, Delivery, Documents, Outcome};
use aws_lambda_events::sqs::SqsBatchResponse;
use clients::catalog::Catalog;
use clients::iam::RolePolicies;
use clients::objects::VersionedObjects;
use clients::tables::TableCatalog;
use domain::Failure;
use domain::event::{Hint, read_body};
use lambda::chain::Chain;
use lambda::deadline::Deadline;
use lambda::fifo::{BatchError, Disposition, Record, in_order};
use serde_json::Value;

/// Agreements handled side by side: IAM throttles writers, and one batch holds ten messages.
const CONCURRENCY: usize = 5;

/// Handles a batch. An error means that the whole batch comes again.
pub async fn handle<C, R, O, T>(
    access: &Access<C, R, O, T>,
    event: Value,
    deadline: Deadline,
) -> Result<SqsBatchResponse, BatchError>
where
    C: Catalog,
    R: RolePolicies,
    O: VersionedObjects,
    T: TableCatalog,
{
    let documents = Documents::new(&access.assessor.catalog);
    let one = async |record: &Record| match hint(record) {
        Ok(None) => Disposition::Done,
        // Boxed: the type of the whole chain of calls is too deep for the compiler otherwise.
        Ok(Some(hint)) => {
            let converged = access.converge(&hint, delivery(record), &documents);
            match Box::pin(converged).await {
                Ok(outcome) => handled(record, &hint, &outcome),
                Err(error) => not_handled(record, &hint, &error),
            }
        }
        Err(disposition) => disposition,
    };
    let response = in_order(event, deadline, CONCURRENCY, one).await;
    if let Err(error) = &response {
        metrics::counter!("BatchFailed").increment(1);
        tracing::error!(failure = "retry", error = %Chain(error), "batch not handled");
    }
    response
}

/// A message that waits for its second time cannot wait again, so that it never ends as a dead letter.
fn delivery(record: &Record) -> Delivery {
    if record.receives == Some(1) { Delivery::First } else { Delivery::Again }
}

/// The hint in a message; `None` when its event changes no access. A message that cannot be read
/// stays on the queue until the dead-letter queue keeps it for a person.
fn hint(record: &Record) -> Result<Option<Hint>, Disposition> {
    let read = record.body.as_deref().map(read_body);
    match read {
        Some(Ok(Some(hint))) => Ok(Some(hint)),
        Some(Ok(None)) => {
            metrics::counter!("MessagesIgnored").increment(1);
            Ok(None)
        }
        Some(Err(error)) => {
            metrics::counter!("MessagesUnreadable").increment(1);
            let message_id = &record.message_id;
            tracing::error!(message.id = message_id, error = %Chain(&error), "unreadable message");
            Err(Disposition::Keep)
        }
        None => {
            metrics::counter!("MessagesUnreadable").increment(1);
            tracing::error!(message.id = record.message_id, "message without a body");
            Err(Disposition::Keep)
        }
    }
}

/// One line for each message, also when nothing had to change: "what happened to agreement X?"
fn handled(record: &Record, hint: &Hint, outcome: &Outcome) -> Disposition {
    let (plan, outcome) = match outcome {
        Outcome::Applied(plan) => (plan, "applied"),
        Outcome::Refused(plan, _) => (plan, "refused"),
        Outcome::Reported(plan) => (plan, "reported"),
    };
    metrics::counter!("Handled").increment(1);
    tracing::info!(
        message.id = record.message_id, event.id = %hint.event, agreement.id = %hint.agreement,
        outcome, changes = plan.changes.len(), "handled"
    );
    Disposition::Done
}

fn not_handled(record: &Record, hint: &Hint, error: &AccessError) -> Disposition {
    let failure = error.failure();
    let name = match failure {
        Failure::Halt => "Halted",
        Failure::Retry | Failure::Reject => "Retried",
    };
    metrics::counter!(name).increment(1);
    if error.leaves_a_right() {
        metrics::counter!("RevokeFailed").increment(1);
    }
    tracing::error!(
        message.id = record.message_id, event.id = %hint.event, agreement.id = %hint.agreement,
        failure = failure.name(), leaves_a_right = error.leaves_a_right(),
        error = %Chain(error), "not handled; the message stays on the queue"
    );
    Disposition::Keep
}
