//! Probes of what belongs to `reconcile`: its reports and its checkpoint; and of the rest of the bucket,
//! as far as it concerns that function.

use super::{
    Probe,
    calls::{delete_object, get_object, put_object},
    storage::{object, probed_entry},
};
use crate::{
    demo::world::CURSOR,
    prove::installation::{
        CHECKPOINT,
        Function::{self, ManageIamPolicies, PollFeed, Reconcile},
        Installation, LATEST_REPORT, REPORTS,
    },
};

const READ: &str = "s3:GetObject";
const WRITE: &str = "s3:PutObject";

/// Objects that the allowed probes leave, and that have to go after them.
pub(super) fn probed_objects() -> [String; 3] {
    [CHECKPOINT.to_owned(), LATEST_REPORT.to_owned(), of_a_round()]
}

/// The report of one round.
fn of_a_round() -> String {
    format!("{REPORTS}2026-08-01T00-00-00Z/report.html")
}

pub(super) fn probes(of: &Installation) -> Vec<Probe> {
    let mut all = its_own(of);
    all.extend(ledger_and_cursor(of));
    for by in [PollFeed, ManageIamPolicies] {
        all.extend(of_the_others(of, by));
    }
    all
}

fn its_own(of: &Installation) -> Vec<Probe> {
    let (name, by) = (of.bucket.as_str(), Reconcile);
    let mut all = Vec::new();
    for (key, reason) in [
        (CHECKPOINT, "where a round stopped"),
        (LATEST_REPORT, "what the last round found"),
        (&of_a_round(), "the report of one round"),
    ] {
        let (arn, put) = (object(name, key), put_object(name, key, "{}"));
        all.push(Probe::allowed(by, WRITE, &arn, put, reason));
        let (delete, kept) = (delete_object(name, key), "reports expire, nobody deletes them");
        all.push(Probe::denied(by, "s3:DeleteObject", &arn, delete, kept));
    }
    let (arn, get) = (object(name, CHECKPOINT), get_object(name, CHECKPOINT));
    all.push(Probe::allowed(by, READ, arn, get, "where the last run stopped, and what it found"));
    for key in [LATEST_REPORT, &of_a_round()] {
        let (arn, reason) = (object(name, key), "reports are for people");
        all.push(Probe::denied(by, READ, arn, get_object(name, key), reason));
    }
    all
}

fn ledger_and_cursor(of: &Installation) -> Vec<Probe> {
    let (name, by, entry) = (of.bucket.as_str(), Reconcile, probed_entry(of));
    let (at_entry, at_cursor) = (object(name, &entry), object(name, CURSOR));
    let keeps = "one function alone says what was granted";
    let cursor = "the cursor is the other's";
    vec![
        Probe::allowed(by, READ, &at_entry, get_object(name, &entry), "what is on record"),
        Probe::denied(by, WRITE, &at_entry, put_object(name, &entry, "{}"), keeps),
        Probe::denied(by, "s3:DeleteObject", &at_entry, delete_object(name, &entry), keeps),
        Probe::denied(by, READ, &at_cursor, get_object(name, CURSOR), cursor),
        Probe::denied(by, WRITE, &at_cursor, put_object(name, CURSOR, "x"), cursor),
        Probe::denied(by, WRITE, object(name, "o"), put_object(name, "o", "x"), "another key"),
    ]
}

fn of_the_others(of: &Installation, by: Function) -> Vec<Probe> {
    let name = of.bucket.as_str();
    let mut all = Vec::new();
    for key in [CHECKPOINT, LATEST_REPORT] {
        let (arn, reason) = (object(name, key), "reports and checkpoint are reconcile's");
        all.push(Probe::denied(by, READ, &arn, get_object(name, key), reason));
        all.push(Probe::denied(by, WRITE, &arn, put_object(name, key, "x"), reason));
    }
    all
}
