//! A FIFO queue in memory.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use domain::event::Message;

use super::Faults;
use crate::queue::{EventQueue, LARGEST_BATCH, LARGEST_BATCH_BYTES, QueueError, Refused};

/// Message deduplication ids that are refused, each this often.
type Refusals = Vec<(String, usize)>;

/// A queue that keeps what was sent and enforces SQS's limits.
#[derive(Clone, Debug, Default)]
pub struct FakeQueue {
    faults: Faults,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<Message>,
    known: BTreeSet<String>,
    refusals: Refusals,
    batches: Vec<usize>,
}

impl FakeQueue {
    /// An empty queue.
    pub fn new(faults: Faults) -> Self {
        Self { faults, state: Arc::default() }
    }

    /// Messages in the order they were taken, duplicates aside.
    pub fn sent(&self) -> Vec<Message> {
        self.state.lock().expect("lock").sent.clone()
    }

    /// Takes out what was sent and not yet taken out. It stays known, as one that repeats it finds.
    pub fn take_sent(&self) -> Vec<Message> {
        std::mem::take(&mut self.state.lock().expect("lock").sent)
    }

    /// Whether a message with this deduplication id was ever taken.
    pub fn knows(&self, deduplication: &str) -> bool {
        self.state.lock().expect("lock").known.contains(deduplication)
    }

    /// Sizes of the batches taken.
    pub fn batches(&self) -> Vec<usize> {
        self.state.lock().expect("lock").batches.clone()
    }

    /// The message with this deduplication id is refused `times` times.
    pub fn refuse(&self, deduplication: &str, times: usize) {
        self.state.lock().expect("lock").refusals.push((deduplication.to_owned(), times));
    }
}

impl State {
    fn refuses(&mut self, message: &Message) -> bool {
        let refusal =
            self.refusals.iter_mut().find(|(id, times)| *id == message.deduplication && *times > 0);
        refusal.map(|(_, times)| *times -= 1).is_some()
    }
}

impl EventQueue for FakeQueue {
    async fn send(&self, batch: &[Message]) -> Result<Vec<Refused>, QueueError> {
        assert!(batch.len() <= LARGEST_BATCH, "more messages than SQS takes");
        let bytes: usize = batch.iter().map(|message| message.body.len()).sum();
        assert!(bytes <= LARGEST_BATCH_BYTES, "more bytes than SQS takes");
        let take = || {
            let mut state = self.state.lock().expect("lock");
            state.batches.push(batch.len());
            let mut refused = Vec::new();
            for (index, message) in batch.iter().enumerate() {
                if state.refuses(message) {
                    refused.push(Refused { index, code: "InternalError".to_owned() });
                } else if state.known.insert(message.deduplication.clone()) {
                    state.sent.push(message.clone());
                }
            }
            Ok(refused)
        };
        self.faults.run("sqs:SendMessage", QueueError, take).await
    }
}
