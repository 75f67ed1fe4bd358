//! Prints what changes, as it changes: event → queue → message → policy → tags.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    permissions::permissions,
    sample::AGREEMENTS,
    world::{Policies, World},
};
use crate::{
    catalog::{Catalog, id_of},
    emulator::Emulator,
    failure::Failure,
    terminal::{Tone, happened},
    wait,
};

/// Verbs of events that can change access; only these become messages.
const RELEVANT: [&str; 7] =
    ["Activated", "Deactivated", "Deleted", "Updated", "Canceled", "Approved", "Rejected"];

/// How long the functions may take for what a person watches.
const LIMIT: Duration = Duration::from_mins(1);

/// What was seen at the last look.
pub(crate) struct Watch {
    pub(crate) world: World,
    pub(crate) catalog: Catalog,
    emulator: Emulator,
    since: Instant,
    events: usize,
    requests: usize,
    cursor: Option<String>,
    policies: Policies,
    shown: BTreeMap<&'static str, Value>,
    taken: BTreeSet<String>,
}

impl Watch {
    /// Watches from now on.
    pub(crate) fn new(world: World, catalog: Catalog, emulator: Emulator) -> Self {
        let mut watch = Self {
            world,
            catalog,
            emulator,
            since: Instant::now(),
            events: 0,
            requests: 0,
            cursor: None,
            policies: Policies::new(),
            shown: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        watch.events = watch.catalog.events().len();
        watch
    }

    /// Starts the clock of a new part, in which `change` is made to the catalog.
    pub(crate) fn begin(&mut self, change: impl FnOnce(&Catalog)) {
        self.since = Instant::now();
        self.requests += self.catalog.requests_since(self.requests).len();
        self.taken.clear();
        change(&self.catalog);
        self.shown = AGREEMENTS.iter().map(|(id, ..)| (*id, self.written(id))).collect();
        self.show_events();
    }

    /// Whether `manage_iam_policies` has looked at the agreement in this part.
    pub(crate) fn has_taken(&self, agreement: &str) -> bool {
        self.taken.contains(agreement)
    }

    /// The time since this part began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Polls the feed and waits until every event is a handled message and none is left.
    pub(crate) async fn settle(&mut self) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            self.look().await?;
            let (unhandled, newest) = (self.world.unhandled().await?, self.newest_event());
            let behind = self.cursor.as_deref() < Some(newest.as_str());
            if !behind && unhandled == 0 && newest == self.newest_event() {
                return self.look().await;
            }
            if started.elapsed() > LIMIT {
                let what = format!(
                    "not settled within {} s: {unhandled} messages are not handled, the cursor is {}",
                    LIMIT.as_secs(),
                    if behind { "behind" } else { "at the end" }
                );
                return Err(Failure::new(what, "read .build/local/functions.log"));
            }
            if behind {
                self.world.aws.invoke(&self.world.outputs.poll_feed).await?;
            }
        }
    }

    /// Waits for something to become true, and prints everything that happens meanwhile.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        limit: Duration,
        mut done: impl FnMut(&Self) -> bool,
    ) -> Result<(), Failure> {
        wait::until(what, limit, async || {
            self.look().await?;
            Ok(done(self).then_some(()))
        })
        .await
    }

    /// Whether the feed has been polled at all.
    pub(crate) fn has_cursor(&self) -> bool {
        self.cursor.is_some()
    }

    /// One look at everything.
    async fn look(&mut self) -> Result<(), Failure> {
        self.emulator.check()?;
        let (cursor, policies) = (self.world.cursor().await?, self.world.policies().await?);
        self.show_events();
        self.show_queue(cursor);
        self.show_messages();
        self.show_policies(policies);
        self.show_written();
        Ok(())
    }

    fn newest_event(&self) -> String {
        self.catalog.events().last().map(id_of).unwrap_or_default().to_owned()
    }

    /// Events that people and dates caused; those of the integration's own writing are not news.
    fn show_events(&mut self) {
        let events = self.catalog.events();
        let mut news: Vec<(String, Vec<String>)> = Vec::new();
        for event in events.get(self.events..).unwrap_or_default() {
            let own = field(event, "principal").starts_with("api-key:");
            let Some(name) = self.relevant(event).filter(|_| !own) else { continue };
            let agreement = field(event, "subject").to_owned();
            match news.iter_mut().find(|(known, _)| *known == agreement) {
                Some((_, names)) => names.push(name),
                None => news.push((agreement, vec![name])),
            }
        }
        self.events = events.len();
        for (agreement, names) in news {
            self.print("event", Tone::Label, &format!("{agreement}: {}", names.join(", ")));
        }
    }

    fn show_queue(&mut self, cursor: Option<String>) {
        if cursor == self.cursor {
            return;
        }
        let events = self.catalog.events();
        let passed = |event: &&Value| {
            let id = Some(id_of(event));
            self.cursor.as_deref() < id && id <= cursor.as_deref()
        };
        let messages: Vec<&Value> =
            events.iter().filter(passed).filter(|event| self.relevant(event).is_some()).collect();
        let groups: BTreeSet<&str> = messages.iter().map(|event| field(event, "subject")).collect();
        let text = format!(
            "poll_feed: {} messages in {} groups, cursor at {}",
            messages.len(),
            groups.len(),
            cursor.as_deref().unwrap_or("the beginning")
        );
        self.print("queue", Tone::Label, &text);
        self.cursor = cursor;
    }

    /// The first thing that is done with a message is to read its agreement.
    fn show_messages(&mut self) {
        let requests = self.catalog.requests_since(self.requests);
        self.requests += requests.len();
        let prefix = format!("{}/", self.catalog.generation().path());
        for request in requests.iter().filter(|request| request.method == "GET") {
            let Some(agreement) = request.path.strip_prefix(&prefix) else { continue };
            if !agreement.contains('/') && self.taken.insert(agreement.to_owned()) {
                let text = format!("{agreement}: manage_iam_policies reads it");
                self.print("message", Tone::Label, &text);
            }
        }
    }

    fn show_policies(&mut self, policies: Policies) {
        for ((role, name), document) in &policies {
            let key = (role.clone(), name.clone());
            let sign = match self.policies.get(&key) {
                None => "+",
                Some(before) if before != document => "~",
                Some(_) => continue,
            };
            let count = permissions(document).map_or(0, |found| found.len());
            let text = format!("{sign} {name} on {role} ({count} permissions)");
            self.print("policy", Tone::Good, &text);
        }
        for (role, name) in self.policies.keys() {
            if !policies.contains_key(&(role.clone(), name.clone())) {
                self.print("policy", Tone::Bad, &format!("- {name} on {role}"));
            }
        }
        self.policies = policies;
    }

    fn show_written(&mut self) {
        for (id, ..) in AGREEMENTS {
            let now = self.written(id);
            let before = self.shown.insert(id, now.clone()).unwrap_or_default();
            if now == before || now.is_null() {
                continue;
            }
            if (before.get("tags"), before.get("custom")) != (now.get("tags"), now.get("custom")) {
                let tags = now.get("tags").map(ToString::to_string).unwrap_or_default();
                self.print("tags", Tone::Good, &format!("{id}: {tags}"));
                if let Some(error) = now.pointer("/custom/aws-integration-error") {
                    self.print("", Tone::Faint, &format!("{id}: {error}"));
                }
            }
            if before.get("report") != now.get("report") {
                let report = now.get("report").and_then(Value::as_str).unwrap_or("none");
                self.print("report", Tone::Good, &format!("{id}: {report}"));
            }
        }
    }

    /// The parts of an agreement that the integration writes.
    fn written(&self, id: &str) -> Value {
        self.catalog.agreement(id).map_or(Value::Null, |agreement| {
            serde_json::json!({
                "tags": agreement.get("tags"),
                "custom": agreement.get("custom"),
                "report": agreement.pointer("/provisioning/status"),
            })
        })
    }

    /// The name of an event that becomes a message, such as `AccessActivated`.
    fn relevant(&self, event: &Value) -> Option<String> {
        let name = field(event, "type").rsplit('.').next()?.strip_suffix("Event")?;
        let verb = name.strip_prefix(self.catalog.generation().event_prefix())?;
        RELEVANT.contains(&verb).then(|| name.to_owned())
    }

    fn print(&self, label: &str, tone: Tone, text: &str) {
        happened(self.since.elapsed(), label, tone, text);
    }
}

fn field<'a>(event: &'a Value, name: &str) -> &'a str {
    event.get(name).and_then(Value::as_str).unwrap_or_default()
}
