//! Stateful doubles of every outside system. They keep state, so that tests ask what the world looks
//! like afterwards and not which calls were made, and they enforce what AWS enforces.
//!
//! Doubles panic where a test is wrong, so the lints of production code do not apply here.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    reason = "a poisoned lock means that the test has failed already"
)]

mod catalog;
mod dead_letters;
mod doors;
mod iam;
mod objects;
mod queue;
mod secrets;
mod tables;
mod unsteady;

use std::collections::{BTreeMap, VecDeque};
use std::error::Error as StdError;
use std::future::pending;
use std::sync::{Arc, Mutex};

pub use catalog::FakeCatalog;
pub use dead_letters::FakeDeadLetters;
pub use doors::FakeDoors;
pub use iam::{FakeIam, Policies};
pub use objects::FakeObjects;
pub use queue::FakeQueue;
pub use secrets::FakeSecrets;
pub use tables::FakeTables;
pub use unsteady::{UnsteadyIam, UnsteadyObjects};

use crate::aws::AwsError;

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It fails before it takes effect: throttled, 5xx.
    Unavailable,
    /// It takes effect and the answer is lost.
    AnswerLost,
    /// A right is missing.
    Denied,
    /// The credentials are not taken (any more).
    CredentialsRefused,
    /// It never answers, without effect. A test that drops the future sees a crash before the call.
    Hangs,
    /// It takes effect and never answers: a crash just after the call.
    HangsAfter,
}

/// Decides call by call what goes wrong, and keeps a list of the calls.
#[derive(Clone, Default)]
pub struct Faults {
    inner: Arc<Mutex<Inner>>,
}

type Decide = Box<dyn FnMut(&str) -> Option<Fault> + Send>;

#[derive(Default)]
struct Inner {
    decide: Option<Decide>,
    next: VecDeque<(&'static str, Fault)>,
    calls: Vec<&'static str>,
    happened: BTreeMap<Fault, usize>,
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Faults")
    }
}

impl Faults {
    /// The next call of `action` goes wrong. Several may be lined up.
    pub fn next(&self, action: &'static str, fault: Fault) {
        self.inner.lock().expect("lock").next.push_back((action, fault));
    }

    /// `decide` is asked at each call from now on.
    pub fn decide(&self, decide: impl FnMut(&str) -> Option<Fault> + Send + 'static) {
        self.inner.lock().expect("lock").decide = Some(Box::new(decide));
    }

    /// Nothing goes wrong any more.
    pub fn none(&self) {
        let mut inner = self.inner.lock().expect("lock");
        inner.decide = None;
        inner.next.clear();
    }

    /// How often `action` was called.
    pub fn count(&self, action: &str) -> usize {
        self.inner.lock().expect("lock").calls.iter().filter(|call| **call == action).count()
    }

    /// All calls in their order.
    pub fn calls(&self) -> Vec<&'static str> {
        self.inner.lock().expect("lock").calls.clone()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.inner.lock().expect("lock").calls.clear();
    }

    /// How often each fault happened so far.
    pub fn happened(&self) -> BTreeMap<Fault, usize> {
        self.inner.lock().expect("lock").happened.clone()
    }

    fn ask(&self, action: &'static str) -> Option<Fault> {
        let mut inner = self.inner.lock().expect("lock");
        inner.calls.push(action);
        let due = inner.next.iter().position(|(name, _)| *name == action);
        let lined_up = due.and_then(|place| inner.next.remove(place)).map(|(_, fault)| fault);
        let fault = lined_up.or_else(|| inner.decide.as_mut().and_then(|decide| decide(action)))?;
        *inner.happened.entry(fault).or_default() += 1;
        Some(fault)
    }

    /// Runs `effect` the way the fault for this call says.
    pub(crate) async fn run<T, E>(
        &self,
        action: &'static str,
        failed: impl Fn(AwsError) -> E,
        effect: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match self.ask(action) {
            None => effect(),
            Some(Fault::Unavailable) => Err(failed(unavailable(action))),
            Some(Fault::AnswerLost) => effect().and(Err(failed(unavailable(action)))),
            Some(Fault::Denied) => {
                Err(failed(AwsError::Denied { action, source: cause("denied by the test") }))
            }
            Some(Fault::CredentialsRefused) => {
                let source = cause("refused by the test");
                Err(failed(AwsError::CredentialsRefused { action, source }))
            }
            Some(Fault::Hangs) => pending().await,
            Some(Fault::HangsAfter) => {
                drop(effect());
                pending().await
            }
        }
    }
}

fn unavailable(action: &'static str) -> AwsError {
    AwsError::Unavailable { action, source: cause("unavailable in the test") }
}

fn cause(text: &str) -> Box<dyn StdError + Send + Sync> {
    text.to_owned().into()
}
