//! Rounds of the real binary, an hour apart, and what came of them.

use std::time::Duration;

use backend::{Answered, Backend, Program, Sent, World};
use reconcile::checkpoint::State;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::sample::AGREED;

const CHECKPOINT: &str = "reconcile/round.json";
const REPORT: &str = "reports/latest/report.json";
/// Calls that only the one writer of IAM may make.
const FORBIDDEN: [&str; 5] = [
    "iam:PutRolePolicy",
    "iam:DeleteRolePolicy",
    "PUT agreement",
    "PUT old agreement",
    "POST report",
];

/// `reconcile`, which need not spare this machine's IAM.
pub(crate) fn reconcile(backend: &Backend) -> Program {
    let settings = [("IAM_CALLS_PER_SECOND", "1000")];
    Program::start(env!("CARGO_BIN_EXE_reconcile"), backend, &settings)
}

/// One invocation.
pub(crate) async fn tick(backend: &Backend) -> Answered {
    let before = backend.world(|world| {
        world.invocations.queued.push_back(json!({}));
        world.invocations.answered.len()
    });
    let answered = backend.until(|world| world.invocations.answered.len() > before);
    tokio::time::timeout(Duration::from_secs(70), answered).await.expect("an answer in time");
    backend.world(|world| world.invocations.answered[before].clone())
}

/// What one tick leaves for the next. A checkpoint that cannot be read would stop every round.
fn state(world: &World) -> Option<State> {
    let object = world.objects.get(CHECKPOINT)?;
    Some(serde_json::from_slice(&object.body).expect("a checkpoint that can be read"))
}

/// An hour passes: the next round is due.
pub(crate) fn an_hour_passes(world: &mut World) {
    let Some(mut state) = state(world) else { return };
    let earlier = |began: OffsetDateTime| began - time::Duration::hours(1);
    state.last_began = state.last_began.map(earlier);
    let body = serde_json::to_vec(&state).unwrap();
    world.objects.get_mut(CHECKPOINT).unwrap().body = body;
}

/// Messages in the queue from the `first` on: which agreement, and the role it was seen on.
pub(crate) fn asked(world: &World, first: usize) -> Vec<(String, Option<String>)> {
    let taken = world.queue.sends[first..].iter().filter(|send| send.sent == Sent::Taken);
    let mut asked: Vec<_> = taken
        .map(|send| {
            let hint: Value = serde_json::from_str(&send.body).unwrap();
            let text = |name: &str| hint["data"][name].as_str().map(str::to_owned);
            (text("id").unwrap(), text("seenOn"))
        })
        .collect();
    asked.sort();
    asked
}

/// What differs, and nothing else, is asked for.
pub(crate) fn asks_for_what_differs(asked: &[(String, Option<String>)]) {
    let role = "arn:aws:iam::123456789012:role/data-products/other".to_owned();
    assert_eq!(asked, [("gone".to_owned(), Some(role)), ("missing".to_owned(), None)]);
}

/// It only read: roles, ledger and catalog are as they were before, and the checkpoint is whole.
pub(crate) fn only_read(world: &World, before: &World) {
    assert_eq!(world.violations, [""; 0]);
    assert_eq!(world.roles, before.roles);
    assert_eq!(world.ledger(), before.ledger());
    assert_eq!(world.agreements, before.agreements);
    assert_eq!(world.old_agreements, before.old_agreements);
    let forbidden = world.calls.iter().find(|call| FORBIDDEN.contains(&call.as_str()));
    assert_eq!(forbidden, None);
    state(world);
}

/// The report shows the two differences, and that all of it was looked at.
pub(crate) fn report_is_right(world: &World) {
    let report: Value = serde_json::from_slice(&world.objects[REPORT].body).unwrap();
    assert_eq!(report["round"]["complete"], true);
    let rows = report["differences"].as_array().unwrap().iter();
    let mut open: Vec<&str> = rows
        .filter(|row| row["repaired"].is_null())
        .map(|row| row["agreement"].as_str().unwrap())
        .collect();
    open.sort_unstable();
    assert_eq!(open, ["gone", "missing"]);
    let standing = |id: &str| {
        let mut rows = report["grants"].as_array().unwrap().iter();
        rows.find(|row| row["agreement"] == id).map(|row| row["standing"].clone())
    };
    for id in AGREED {
        assert_eq!(standing(id), Some(json!("asAgreed")), "{id}");
    }
}
