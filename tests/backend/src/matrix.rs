//! Each call of a run goes wrong in each way.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::mishap::Mishap;
use crate::server::Backend;

/// Functions at once: most of the time they wait for something that does not come.
const SIDE_BY_SIDE: usize = 48;

const EVERYWHERE: [Mishap; 9] = [
    Mishap::Throttled,
    Mishap::Broken,
    Mishap::Unavailable,
    Mishap::Denied,
    Mishap::Reset,
    Mishap::ResetAfter,
    Mishap::HalfAnswer,
    Mishap::Stall,
    Mishap::StallAfter,
];

/// How long something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// One attempt.
    Once,
    /// That one and all after it, until the function has answered.
    UntilTheAnswer,
}

/// What goes wrong with which call.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The call.
    pub call: &'static str,
    /// Which of the calls of this name, from 0.
    pub nth: usize,
    /// What goes wrong.
    pub mishap: Mishap,
    /// How long.
    pub lasting: Lasting,
}

impl Case {
    /// Has it go wrong from now on.
    pub fn arrange(self, backend: &Backend) {
        let mut calls = 0;
        let decide = move |call: &str| {
            if call != self.call {
                return None;
            }
            calls += 1;
            let strikes = match self.lasting {
                Lasting::Once => calls == self.nth + 1,
                Lasting::UntilTheAnswer => calls > self.nth,
            };
            strikes.then_some(self.mishap)
        };
        backend.world(|world| world.decide(decide));
    }
}

/// What can go wrong with a call.
fn mishaps(call: &str) -> Vec<Mishap> {
    let special: &[Mishap] = match call {
        "s3:PutObject" => &[Mishap::PreconditionFailed, Mishap::Conflict],
        "iam:PutRolePolicy" | "iam:DeleteRolePolicy" | "PUT agreement" | "PUT old agreement" => {
            &[Mishap::Conflict]
        }
        "sqs:SendMessageBatch" => &[Mishap::PartialBatch],
        _ => &[],
    };
    [&EVERYWHERE, special].concat()
}

/// Every way in which each of these calls can go wrong.
pub fn cases(
    places: impl IntoIterator<Item = (&'static str, usize)>,
    lasting: Lasting,
) -> Vec<Case> {
    let of = |(call, nth)| {
        mishaps(call).into_iter().map(move |mishap| Case { call, nth, mishap, lasting })
    };
    places.into_iter().flat_map(of).collect()
}

/// Runs the cases, as many at once as wait for nothing else. Returns what each came to.
pub async fn side_by_side<F>(cases: Vec<Case>, run: impl Fn(Case) -> F) -> Vec<(Case, F::Output)>
where
    F: Future<Output: Send> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut running = JoinSet::new();
    for case in cases {
        let (room, running_case) = (Arc::clone(&room), run(case));
        running.spawn(async move {
            let _place = room.acquire().await;
            (case, running_case.await)
        });
    }
    let mut ended = Vec::new();
    while let Some(joined) = running.join_next().await {
        ended.push(joined.expect("the case holds"));
    }
    ended
}
