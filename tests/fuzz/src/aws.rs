//! What queue, bucket and IAM give back.

use std::time::Duration;

use clients::cursor::Cursor;
use clients::fake::{FakeObjects, Faults};
use domain::canonical::same_policy;
use domain::event::read_body;
use domain::ledger::Entry;
use futures_util::FutureExt as _;
use lambda::deadline::Deadline;
use lambda::fifo::{Disposition, in_order};
use percent_encoding::percent_decode;
use serde_json::Value;

use crate::text;

/// A batch as Lambda hands it over: every record is acknowledged or given back, none is lost.
pub(crate) fn sqs_batch(bytes: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(bytes) else { return };
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().build();
    clock.expect("a clock").block_on(async {
        let deadline = Deadline::within(Duration::from_mins(1));
        let keep = async |record: &lambda::fifo::Record| {
            if let Some(body) = &record.body {
                let _ = read_body(body);
            }
            Disposition::Keep
        };
        let _ = in_order(event, deadline, 5, keep).await;
    });
}

pub(crate) fn queue_message(bytes: &[u8]) {
    let _ = read_body(text(bytes));
}

/// A cursor that is taken is written back as it was read, but for the line break of an editor.
pub(crate) fn cursor(bytes: &[u8]) {
    let objects = FakeObjects::new(Faults::default());
    objects.set("cursor", bytes);
    let loaded = Cursor::new(objects, "cursor".to_owned()).load().now_or_never();
    let Ok(position) = loaded.expect("the fake answers at once") else { return };
    let id = position.last.expect("an object that is there holds an id");
    assert_eq!(text(bytes).trim_end_matches(['\r', '\n']), id.as_str());
}

pub(crate) fn ledger_entry(bytes: &[u8]) {
    let Ok(entry) = serde_json::from_slice::<Entry>(bytes) else { return };
    let again = serde_json::to_vec(&entry).expect("an entry can be written");
    let again: Entry = serde_json::from_slice(&again).expect("what was written can be read");
    assert_eq!(again, entry);
}

/// As `iam:GetRolePolicy` gives it, whoever wrote it.
pub(crate) fn stored_policy(bytes: &[u8]) {
    let Ok(decoded) = percent_decode(bytes).decode_utf8() else { return };
    let document = serde_json::from_str(&decoded).unwrap_or(Value::Null);
    assert!(same_policy(&document, &document), "a policy is as itself");
}
