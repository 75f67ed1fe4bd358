//! The consumer's side of the FIFO queue: groups, receives, the dead-letter queue.

use std::collections::BTreeSet;

use clients::fake::FakeQueue;
use serde_json::Value;

use crate::world::record;

const BATCH: usize = 10;
const MOST_RECEIVES: u32 = 5;

#[derive(Clone, Debug)]
struct Waiting {
    group: String,
    body: String,
    receives: u32,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    taken: usize,
    waiting: Vec<Waiting>,
    dead: Vec<Waiting>,
}

impl Line {
    fn fill(&mut self, queue: &FakeQueue) {
        let sent = queue.sent();
        let new = sent.iter().skip(self.taken);
        self.waiting.extend(new.map(|message| Waiting {
            group: message.group.clone(),
            body: message.body.clone(),
            receives: 0,
        }));
        self.taken = sent.len();
    }

    /// Up to ten messages from the front, each received once more.
    pub(super) fn receive(&mut self, queue: &FakeQueue) -> Vec<Value> {
        self.fill(queue);
        let batch = self.waiting.iter_mut().take(BATCH);
        let records = batch.enumerate().map(|(place, message)| {
            message.receives += 1;
            record(place, &message.group, &message.body)
        });
        records.collect()
    }

    /// What was received and is not `kept` is gone; what was received too often is set aside.
    pub(super) fn acknowledge(&mut self, received: usize, kept: &[usize]) {
        let rest = self.waiting.split_off(received);
        let batch = std::mem::replace(&mut self.waiting, rest);
        let stays = batch.into_iter().enumerate().filter(|(place, _)| kept.contains(place));
        let (dead, back): (Vec<Waiting>, Vec<Waiting>) = stays
            .map(|(_, message)| message)
            .partition(|message| message.receives >= MOST_RECEIVES);
        self.dead.extend(dead);
        self.waiting.splice(0..0, back);
    }

    /// Puts what was set aside behind everything else, as a redrive does.
    pub(super) fn redrive(&mut self) {
        let dead = std::mem::take(&mut self.dead);
        self.waiting.extend(dead.into_iter().map(|message| Waiting { receives: 0, ..message }));
    }

    /// A message of the past comes again.
    pub(super) fn repeat(&mut self, queue: &FakeQueue, choose: impl FnOnce(usize) -> usize) {
        let sent = queue.sent();
        if let Some(message) = sent.get(choose(sent.len().max(1))) {
            let (group, body) = (message.group.clone(), message.body.clone());
            self.waiting.push(Waiting { group, body, receives: 0 });
        }
    }

    /// What waits comes in another order.
    pub(super) fn reorder(&mut self, queue: &FakeQueue, shuffle: impl FnOnce(&mut [usize])) {
        self.fill(queue);
        let mut order: Vec<usize> = (0..self.waiting.len()).collect();
        shuffle(&mut order);
        self.waiting = order.into_iter().map(|place| self.waiting[place].clone()).collect();
    }

    pub(super) fn is_empty(&mut self, queue: &FakeQueue) -> bool {
        self.fill(queue);
        self.waiting.is_empty() && self.dead.is_empty()
    }

    /// Groups that something is known about.
    pub(super) fn groups(&self) -> BTreeSet<&str> {
        self.waiting.iter().chain(&self.dead).map(|message| message.group.as_str()).collect()
    }
}
