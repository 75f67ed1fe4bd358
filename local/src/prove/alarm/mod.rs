//! Every alarm goes off: something happens, the metric follows, the alarm begins, the topic hears it.

mod causes;
mod cloudwatch;
mod list;
mod synthetic;

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};

use super::{Stage, installation::Function};
use crate::{failure::Failure, wait, wire::Call};
use cloudwatch::{CloudWatch, states, told};
use list::{ALARMS, Cause, unmatched};

/// How long an alarm may take.
const LIMIT: Duration = Duration::from_secs(20);

/// Makes all of them go off.
pub(super) async fn prove(stage: &mut Stage<'_>) -> Result<(), Failure> {
    let deployed = stage.world.outputs.texts("alarm_names")?;
    let unmatched = unmatched(deployed.keys().map(String::as_str));
    stage.proofs.none(&unmatched, "every alarm of the module is on the list of what provokes it");
    let mut seen = BTreeSet::new();
    causes::provoke(stage, &mut seen).await?;
    for (name, cause) in ALARMS {
        match cause {
            Cause::NotEvaluated(why) => {
                stage.proofs.note(format!("{name} is not evaluated: {why}"));
            }
            _ if seen.contains(name) => {}
            Cause::Real(_) | Cause::RealButEarlier(_) | Cause::Synthetic(_) => {
                stage.proofs.fails(format!("{name} was never in ALARM"));
            }
        }
    }
    the_topic_hears(stage, &seen).await
}

/// Waits until an alarm has begun.
async fn begins(
    stage: &mut Stage<'_>,
    metrics: &mut CloudWatch<'_>,
    seen: &mut BTreeSet<&'static str>,
    short: &'static str,
) -> Result<(), Failure> {
    let names = stage.world.outputs.texts("alarm_names")?;
    let name = names.get(short).cloned().unwrap_or_default();
    let what = format!("{name} begins");
    let begun = wait::until(&what, LIMIT, async || {
        metrics.forward().await?;
        let alarms = states(&stage.world).await?;
        let found = alarms.get(&name).and_then(|alarm| alarm.get("StateValue"));
        Ok((found.and_then(Value::as_str) == Some("ALARM")).then_some(()))
    });
    match (begun.await, ALARMS.iter().find(|(known, _)| *known == short)) {
        (Ok(()), Some((_, cause))) => {
            seen.insert(short);
            stage.proofs.holds(format!("alarm {short:<21} {}", cause.words()));
        }
        (Ok(()), None) => stage.proofs.fails(format!("{short} is not on the list")),
        (Err(failure), _) => stage.proofs.fails(failure),
    }
    Ok(())
}

/// Each alarm that began has told the topic, unless it was told not to.
async fn the_topic_hears(
    stage: &mut Stage<'_>,
    seen: &BTreeSet<&'static str>,
) -> Result<(), Failure> {
    let told: BTreeSet<String> =
        told(&stage.world, &stage.operations.inbox_url).await?.into_iter().collect();
    let names = stage.world.outputs.texts("alarm_names")?;
    let states = states(&stage.world).await?;
    let mut silent = Vec::new();
    for short in seen {
        let name = names.get(*short).cloned().unwrap_or_default();
        let enabled = states.get(&name).and_then(|alarm| alarm.get("ActionsEnabled"));
        match (enabled.and_then(Value::as_bool), told.contains(&name)) {
            (Some(true), true) => {}
            (Some(false), false) => {
                stage.proofs.holds(format!("{short} is silent on purpose"));
            }
            (enabled, told) => silent.push(format!("{name}: enabled {enabled:?}, told {told}")),
        }
    }
    let what = format!("the topic was told of each: {} notifications", told.len());
    stage.proofs.none(&silent, what);
    Ok(())
}

/// How long a message stays invisible: the module's six minutes are too long to watch.
async fn set_visibility(stage: &Stage<'_>, seconds: u32) -> Result<(), Failure> {
    let body = json!({
        "QueueUrl": stage.installation.queue_url,
        "Attributes": { "VisibilityTimeout": seconds.to_string() },
    });
    let call = Call::json("sqs", "AmazonSQS.SetQueueAttributes", &body);
    stage.world.aws.must("the queue's visibility timeout", &call).await.map(drop)
}

/// The name of a deployed function, which is also the value of its metrics' dimension.
fn name_of(stage: &Stage<'_>, function: Function) -> String {
    stage.installation.function(function).name.clone()
}
