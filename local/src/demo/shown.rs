//! The parts of an agreement that the integration writes, as a person reads them.

use std::collections::BTreeMap;

use serde_json::Value;

const ERROR: &str = "aws-integration-error";

/// Tags, custom fields and the provisioning report of one agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) tags: Vec<String>,
    pub(super) fields: BTreeMap<String, String>,
    pub(super) report: Option<String>,
}

impl Shown {
    pub(super) fn of(agreement: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let tags = agreement.get("tags").and_then(Value::as_array).into_iter().flatten();
        let fields = agreement.get("custom").and_then(Value::as_object).into_iter().flatten();
        Self {
            tags: tags.map(text).collect(),
            fields: fields.map(|(name, value)| (name.clone(), text(value))).collect(),
            report: agreement.pointer("/provisioning/status").map(text),
        }
    }

    /// What is new since `before`, as label and text.
    pub(super) fn news(&self, before: &Self) -> Vec<(&'static str, String)> {
        let mut news = Vec::new();
        if (&self.tags, &self.fields) != (&before.tags, &before.fields) {
            news.push(("tags", self.tags.join(", ")));
        }
        if let Some(error) = self.fields.get(ERROR).filter(|_| self.fields != before.fields) {
            news.push(("", error.clone()));
        }
        if let Some(report) = self.report.as_ref().filter(|_| self.report != before.report) {
            news.push(("report", report.clone()));
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_news_is_told() {
        let before = Shown::of(&json!({ "tags": ["mine"], "custom": {} }));
        let after = Shown::of(&json!({
            "tags": ["mine", "failed"],
            "custom": { ERROR: "no such role" },
            "provisioning": { "status": "provisioning-failed" },
        }));
        let expected = [
            ("tags", "mine, failed".to_owned()),
            ("", "no such role".to_owned()),
            ("report", "provisioning-failed".to_owned()),
        ];
        assert_eq!(after.news(&before), expected);
        assert_eq!(after.news(&after), []);
    }
}
