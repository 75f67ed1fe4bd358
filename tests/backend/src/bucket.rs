//! S3: objects with compare and swap, and a watch on the cursor.

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::world::World;

/// The cursor's key.
pub const CURSOR: &str = "poll_feed/last_event_id";

/// An object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// What it holds.
    pub body: Vec<u8>,
    version: u64,
}

/// A message that must be in the queue before the cursor passes its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The place of the event in the feed.
    pub place: usize,
    /// The message's deduplication id.
    pub deduplication: String,
    /// The agreement.
    pub group: String,
}

impl World {
    /// Where the cursor stands, as a place in the feed.
    pub fn cursor(&self) -> Option<usize> {
        let id = &self.objects.get(CURSOR)?.body;
        self.place(std::str::from_utf8(id).ok()?)
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.feed.iter().position(|event| event.get("id").is_some_and(|own| own == id))
    }

    pub(crate) fn bucket(&mut self, call: &Call) -> Answer {
        let key = call.path.get(1..).unwrap_or_default().join("/");
        if call.method != "PUT" {
            return match self.objects.get(&key) {
                Some(object) => Answer::object(object.body.clone(), object.version),
                None => Answer::error(Service::S3, 404, "NoSuchKey"),
            };
        }
        let now = self.objects.get(&key).map(|object| format!("\"{}\"", object.version));
        let as_expected = if call.if_none_match { now.is_none() } else { now == call.if_match };
        if !as_expected {
            return Answer::error(Service::S3, 412, "PreconditionFailed");
        }
        if key == CURSOR {
            self.watch(&call.body);
        }
        self.written += 1;
        let object = Object { body: call.body.clone(), version: self.written };
        self.objects.insert(key, object);
        Answer::object(Vec::new(), self.written)
    }

    /// The cursor passes only what the queue has, and never goes back.
    fn watch(&mut self, id: &[u8]) {
        let id = String::from_utf8_lossy(id).into_owned();
        let Some(place) = self.place(&id) else {
            self.violations.push(format!("the cursor is {id:?}, which is no event"));
            return;
        };
        if self.cursor().is_some_and(|now| place <= now) {
            self.violations.push(format!("the cursor goes back to {id}"));
        }
        let ahead = self.due.iter().filter(|due| due.place <= place);
        let missing = ahead.filter(|due| !self.queue.has(&due.deduplication));
        let missing = missing.map(|due| format!("the cursor is {id}, ahead of {due:?}"));
        self.violations.extend(missing.collect::<Vec<_>>());
    }
}
