//! What the integration reports about a grant: `POST` moves the state, `PUT` replaces it.

use serde_json::{Map, Value, json};

/// One step of a grant's life, as the last part of the report's address names it.
struct Step {
    path: &'static str,
    status: &'static str,
    event: &'static str,
    time_field: &'static str,
    outcome: Outcome,
}

/// What a step says about the work, and so which fields its report may carry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Started,
    Succeeded,
    Failed,
}

const fn step(
    path: &'static str,
    status: &'static str,
    event: &'static str,
    time_field: &'static str,
    outcome: Outcome,
) -> Step {
    Step { path, status, event, time_field, outcome }
}

const STEPS: [Step; 6] = [
    step(
        "provisioning-started",
        "provisioning",
        "AccessProvisioningStarted",
        "provisioningStartedAt",
        Outcome::Started,
    ),
    step(
        "provisioning-succeeded",
        "provisioned",
        "AccessProvisioned",
        "provisionedAt",
        Outcome::Succeeded,
    ),
    step(
        "provisioning-failed",
        "provisioning-failed",
        "AccessProvisioningFailed",
        "failedAt",
        Outcome::Failed,
    ),
    step(
        "deprovisioning-started",
        "deprovisioning",
        "AccessDeprovisioningStarted",
        "deprovisioningStartedAt",
        Outcome::Started,
    ),
    step(
        "deprovisioning-succeeded",
        "deprovisioned",
        "AccessDeprovisioned",
        "deprovisionedAt",
        Outcome::Succeeded,
    ),
    step(
        "deprovisioning-failed",
        "deprovisioning-failed",
        "AccessDeprovisioningFailed",
        "failedAt",
        Outcome::Failed,
    ),
];

/// A new provisioning state, and the event that tells of it, if it is news.
pub(super) struct Reported {
    /// The whole state from now on.
    pub(super) state: Map<String, Value>,
    /// Name of the event; nothing when only details were corrected.
    pub(super) event: Option<&'static str>,
}

/// Applies the report posted to `path`. No transition is refused: the latest report wins.
pub(super) fn report(
    before: Option<&Map<String, Value>>,
    path: &str,
    body: &Map<String, Value>,
    time: &str,
) -> Option<Reported> {
    let step = STEPS.iter().find(|step| step.path == path)?;
    let mut state = before.cloned().unwrap_or_default();
    for field in accepted(step.outcome) {
        if let Some(value) = body.get(*field) {
            state.insert((*field).to_owned(), value.clone());
        }
    }
    if step.outcome == Outcome::Succeeded {
        state.remove("diagnostics");
    }
    state.insert("status".to_owned(), json!(step.status));
    state.insert(step.time_field.to_owned(), json!(time));
    Some(Reported { state, event: Some(step.event) })
}

/// Replaces the state; nothing when the status is missing or not a known one.
pub(super) fn replace(
    before: Option<&Map<String, Value>>,
    body: &Map<String, Value>,
) -> Option<Reported> {
    let status = body.get("status").and_then(Value::as_str)?;
    let step = STEPS.iter().find(|step| step.status == status)?;
    let same = before.and_then(|before| before.get("status")) == body.get("status");
    Some(Reported { state: body.clone(), event: (!same).then_some(step.event) })
}

fn accepted(outcome: Outcome) -> &'static [&'static str] {
    match outcome {
        Outcome::Started => &["platform", "executor", "customProperties", "links"],
        Outcome::Succeeded => &["platform", "executor", "customProperties", "links", "reference"],
        Outcome::Failed => &["platform", "executor", "customProperties", "links", "diagnostics"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_success_clears_the_diagnostics_and_keeps_what_was_left_out() {
        let body = fields(&json!({ "platform": "aws", "diagnostics": "no such role" }));
        let failed = report(None, "provisioning-failed", &body, "t1").unwrap();
        let body = fields(&json!({ "reference": "arn:aws:iam::000000000000:role/a" }));
        let done = report(Some(&failed.state), "provisioning-succeeded", &body, "t2").unwrap();
        assert_eq!(done.event, Some("AccessProvisioned"));
        assert_eq!(done.state["status"], "provisioned");
        assert_eq!(done.state["platform"], "aws");
        assert_eq!(done.state.get("diagnostics"), None);
    }

    #[test]
    fn an_unknown_report_or_status_is_refused() {
        assert!(report(None, "provisioning-maybe", &Map::new(), "t").is_none());
        assert!(replace(None, &fields(&json!({ "status": "perhaps" }))).is_none());
    }

    #[test]
    fn replacing_with_the_same_status_is_no_news() {
        let state = fields(&json!({ "status": "provisioned", "platform": "aws" }));
        assert_eq!(replace(None, &state).unwrap().event, Some("AccessProvisioned"));
        let corrected = fields(&json!({ "status": "provisioned" }));
        let reported = replace(Some(&state), &corrected).unwrap();
        assert_eq!(reported.event, None);
        assert_eq!(reported.state.get("platform"), None);
    }
}
