//! The part of `CloudWatch`, which the emulator does not play: takes the metrics out of the functions'
//! logs, and counts what lies in the queues.

use std::{collections::BTreeMap, time::SystemTime};

use serde_json::{Map, Value, json};

use crate::{
    clock,
    demo::world::World,
    failure::{Explain, Failure},
    wire::Call,
};

/// One value of a metric.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Datum {
    pub(super) namespace: String,
    pub(super) metric: String,
    pub(super) dimensions: Vec<(String, String)>,
    pub(super) value: f64,
    /// Seconds before now.
    pub(super) age: f64,
}

/// A metric of a service, now.
pub(super) fn datum(
    namespace: &str,
    metric: &str,
    (dimension, of): (&str, &str),
    value: f64,
) -> Datum {
    Datum {
        namespace: namespace.to_owned(),
        metric: metric.to_owned(),
        dimensions: vec![(dimension.to_owned(), of.to_owned())],
        value,
        age: 0.0,
    }
}

/// The metrics that were forwarded so far.
pub(super) struct CloudWatch<'a> {
    world: &'a World,
    /// Lines of each log that were read.
    read: BTreeMap<String, usize>,
}

impl<'a> CloudWatch<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self { world, read: BTreeMap::new() }
    }

    /// Forwards every metric that a function has printed since the last time.
    pub(super) async fn forward(&mut self) -> Result<(), Failure> {
        for function in self.world.outputs.functions() {
            let log = self.world.aws.logs(function).await?;
            let read = self.read.entry(function.clone()).or_default();
            let now = clock::now();
            for line in log.lines().skip(*read) {
                for datum in embedded(line, now) {
                    put(self.world, &datum).await?;
                }
            }
            *read = log.lines().count();
        }
        Ok(())
    }

    /// Publishes how many messages wait in the dead-letter queue.
    pub(super) async fn count_dead_letters(&self, queue: &str) -> Result<usize, Failure> {
        let depth = self.world.given_up().await?;
        let value = u32::try_from(depth).unwrap_or(u32::MAX).into();
        let metric = "ApproximateNumberOfMessagesVisible";
        put(self.world, &datum("AWS/SQS", metric, ("QueueName", queue), value)).await?;
        Ok(depth)
    }
}

/// Publishes one value.
pub(super) async fn put(world: &World, datum: &Datum) -> Result<(), Failure> {
    let now = since_epoch(clock::now());
    let dimensions: Vec<Value> = datum
        .dimensions
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    let body = json!({ "Namespace": datum.namespace, "MetricData": [{
        "MetricName": datum.metric,
        "Dimensions": dimensions,
        "Value": datum.value,
        "Timestamp": now - datum.age,
    }] });
    let call = Call::json("monitoring", "GraniteServiceVersion20100801.PutMetricData", &body);
    world.aws.must("a metric cannot be published", &call).await.map(drop)
}

/// The state of every alarm, by its name.
pub(super) async fn states(world: &World) -> Result<BTreeMap<String, Value>, Failure> {
    // Composite alarms come only to who asks for them.
    let both = json!({"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]});
    let call = Call::json("monitoring", "GraniteServiceVersion20100801.DescribeAlarms", &both);
    let answer = world.aws.must("the alarms are not readable", &call).await?.json();
    let of = |kind: &str| list(answer.get(kind)).to_vec();
    let alarms = of("MetricAlarms").into_iter().chain(of("CompositeAlarms"));
    let named = |alarm: Value| Some((alarm.get("AlarmName")?.as_str()?.to_owned(), alarm));
    Ok(alarms.filter_map(named).collect())
}

/// Names of the alarms of which the topic was told that they have begun.
pub(super) async fn told(world: &World, inbox: &str) -> Result<Vec<String>, Failure> {
    let what = "the inbox of the operators is not readable";
    let mut names = Vec::new();
    loop {
        let receive = world.aws.sqs.receive_message().queue_url(inbox).max_number_of_messages(10);
        let messages = receive.send().await.explain(what, "")?.messages.unwrap_or_default();
        if messages.is_empty() {
            return Ok(names);
        }
        for message in messages {
            names.extend(begun(message.body.as_deref().unwrap_or_default()));
            let handle = message.receipt_handle.unwrap_or_default();
            let delete = world.aws.sqs.delete_message().queue_url(inbox).receipt_handle(handle);
            delete.send().await.explain(what, "")?;
        }
    }
}

/// The alarm that a notification says has begun.
fn begun(body: &str) -> Option<String> {
    let envelope: Value = serde_json::from_str(body).ok()?;
    let message: Value = serde_json::from_str(envelope.get("Message")?.as_str()?).ok()?;
    let begins = message.get("NewStateValue")?.as_str()? == "ALARM";
    begins.then(|| message.get("AlarmName")?.as_str().map(str::to_owned))?
}

/// The metrics of a line in the Embedded Metric Format: one for each set of dimensions.
fn embedded(line: &str, now: SystemTime) -> Vec<Datum> {
    let Ok(Value::Object(line)) = serde_json::from_str(line) else { return Vec::new() };
    let Some(meta) = line.get("_aws") else { return Vec::new() };
    let millis = meta.get("Timestamp").and_then(Value::as_f64).unwrap_or_default();
    let age = (since_epoch(now) - millis / 1000.0).max(0.0);
    let mut found = Vec::new();
    for directive in list(meta.get("CloudWatchMetrics")) {
        let namespace = text(directive.get("Namespace"));
        for metric in list(directive.get("Metrics")) {
            let metric = text(metric.get("Name"));
            for set in list(directive.get("Dimensions")) {
                let dimensions = dimensions(&line, set);
                found.extend(values(line.get(&metric)).into_iter().map(|value| Datum {
                    namespace: namespace.clone(),
                    metric: metric.clone(),
                    dimensions: dimensions.clone(),
                    value,
                    age,
                }));
            }
        }
    }
    found
}

fn dimensions(line: &Map<String, Value>, set: &Value) -> Vec<(String, String)> {
    let names = list(Some(set)).iter().map(|name| text(Some(name)));
    names.map(|name| (name.clone(), text(line.get(&name)))).collect()
}

/// One value, or as many as were counted between two lines.
fn values(value: Option<&Value>) -> Vec<f64> {
    match value {
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_f64).collect(),
        one => one.and_then(Value::as_f64).into_iter().collect(),
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn since_epoch(moment: SystemTime) -> f64 {
    moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_set_of_dimensions_is_a_metric_of_its_own() {
        let line = json!({
            "_aws": { "Timestamp": 5_000, "CloudWatchMetrics": [{
                "Namespace": "N",
                "Dimensions": [["function"], ["function", "reason"]],
                "Metrics": [{ "Name": "Rejected" }],
            }] },
            "function": "f", "reason": "r", "Rejected": 2,
        });
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(8);
        let found = embedded(&line.to_string(), now);
        let sets: Vec<usize> = found.iter().map(|datum| datum.dimensions.len()).collect();
        assert_eq!(sets, [1, 2]);
        assert!(found.iter().all(|datum| (datum.value - 2.0).abs() < f64::EPSILON));
        assert!(found.iter().all(|datum| (datum.age - 3.0).abs() < f64::EPSILON));
    }

    #[test]
    fn a_log_line_without_metrics_is_passed_over() {
        assert_eq!(embedded(r#"{"level":"INFO"}"#, SystemTime::UNIX_EPOCH), []);
        assert_eq!(embedded("START", SystemTime::UNIX_EPOCH), []);
    }

    #[test]
    fn only_the_beginning_of_an_alarm_counts_as_told() {
        let body = |state: &str| {
            let message = json!({ "AlarmName": "a", "NewStateValue": state }).to_string();
            json!({ "Message": message }).to_string()
        };
        assert_eq!(begun(&body("ALARM")).as_deref(), Some("a"));
        assert_eq!(begun(&body("OK")), None);
    }
}
