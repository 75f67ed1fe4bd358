//! What the configuration says about what it made.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::failure::Failure;

/// The outputs of `local/terraform`.
pub(crate) struct Outputs {
    pub(crate) bucket: String,
    pub(crate) queue_url: String,
    pub(crate) dead_letter_queue_url: String,
    pub(crate) poll_feed: String,
    pub(crate) manage_iam_policies: String,
    pub(crate) reconcile: String,
    /// There is none without a configuration of what to publish.
    pub(crate) ingest_glue: Option<String>,
    all: Value,
}

impl Outputs {
    /// Reads what `terraform output -json` prints.
    pub(crate) fn read(all: Value) -> Result<Self, Failure> {
        let named = |name: &str| found(&all, name)?.as_str().map(str::to_owned);
        let text = |name: &str| named(name).ok_or_else(|| missing(name));
        Ok(Self {
            bucket: text("bucket_name")?,
            queue_url: text("queue_url")?,
            dead_letter_queue_url: text("dead_letter_queue_url")?,
            poll_feed: text("poll_feed_function_name")?,
            manage_iam_policies: text("manage_iam_policies_function_name")?,
            reconcile: text("reconcile_function_name")?,
            // Terraform does not print an output that is null.
            ingest_glue: named("ingest_glue_function_name"),
            all,
        })
    }

    /// The names of all functions that are deployed.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &String> {
        let always = [&self.poll_feed, &self.manage_iam_policies, &self.reconcile];
        always.into_iter().chain(&self.ingest_glue)
    }

    /// An output that only some readers want.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        found(&self.all, name).and_then(Value::as_str).ok_or_else(|| missing(name))
    }

    /// An output that is a map of texts.
    pub(crate) fn texts(&self, name: &str) -> Result<BTreeMap<String, String>, Failure> {
        let map = found(&self.all, name).and_then(Value::as_object);
        let pairs = map.ok_or_else(|| missing(name))?.iter();
        Ok(pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.into()))).collect())
    }
}

fn found<'a>(outputs: &'a Value, name: &str) -> Option<&'a Value> {
    outputs.get(name)?.get("value")
}

fn missing(name: &str) -> Failure {
    Failure::new(format!("local/terraform has no output {name}"), "add it to outputs.tf")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outputs() -> Value {
        let mut outputs = json!({});
        for name in [
            "bucket_name",
            "queue_url",
            "dead_letter_queue_url",
            "poll_feed_function_name",
            "manage_iam_policies_function_name",
            "reconcile_function_name",
        ] {
            outputs[name] = json!({ "value": name });
        }
        outputs
    }

    #[test]
    fn a_function_that_is_not_deployed_is_no_error() {
        let read = Outputs::read(outputs()).unwrap();
        assert_eq!((read.ingest_glue.as_deref(), read.functions().count()), (None, 3));
    }

    #[test]
    fn a_function_that_is_deployed_is_among_the_others() {
        let mut all = outputs();
        all["ingest_glue_function_name"] = json!({ "value": "dmm-ingest_glue" });
        let read = Outputs::read(all).unwrap();
        assert_eq!(read.functions().last().unwrap(), "dmm-ingest_glue");
    }

    #[test]
    fn a_missing_output_is_named() {
        let failure = Outputs::read(json!({ "bucket_name": { "value": "b" } })).err().unwrap();
        assert!(failure.to_string().contains("queue_url"));
    }
}
