//! What goes wrong with the calls of one run of a function.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clients::fake::{Fault, Faults};
use tokio::sync::Notify;
use tokio::time::timeout;

/// After this Lambda ends a function.
const LONGEST_RUN: Duration = Duration::from_mins(15);

/// Ends a run at a call: the function is gone in the middle of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Crash {
    due: Arc<Notify>,
    happened: Arc<AtomicBool>,
}

impl Crash {
    fn happen(&self) {
        self.happened.store(true, Ordering::Relaxed);
        self.due.notify_one();
    }

    /// What `run` comes to; `None` when it is cut off, by a crash or by Lambda when its time is up.
    pub(super) async fn or<T>(&self, run: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.due.notified() => None,
            result = timeout(LONGEST_RUN, run) => result.ok(),
        }
    }

    pub(super) fn happened(&self) -> bool {
        self.happened.load(Ordering::Relaxed)
    }
}

const FAULTS: [Fault; 5] =
    [Fault::Unavailable, Fault::AnswerLost, Fault::Denied, Fault::Hangs, Fault::HangsAfter];

/// Decides how the calls of the next run go, and says so.
pub(super) fn arrange(random: &mut fastrand::Rng, faults: &Faults) -> (Crash, String) {
    let crash = Crash::default();
    let last = random.usize(0..40);
    let fault = FAULTS[random.usize(0..FAULTS.len())];
    let mut calls = 0;
    let at = move |calls: usize| calls == last + 1;
    let said = match random.u8(0..10) {
        0..=4 => {
            faults.none();
            "undisturbed".to_owned()
        }
        5 | 6 => {
            faults.decide(move |_| {
                calls += 1;
                at(calls).then_some(fault)
            });
            format!("{fault:?} at call {last}")
        }
        7 => {
            let mut random = random.fork();
            faults.decide(move |_| (random.u8(0..5) == 0).then_some(fault));
            format!("{fault:?} at one call in five")
        }
        _ => {
            let (ends, takes_effect) = (crash.clone(), random.bool());
            faults.decide(move |_| {
                calls += 1;
                if !at(calls) {
                    return None;
                }
                ends.happen();
                Some(if takes_effect { Fault::HangsAfter } else { Fault::Hangs })
            });
            format!("a crash at call {last}")
        }
    };
    (crash, said)
}
