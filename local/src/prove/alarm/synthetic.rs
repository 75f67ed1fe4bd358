//! Metrics that are put in, where the thing itself cannot be made to happen here.

use super::{
    CloudWatch, begins,
    causes::Seen,
    cloudwatch::{Datum, datum, put},
    name_of,
};
use crate::{
    failure::Failure,
    prove::{
        Stage,
        installation::Function::{IngestGlue, ManageIamPolicies, PollFeed, Reconcile},
    },
};

pub(super) const NAMESPACE: &str = "DataMeshManagerAws";

/// A message that waits, and the alarm that speaks of it.
pub(super) async fn stuck(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let queue = stage.installation.queue_arn.rsplit(':').next().unwrap_or_default().to_owned();
    let age = datum("AWS/SQS", "ApproximateAgeOfOldestMessage", ("QueueName", &queue), 901.0);
    put(&stage.world, &age).await?;
    begins(stage, metrics, seen, "queue-age").await?;
    begins(stage, metrics, seen, "messages-stuck").await
}

/// Puts each metric in, and waits for its alarm.
pub(super) async fn provoke(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let (poll, access) = (name_of(stage, PollFeed), name_of(stage, ManageIamPolicies));
    let (compare, ingest) = (name_of(stage, Reconcile), name_of(stage, IngestGlue));
    let own = |function: &str, metric: &str, value| {
        datum(NAMESPACE, metric, ("function", function), value)
    };
    let slow = |function: &str, millis| {
        datum("AWS/Lambda", "Duration", ("FunctionName", function), millis)
    };
    let mut full = own(&access, "Rejected", 1.0);
    full.dimensions.push(("reason".to_owned(), "QuotaFull".to_owned()));
    let each = |datum: Datum, ages: &[f64]| -> Vec<Datum> {
        ages.iter().map(|age| Datum { age: *age, ..datum.clone() }).collect()
    };
    let now = &[0.0][..];
    // A period begins with the first second that is not in the one before. The present one holds
    // real values too: three slow ones are more than one in a hundred of them.
    let (quarter_hour, three_minutes) =
        (&[0.0, 0.0, 0.0, 301.0, 601.0][..], &[0.0, 61.0, 121.0][..]);
    let two_hours = &[0.0, 3601.0][..];
    for (alarm, data) in [
        ("role-full", each(full, now)),
        ("message-panicked", each(own(&access, "Panicked", 1.0), now)),
        ("iam-throttled", each(own(&access, "IamThrottled", 20.0), now)),
        ("access-slow", each(slow(&access, 31_000.0), quarter_hour)),
        ("poll-slow", each(slow(&poll, 28_000.0), quarter_hour)),
        ("feed-lag", each(own(&poll, "FeedLagSeconds", 601.0), three_minutes)),
        ("follow-failed", each(own(&poll, "FollowFailed", 1.0), now)),
        ("cursor-conflicts", each(own(&poll, "CursorConflict", 6.0), now)),
        ("reconcile-incomplete", each(own(&compare, "RoundsIncomplete", 1.0), two_hours)),
        ("revocations-withheld", each(own(&compare, "RevocationsWithheld", 11.0), now)),
        ("tables-denied", each(own(&compare, "TablesDenied", 1.0), now)),
        ("inline-budget", each(own(&compare, "InlineBudgetUsedPercent", 80.0), now)),
        ("ingest-incomplete", each(own(&ingest, "IngestRoundsIncomplete", 1.0), two_hours)),
        ("ingest-refused", each(own(&ingest, "EntitiesRefused", 1.0), now)),
        ("deletions-withheld", each(own(&ingest, "DeletionsWithheld", 1.0), now)),
        (
            "schedule-failing",
            each(datum("AWS/Events", "FailedInvocations", ("RuleName", &poll), 1.0), now),
        ),
    ] {
        for datum in &data {
            put(&stage.world, datum).await?;
        }
        begins(stage, metrics, seen, alarm).await?;
    }
    Ok(())
}
