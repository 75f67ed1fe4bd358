//! The consumer's side of the FIFO queue: groups, receives, the dead-letter queue.

use std::collections::{BTreeSet, VecDeque};

use clients::fake::FakeQueue;
use serde_json::Value;

use crate::delivery::record;

const BATCH: usize = 10;
const MOST_RECEIVES: u32 = 5;
/// Messages of the past that may come again.
const REMEMBERED: usize = 1000;

#[derive(Clone, Debug)]
struct Waiting {
    group: String,
    body: String,
    receives: u32,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    past: VecDeque<Waiting>,
    waiting: Vec<Waiting>,
    dead: Vec<Waiting>,
}

impl Line {
    fn fill(&mut self, queue: &FakeQueue) {
        for message in queue.take_sent() {
            let new = Waiting { group: message.group, body: message.body, receives: 0 };
            self.past.push_back(new.clone());
            self.waiting.push(new);
        }
        self.past.drain(..self.past.len().saturating_sub(REMEMBERED));
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
        self.fill(queue);
        let message = self.past.get(choose(self.past.len().max(1)));
        self.waiting.extend(message.cloned());
    }

    /// What waits comes in another order.
    pub(super) fn reorder(&mut self, queue: &FakeQueue, random: &mut fastrand::Rng) {
        self.fill(queue);
        random.shuffle(&mut self.waiting);
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
