//! Prints what changes, as it changes: event → queue → message → policy → tags.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    passed::{field, is_own, lines, relevant},
    permissions::permissions,
    sample::AGREEMENTS,
    shown::Shown,
    world::{Policies, World},
};
use crate::{
    catalog::{Catalog, id_of},
    emulator::Emulator,
    failure::Failure,
    terminal::{Tone, happened},
    wait,
};

/// How long the functions may take for what a person watches.
const LIMIT: Duration = Duration::from_mins(1);

/// What the integration wrote, by agreement.
type Written = BTreeMap<&'static str, Shown>;

/// What was seen at the last look.
pub(crate) struct Watch {
    pub(crate) world: World,
    pub(crate) catalog: Catalog,
    pub(crate) emulator: Emulator,
    since: Instant,
    events: usize,
    requests: usize,
    cursor: Option<String>,
    policies: Policies,
    shown: Written,
    taken: BTreeSet<String>,
    /// Policies that came, changed or went in this part.
    changes: usize,
}

impl Watch {
    /// Watches from now on.
    pub(crate) fn new(world: World, catalog: Catalog, emulator: Emulator) -> Self {
        Self {
            events: catalog.events().len(),
            world,
            catalog,
            emulator,
            since: Instant::now(),
            requests: 0,
            cursor: None,
            policies: Policies::new(),
            shown: Written::new(),
            taken: BTreeSet::new(),
            changes: 0,
        }
    }

    /// Starts the clock of a new part, in which `change` is made to the catalog.
    pub(crate) fn begin(&mut self, change: impl FnOnce(&Catalog)) {
        self.since = Instant::now();
        self.requests += self.catalog.requests_since(self.requests).len();
        self.taken.clear();
        self.changes = 0;
        change(&self.catalog);
        self.shown = self.written();
        self.show_events();
    }

    /// Whether `manage_iam_policies` has looked at the agreement in this part.
    pub(crate) fn has_taken(&self, agreement: &str) -> bool {
        self.taken.contains(agreement)
    }

    /// Says something about this part that could not be seen.
    pub(crate) fn note(&self, text: &str) {
        self.print("", Tone::Faint, text);
    }

    /// Says something about this part.
    pub(crate) fn tell(&self, label: &str, tone: Tone, text: &str) {
        self.print(label, tone, text);
    }

    /// Takes what IAM holds now as known: somebody else did that.
    pub(crate) async fn look_away(&mut self) -> Result<(), Failure> {
        self.show_policies(self.world.policies().await?);
        Ok(())
    }

    /// Fails if a policy changed in this part.
    pub(crate) fn expect_no_change(&self, reason: &str) -> Result<(), Failure> {
        if self.changes > 0 {
            let what = format!("{} changes of policies although {reason}", self.changes);
            return Err(Failure::new(what, "read .build/local/functions.log"));
        }
        self.print("no change", Tone::Good, reason);
        Ok(())
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
            let behind = !self.has_passed(&newest);
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
            if behind && unhandled == 0 {
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

    /// Whether `poll_feed` has put an event behind itself.
    pub(crate) fn has_passed(&self, event: &str) -> bool {
        self.cursor.as_deref() >= Some(event)
    }

    /// Prints what happens until the emulator ends.
    pub(crate) async fn forever(&mut self) -> Failure {
        loop {
            if let Err(failure) = self.look().await {
                return failure;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// One look at everything. What comes last in the chain is read first: whatever led to it is
    /// then seen in the same look.
    async fn look(&mut self) -> Result<(), Failure> {
        self.emulator.check()?;
        let (written, policies) = (self.written(), self.world.policies().await?);
        let (taken, cursor) = (self.newly_taken(), self.world.cursor().await?);
        self.show_events();
        self.show_queue(cursor);
        for agreement in taken {
            let text = format!("{agreement}: taken by manage_iam_policies");
            self.print("message", Tone::Label, &text);
        }
        self.show_policies(policies);
        self.show_written(written);
        Ok(())
    }

    /// The last event of the feed.
    pub(crate) fn newest_event(&self) -> String {
        self.catalog.events().last().map(id_of).unwrap_or_default().to_owned()
    }

    /// Events that people and dates caused; those of the integration's own writing are not news.
    fn show_events(&mut self) {
        let events = self.catalog.events();
        let mut news: Vec<(String, Vec<String>)> = Vec::new();
        for event in events.get(self.events..).unwrap_or_default() {
            let Some(name) = relevant(&self.catalog, event).filter(|_| !is_own(event)) else {
                continue;
            };
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
        let passed: Vec<&Value> = events.iter().filter(passed).collect();
        for (tone, text) in lines(&self.catalog, &passed) {
            self.print("queue", tone, &text);
        }
        self.cursor = cursor;
    }

    /// Agreements whose message is being handled: the first thing done is to read the agreement.
    fn newly_taken(&mut self) -> Vec<String> {
        let requests = self.catalog.requests_since(self.requests);
        self.requests += requests.len();
        let prefix = format!("{}/", self.catalog.generation().path());
        let mut news = Vec::new();
        for request in requests.iter().filter(|request| request.method == "GET") {
            let Some(agreement) = request.path.strip_prefix(&prefix) else { continue };
            if !agreement.contains('/') && self.taken.insert(agreement.to_owned()) {
                news.push(agreement.to_owned());
            }
        }
        news
    }

    fn show_policies(&mut self, policies: Policies) {
        for (role, name) in self.policies.keys() {
            if !policies.contains_key(&(role.clone(), name.clone())) {
                self.changes += 1;
                self.print("policy", Tone::Bad, &format!("- {name} on {role}"));
            }
        }
        for ((role, name), document) in &policies {
            let key = (role.clone(), name.clone());
            let sign = match self.policies.get(&key) {
                None => "+",
                Some(before) if before != document => "~",
                Some(_) => continue,
            };
            self.changes += 1;
            let count = permissions(document).map_or(0, |found| found.len());
            let text = format!("{sign} {name} on {role} ({count} permissions)");
            self.print("policy", Tone::Good, &text);
        }
        self.policies = policies;
    }

    fn show_written(&mut self, written: Written) {
        for (id, now) in &written {
            let before = self.shown.get(id).cloned().unwrap_or_default();
            for (label, text) in now.news(&before) {
                let tone = if label.is_empty() { Tone::Faint } else { Tone::Good };
                self.print(label, tone, &format!("{id}: {text}"));
            }
        }
        self.shown = written;
    }

    /// The parts of all agreements that the integration writes.
    fn written(&self) -> Written {
        let shown = |id: &'static str| Some((id, Shown::of(&self.catalog.agreement(id)?)));
        AGREEMENTS.iter().filter_map(|(id, ..)| shown(id)).collect()
    }

    /// The name of an event that becomes a message, such as `AccessActivated`.
    fn print(&self, label: &str, tone: Tone, text: &str) {
        happened(self.since.elapsed(), label, tone, text);
    }
}
