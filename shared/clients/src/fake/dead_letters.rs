//! A queue of dead letters in memory, in groups as FIFO queues have them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::Faults;
use crate::dead_letters::{DeadLetter, DeadLetterError, DeadLetters, MoveProgress, Moving};

/// Most letters of one call.
const PAGE: usize = 10;

/// Letters that lie in order, and stay in order within their group.
#[derive(Clone, Debug, Default)]
pub struct FakeDeadLetters {
    faults: Faults,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    letters: Vec<DeadLetter>,
    hidden: BTreeSet<String>,
    moves_by_itself: bool,
    moved: Vec<DeadLetter>,
}

impl FakeDeadLetters {
    /// An empty queue, of a service that moves nothing by itself.
    pub fn new(faults: Faults) -> Self {
        Self { faults, state: Arc::default() }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().expect("lock"))
    }

    /// Sets a message aside.
    pub fn set_aside(&self, group: &str, body: &str, since_milliseconds: i64) {
        self.with(|state| {
            let id = format!("letter-{}", state.letters.len());
            state.letters.push(DeadLetter {
                receipt: id.clone(),
                id,
                body: body.to_owned(),
                group: group.to_owned(),
                since_milliseconds: Some(since_milliseconds),
            });
        });
    }

    /// The service moves letters by itself.
    pub fn moves_by_itself(&self) {
        self.with(|state| state.moves_by_itself = true);
    }

    /// What the service moved.
    pub fn moved(&self) -> Vec<DeadLetter> {
        self.with(|state| state.moved.clone())
    }

    /// What lies there.
    pub fn letters(&self) -> Vec<DeadLetter> {
        self.with(|state| state.letters.clone())
    }

    /// How many of them are hidden from others.
    pub fn hidden(&self) -> usize {
        self.with(|state| state.hidden.len())
    }

    /// A minute passes: what was taken is shown again.
    pub fn show_all(&self) {
        self.with(|state| state.hidden.clear());
    }
}

impl DeadLetters for FakeDeadLetters {
    async fn count(&self) -> Result<u64, DeadLetterError> {
        let count = || Ok(self.with(|state| u64::try_from(state.letters.len()).expect("a count")));
        self.faults.run("sqs:GetQueueAttributes", DeadLetterError::Aws, count).await
    }

    async fn take(&self) -> Result<Vec<DeadLetter>, DeadLetterError> {
        let take = || {
            self.with(|state| {
                let hidden = state.letters.iter().filter(|l| state.hidden.contains(&l.id));
                let locked: BTreeSet<String> = hidden.map(|l| l.group.clone()).collect();
                let open = state.letters.iter().filter(|l| !locked.contains(&l.group));
                let taken: Vec<DeadLetter> = open.take(PAGE).cloned().collect();
                state.hidden.extend(taken.iter().map(|letter| letter.id.clone()));
                Ok(taken)
            })
        };
        self.faults.run("sqs:ReceiveMessage", DeadLetterError::Aws, take).await
    }

    async fn give_back(&self, letter: &DeadLetter) -> Result<(), DeadLetterError> {
        let show = || {
            self.with(|state| state.hidden.remove(&letter.id));
            Ok(())
        };
        self.faults.run("sqs:ChangeMessageVisibility", DeadLetterError::Aws, show).await
    }

    async fn delete(&self, letter: &DeadLetter) -> Result<(), DeadLetterError> {
        let delete = || {
            self.with(|state| {
                state.letters.retain(|other| other.id != letter.id);
                state.hidden.remove(&letter.id);
            });
            Ok(())
        };
        self.faults.run("sqs:DeleteMessage", DeadLetterError::Aws, delete).await
    }

    async fn move_all(&self) -> Result<Moving, DeadLetterError> {
        let begin = || {
            Ok(self.with(|state| {
                if !state.moves_by_itself {
                    return Moving::NotOffered;
                }
                assert!(state.hidden.is_empty(), "hidden letters would be left behind");
                state.moved.append(&mut state.letters);
                Moving::Begun
            }))
        };
        self.faults.run("sqs:StartMessageMoveTask", DeadLetterError::Aws, begin).await
    }

    async fn progress(&self) -> Result<Option<MoveProgress>, DeadLetterError> {
        let tell = || {
            Ok(self.with(|state| {
                let moved = u64::try_from(state.moved.len()).expect("a count");
                Some(MoveProgress { status: "COMPLETED".to_owned(), moved, problem: None })
            }))
        };
        self.faults.run("sqs:ListMessageMoveTasks", DeadLetterError::Aws, tell).await
    }
}
