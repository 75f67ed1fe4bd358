//! S3: objects with compare and swap, lists of them, and a watch on the cursor.

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::world::World;

/// The cursor's key.
pub const CURSOR: &str = "poll_feed/last_event_id";

/// Where the ledger lies.
pub(crate) const LEDGER: &str = "grants/";
/// Where reports lie.
const REPORTS: &str = "reports/";

/// An object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// What it holds.
    pub body: Vec<u8>,
    version: u64,
    /// Which call of a client wrote it, as the client says.
    mark: Option<String>,
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

    /// Puts an object there, as if somebody had written it.
    pub fn keep(&mut self, key: &str, body: Vec<u8>) {
        self.store(key, body, None);
    }

    fn store(&mut self, key: &str, body: Vec<u8>, mark: Option<String>) {
        self.written += 1;
        self.objects.insert(key.to_owned(), Object { body, version: self.written, mark });
    }

    pub(crate) fn bucket(&mut self, call: &Call) -> Answer {
        let key = call.path.get(1..).unwrap_or_default().join("/");
        if call.parameters.contains_key("list-type") {
            return if self.may_list(call.parameter("prefix")) {
                self.listed_objects(call)
            } else {
                Answer::error(Service::S3, 403, "AccessDenied")
            };
        }
        if call.method != "PUT" {
            return match self.objects.get(&key) {
                Some(Object { body, version, mark }) => {
                    Answer::object(body.clone(), *version).marked(mark.clone())
                }
                None if self.may_list(&key) => Answer::error(Service::S3, 404, "NoSuchKey"),
                None => Answer::error(Service::S3, 403, "AccessDenied"),
            };
        }
        if !self.is_as_expected(&key, call) {
            let is_gone = call.if_match.is_some() && !self.objects.contains_key(&key);
            let (status, code) =
                if is_gone { (404, "NoSuchKey") } else { (412, "PreconditionFailed") };
            return Answer::error(Service::S3, status, code);
        }
        if key == CURSOR {
            self.watch(&call.body);
        }
        if key.starts_with(LEDGER) {
            self.watch_entry(&key, &call.body);
        }
        self.store(&key, call.body.clone(), call.mark.clone());
        Answer::object(Vec::new(), self.written)
    }

    /// Whether the caller's right covers a list with this prefix. S3 asks that of a missing key too: to
    /// whoever may not list with the key as prefix the object is forbidden, not missing.
    fn may_list(&self, prefix: &str) -> bool {
        let covers = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => prefix.starts_with(beginning),
            None => prefix == pattern,
        };
        self.listable.is_empty() || self.listable.iter().any(covers)
    }

    /// Only reports are written whatever is there.
    fn is_as_expected(&self, key: &str, call: &Call) -> bool {
        let now = self.objects.get(key).map(|object| format!("\"{}\"", object.version));
        match (&call.if_match, call.if_none_match) {
            (None, true) => now.is_none(),
            (None, false) => key.starts_with(REPORTS),
            (expected, _) => now == *expected,
        }
    }

    fn listed_objects(&self, call: &Call) -> Answer {
        let prefix = call.parameter("prefix");
        let keys: Vec<&String> =
            self.objects.keys().filter(|key| key.starts_with(prefix)).collect();
        let start = call.parameter("continuation-token").parse().unwrap_or(0);
        let (page, next) = self.part(&keys, start);
        let page = page.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>"));
        let more =
            next.map(|next| format!("<NextContinuationToken>{next}</NextContinuationToken>"));
        Answer::xml(format!(
            "<ListBucketResult>{}<IsTruncated>{}</IsTruncated>{}</ListBucketResult>",
            page.collect::<Vec<_>>().concat(),
            next.is_some(),
            more.unwrap_or_default()
        ))
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
