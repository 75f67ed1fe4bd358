//! A second plan changes nothing, but for what the emulator does not keep: listed here one by one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::proofs::Proofs;
use crate::deploy::Plan;

/// What the emulator forgets, or gives back otherwise than AWS, where it cannot be corrected.
struct EmulatorsOwn {
    /// The end of the resource's address.
    address: &'static str,
    attribute: &'static str,
    why: &'static str,
}

/// Empty since `corrections_alarms.py` keeps alarms whole.
const EMULATORS_OWN: &[EmulatorsOwn] = &[];

/// One attribute of one resource that would change.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Difference {
    address: String,
    attribute: String,
}

/// Judges a plan that was made right after an apply.
pub(crate) fn prove(plan: &Plan, proofs: &mut Proofs) {
    compare(plan, EMULATORS_OWN, proofs);
}

fn compare(plan: &Plan, emulators_own: &[EmulatorsOwn], proofs: &mut Proofs) {
    let found = differences(&plan.content);
    let is_own = |one: &&Difference, own: &EmulatorsOwn| {
        one.address.ends_with(own.address) && one.attribute == own.attribute
    };
    let unlisted: Vec<String> = found
        .iter()
        .filter(|one| !emulators_own.iter().any(|own| is_own(one, own)))
        .map(|one| format!("{}: {}", one.address, one.attribute))
        .collect();
    let exceptions = emulators_own.len();
    let what = format!("a second plan changes nothing; exceptions of the emulator: {exceptions}");
    proofs.none(&unlisted, what);
    let mut listed = 0;
    for own in emulators_own {
        let count = found.iter().filter(|one| is_own(one, own)).count();
        listed += count;
        let EmulatorsOwn { address, attribute, why } = own;
        if count > 0 {
            proofs.note(format!("the emulator's own: {address}: {attribute}: {why}"));
        } else {
            proofs.fails(format!(
                "{address}: {attribute} is listed as the emulator's own and no longer differs"
            ));
        }
    }
    let agree = plan.is_empty == (listed + unlisted.len() == 0);
    let found = format!("{} differences", listed + unlisted.len());
    proofs.check(agree, "terraform's own exit code says the same", found);
}

fn differences(plan: &Value) -> BTreeSet<Difference> {
    let mut found = BTreeSet::new();
    let changes = plan.get("resource_changes").and_then(Value::as_array);
    for resource in changes.into_iter().flatten() {
        let address = resource.get("address").and_then(Value::as_str).unwrap_or_default();
        let Some(change) = resource.get("change") else { continue };
        for attribute in changed_attributes(change) {
            found.insert(Difference { address: address.to_owned(), attribute });
        }
    }
    let outputs = plan.get("output_changes").and_then(Value::as_object);
    for (name, change) in outputs.into_iter().flatten() {
        if actions(change) != ["no-op"] {
            let (address, attribute) = (format!("output.{name}"), "value".to_owned());
            found.insert(Difference { address, attribute });
        }
    }
    found
}

fn actions(change: &Value) -> Vec<&str> {
    let actions = change.get("actions").and_then(Value::as_array);
    actions.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The attributes that would change; the actions themselves where a resource comes or goes.
fn changed_attributes(change: &Value) -> Vec<String> {
    match actions(change).as_slice() {
        ["no-op" | "read"] => Vec::new(),
        ["update"] => {
            let part = |name: &str| change.get(name).and_then(Value::as_object);
            let parts = [part("before"), part("after"), part("after_unknown")];
            let names: BTreeSet<&String> =
                parts.into_iter().flatten().flat_map(Map::keys).collect();
            names.into_iter().filter(|name| differs(parts, name)).cloned().collect()
        }
        other => vec![other.join(" and ")],
    }
}

fn differs([before, after, unknown]: [Option<&Map<String, Value>>; 3], name: &str) -> bool {
    let of = |map: Option<&Map<String, Value>>| map?.get(name).cloned();
    of(before) != of(after) || of(unknown) == Some(Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_attributes_that_differ_are_named() {
        let plan = json!({ "resource_changes": [
            { "address": "a", "change": { "actions": ["no-op"], "before": {}, "after": {} } },
            { "address": "b", "change": {
                "actions": ["update"],
                "before": { "x": 1, "y": 2, "z": 3 },
                "after": { "x": 1, "y": 3 },
                "after_unknown": { "z": true },
            } },
            { "address": "c", "change": { "actions": ["delete", "create"] } },
        ] });
        let found: Vec<String> = differences(&plan)
            .into_iter()
            .map(|one| format!("{} {}", one.address, one.attribute))
            .collect();
        assert_eq!(found, ["b y", "b z", "c delete and create"]);
    }

    #[test]
    fn a_difference_that_is_not_listed_fails() {
        let content = json!({ "resource_changes": [
            { "address": "q", "change": { "actions": ["delete"] } },
        ] });
        let mut proofs = Proofs::new();
        prove(&Plan { is_empty: false, content }, &mut proofs);
        assert!(proofs.verdict().unwrap_err().to_string().contains("not as they must be"));
    }

    #[test]
    fn an_exception_that_no_longer_occurs_fails_too() {
        let own = [EmulatorsOwn { address: "q", attribute: "x", why: "it forgets it" }];
        let change = json!({ "actions": ["update"], "before": { "x": 1 }, "after": { "x": 2 } });
        let content = json!({ "resource_changes": [{ "address": "m.q", "change": change }] });
        let mut proofs = Proofs::new();
        compare(&Plan { is_empty: false, content }, &own, &mut proofs);
        assert!(proofs.verdict().is_ok());
        compare(&Plan { is_empty: true, content: json!({}) }, &own, &mut proofs);
        assert!(proofs.verdict().is_err());
    }
}
