//! What has to be true at every write, whatever goes wrong around it. What is not is a violation.

use serde_json::Value;

use crate::bucket::LEDGER;
use crate::world::World;

/// How names of our policies begin.
const OURS: &str = "DMM_DataUsageAgreement_";

fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn name_of(role_arn: &str) -> &str {
    role_arn.rsplit('/').next().unwrap_or_default()
}

impl World {
    /// Entries of the ledger.
    pub fn ledger(&self) -> Vec<Value> {
        let entries = self.objects.iter().filter(|(key, _)| key.starts_with(LEDGER));
        entries.filter_map(|(_, object)| serde_json::from_slice(&object.body).ok()).collect()
    }

    /// IAM is written only where the ledger already says what is about to happen, and only ours.
    pub(crate) fn watch_role(&mut self, role: &str, policy: &str, gives: bool) {
        if !policy.starts_with(OURS) {
            self.violations.push(format!("policy {policy} of role {role} is somebody else's"));
            return;
        }
        let is_intended = self.ledger().iter().any(|entry| {
            let granted_to = name_of(text(entry, "/role_arn"));
            let leaving = entry.get("still_to_revoke").and_then(Value::as_array);
            let leaving = leaving.into_iter().flatten().filter_map(Value::as_str).map(name_of);
            let named =
                if gives { granted_to == role } else { leaving.into_iter().any(|r| r == role) };
            text(entry, "/policy_name") == policy && text(entry, "/phase") == "intent" && named
        });
        if !is_intended {
            self.violations.push(format!("{policy} on {role} is written without an intent"));
        }
    }

    /// What the ledger calls a fact is one.
    pub(crate) fn watch_entry(&mut self, key: &str, body: &[u8]) {
        let Ok(entry) = serde_json::from_slice::<Value>(body) else {
            self.violations.push(format!("{key} is no JSON"));
            return;
        };
        if text(&entry, "/phase") != "fact" {
            return;
        }
        let policy = text(&entry, "/policy_name");
        let granted = text(&entry, "/state") == "granted";
        let role = name_of(text(&entry, "/role_arn"));
        let expected: Vec<&str> = if granted { vec![role] } else { Vec::new() };
        if self.holders(policy) != expected {
            let violation = format!("the ledger says of {policy}: {entry}, and it is not so");
            self.violations.push(violation);
        }
        let held = self.roles.get(role).and_then(|policies| policies.get(policy));
        let held = held.and_then(|text| serde_json::from_str::<Value>(text).ok());
        if granted && held.as_ref() != entry.get("document") {
            self.violations.push(format!("the ledger knows another document of {policy}"));
        }
    }

    /// The catalog shows a right exactly where there is one.
    pub(crate) fn watch_agreement(&mut self, id: &str, document: &Value) {
        let tags = document.get("tags").and_then(Value::as_array);
        let shows = |tag: &str| tags.is_some_and(|tags| tags.iter().any(|found| found == tag));
        let role = name_of(text(document, "/custom/aws-role-arn"));
        let holders = self.holders(&format!("{OURS}{id}"));
        let is_true = match (shows("aws-integration-active"), holders.as_slice()) {
            (true, [holder]) => *holder == role,
            (true, _) => false,
            (false, holders) => holders.is_empty(),
        };
        if !is_true {
            let violation = format!("{id} is shown as {tags:?} on {role:?}; held by {holders:?}");
            self.violations.push(violation);
        }
    }

    /// Nobody is told of an end that was not reached.
    pub(crate) fn watch_report(&mut self, id: &str, step: &str) {
        let holders = self.holders(&format!("{OURS}{id}")).len();
        let is_true = match step {
            "provisioning-succeeded" => holders == 1,
            "deprovisioning-succeeded" | "provisioning-failed" => holders == 0,
            _ => true,
        };
        if !is_true {
            self.violations.push(format!("{id}: {step}, while {holders} roles hold its policy"));
        }
    }

    /// The roles that hold a policy of this name.
    fn holders(&self, policy: &str) -> Vec<&str> {
        let holding = self.roles.iter().filter(|(_, policies)| policies.contains_key(policy));
        holding.map(|(role, _)| role.as_str()).collect()
    }
}
