//! Everything that the page shows, as it is at this moment.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{action::Action, consumer::Consumer};
use crate::{
    catalog::{Catalog, id_of},
    demo::{
        landscape::ROLES,
        permissions::{lines, permissions},
        sample::AGREEMENTS,
        table::shortened,
        world::{Ledger, Policies, World},
    },
    failure::Failure,
};

/// The access report, once something has written one.
pub(super) const REPORT: &str = "reports/latest/report.html";

/// How many characters all inline policies of a role may have together, not counting white space:
/// IAM's quota, see "IAM and AWS STS quotas" in its user guide.
const QUOTA: usize = 10_240;

/// What the integration writes where it refuses.
const ERROR: &str = "/custom/aws-integration-error";

/// One look at catalog, queue, ledger, IAM and report. What comes last in the chain is read first:
/// whatever led to it is then seen in the same look.
pub(super) async fn look(catalog: &Catalog, world: &World) -> Result<Value, Failure> {
    let known = catalog.agreements();
    let ledger = world.ledger().await?;
    let policies = world.policies().await?;
    let (queued, dead, cursor, report) =
        tokio::try_join!(world.queued(), world.given_up(), world.cursor(), world.version(REPORT))?;
    Ok(json!({
        "agreements": agreements(catalog, &known, &ledger),
        "roles": roles(&policies),
        "queue": { "waiting": queued.waiting, "inFlight": queued.in_flight, "dead": dead },
        "unread": unread(catalog, cursor.as_deref()),
        "report": report,
    }))
}

/// All agreements that the catalog or the ledger knows, and those of the sample that are gone.
fn agreements(catalog: &Catalog, known: &[Value], ledger: &Ledger) -> Vec<Value> {
    let mut shown: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut ids: Vec<&str> = AGREEMENTS.iter().map(|(id, ..)| *id).collect();
    for agreement in known {
        let id = id_of(agreement);
        shown.insert(id, agreement);
        ids.push(id);
    }
    ids.extend(ledger.keys().map(String::as_str));
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    let one = |id| agreement(catalog, id, shown.get(id).copied(), ledger.get(id));
    ids.into_iter().map(one).collect()
}

fn agreement(catalog: &Catalog, id: &str, shown: Option<&Value>, entry: Option<&String>) -> Value {
    let at = |path: &str| shown.and_then(|shown| shown.pointer(path)).cloned();
    let actions = Action::suitable(id, shown).into_iter();
    let actions = actions.map(|one| json!({ "path": one.path(), "label": one.label() }));
    let consumer = shown.and_then(Consumer::of);
    json!({
        "id": id,
        "product": at("/provider/dataProductId"),
        "port": at("/provider/outputPortId"),
        "consumer": consumer.map(|consumer| json!({
            "kind": consumer.noun(),
            "id": consumer.id,
            "role": consumer.role(catalog),
        })),
        "status": shown.map_or_else(|| json!("deleted"), |_| json!(at("/info/status"))),
        "active": at("/info/active"),
        "from": at("/info/startDate"),
        "until": at("/info/endDate"),
        "tags": at("/tags"),
        "reported": at("/provisioning/status"),
        "error": at(ERROR),
        "policy": at("/custom/aws-policy-name"),
        "ledger": entry,
        "actions": actions.collect::<Vec<Value>>(),
    })
}

/// Each role with its policies, and how full it is.
fn roles(policies: &Policies) -> Vec<Value> {
    let one = |(path, role): &(&str, &str)| {
        let own = policies.iter().filter(|((holder, _), _)| holder == role);
        let own: Vec<Value> = own.map(|((_, name), document)| policy(name, document)).collect();
        let characters = |one: &Value| one.get("characters").and_then(Value::as_u64).unwrap_or(0);
        let used: u64 = own.iter().map(characters).sum();
        json!({ "name": role, "path": path, "policies": own, "used": used, "quota": QUOTA })
    };
    ROLES.iter().map(one).collect()
}

fn policy(name: &str, document: &Value) -> Value {
    let allows = permissions(document).map(|found| shortened(&lines(&found).join("\n")));
    let characters = document.to_string().chars().filter(|one| !one.is_whitespace()).count();
    json!({
        "name": name,
        "allows": allows.unwrap_or_else(|problem| problem).lines().collect::<Vec<&str>>(),
        "characters": characters,
    })
}

/// How many events `poll_feed` has not yet read.
fn unread(catalog: &Catalog, cursor: Option<&str>) -> usize {
    catalog.events().iter().filter(|event| Some(id_of(event)) > cursor).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::{Decision, Generation},
        demo::{
            self,
            sample::{self, Consumer},
        },
    };

    fn catalog() -> Catalog {
        let catalog = Catalog::new(Generation::Access, "key");
        demo::fill(&catalog);
        catalog
    }

    fn find<'a>(all: &'a [Value], id: &str) -> &'a Value {
        all.iter().find(|one| one["id"] == id).unwrap()
    }

    #[test]
    fn an_agreement_is_shown_with_its_consumer_its_state_and_its_ledger_entry() {
        let catalog = catalog();
        catalog.decide("orders-for-churn", Decision::Approve);
        let ledger = Ledger::from([("orders-for-churn".to_owned(), "granted intent".to_owned())]);
        let all = agreements(&catalog, &catalog.agreements(), &ledger);
        let shown = find(&all, "orders-for-churn");
        assert_eq!(
            shown["consumer"],
            json!({ "kind": "data product", "id": "churn", "role": "churn" })
        );
        assert_eq!((&shown["product"], &shown["port"]), (&json!("orders"), &json!("all")));
        assert_eq!((&shown["status"], &shown["active"]), (&json!("approved"), &json!(true)));
        assert_eq!(shown["ledger"], "granted intent");
        assert_eq!(shown["actions"][0], json!({ "path": "end", "label": "End" }));
    }

    #[test]
    fn nothing_that_the_ledger_or_the_catalog_knows_is_left_out_and_nothing_comes_twice() {
        let catalog = catalog();
        catalog.delete_agreement("orders-for-churn");
        let by_hand = sample::agreement("by-hand", ("orders", "all"), Consumer::Team("marketing"));
        catalog.put_agreement("by-hand", by_hand);
        let ledger = ["orders-for-churn", "forgotten"];
        let ledger = ledger.map(|id| (id.to_owned(), "revoked".to_owned())).into();
        let all = agreements(&catalog, &catalog.agreements(), &ledger);
        assert_eq!(all.len(), AGREEMENTS.len() + 2);
        assert_eq!(find(&all, "orders-for-churn")["status"], "deleted");
        assert_eq!(find(&all, "orders-for-churn")["actions"][0]["path"], "ask-again");
        assert_eq!(find(&all, "forgotten")["actions"], json!([]));
        assert_eq!(find(&all, "by-hand")["status"], "requested");
    }

    #[test]
    fn a_role_shows_its_policies_in_words_and_how_full_it_is() {
        let document = json!({ "Statement": [
            { "Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*" },
        ] });
        let key = ("churn".to_owned(), "DMM_DataUsageAgreement_a".to_owned());
        let all = roles(&Policies::from([(key, document.clone())]));
        assert_eq!(all.len(), ROLES.len());
        let churn = all.iter().find(|role| role["name"] == "churn").unwrap();
        assert_eq!(churn["policies"][0]["allows"], json!(["s3: GetObject", "  s3:b/*"]));
        assert_eq!(churn["used"], document.to_string().len());
        let others = all.iter().filter(|role| role["name"] != "churn");
        assert!(others.into_iter().all(|role| role["policies"] == json!([]) && role["used"] == 0));
    }

    #[test]
    fn a_document_that_is_no_plain_permission_is_shown_as_such() {
        let shown = policy("a", &json!({ "Statement": { "Sid": "A", "Effect": "Deny" } }));
        assert!(shown["allows"][0].as_str().unwrap().starts_with("not an Allow"));
    }

    #[test]
    fn events_behind_the_cursor_are_read() {
        let catalog = catalog();
        let events = catalog.events();
        assert_eq!(unread(&catalog, None), events.len());
        assert_eq!(unread(&catalog, Some(id_of(&events[1]))), events.len() - 2);
        assert_eq!(unread(&catalog, events.last().map(id_of)), 0);
    }
}
