//! Sends what differs: plans without any call which writes a target does not have yet, makes them, and
//! remembers what became of each.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use lambda::chain::Chain;

use crate::marks::Mark;
use crate::memory::Fingerprint;
use crate::model::Published;
use crate::progress::{Progress, State};
use crate::target::{Key, Kind, Put, Target, TargetError, Write};

/// After so many writes in a row that did not get through, a target is left alone until the next tick.
const PATIENCE: u32 = 3;

/// How a target fares in this tick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    failures: u32,
    /// Why nothing is sent there any more.
    pub(crate) closed: Option<String>,
}

impl Standing {
    /// One that could not even be prepared.
    pub(crate) fn closed(reason: String) -> Self {
        Self { failures: 0, closed: Some(reason) }
    }

    fn took(&mut self) {
        self.failures = 0;
    }

    fn failed(&mut self, error: &TargetError) {
        self.failures += 1;
        if matches!(error, TargetError::Closed { .. }) || self.failures >= PATIENCE {
            self.closed = Some(Chain(error).to_string());
        }
    }
}

/// What an entity still lacks in one target, parents first.
#[derive(Debug)]
struct Parcel {
    entity: usize,
    target: usize,
    writes: Vec<(Write, Fingerprint)>,
}

/// What became of a parcel, up to the first write that did not get through.
struct Receipt {
    parcel: Parcel,
    results: Vec<Result<Put, TargetError>>,
}

/// What is sent of one entity, and the mark of its runs if it has any.
#[derive(Debug)]
pub(crate) struct Consignment<'a> {
    pub(crate) published: Published<'a>,
    pub(crate) mark: Option<&'a Mark>,
}

/// What became of one entity in all targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// Whether every target has it, as far as it takes it.
    pub(crate) everywhere: bool,
    /// The keys under which its runs are shown.
    pub(crate) runs: BTreeSet<String>,
    /// Runs that were sent now: target, key and what was sent.
    pub(crate) sent_runs: Vec<(String, String, Fingerprint)>,
}

/// Sends entities to targets.
pub(crate) struct Delivery<'a, T> {
    pub(crate) targets: &'a [T],
    pub(crate) standings: &'a mut [Standing],
    pub(crate) state: &'a mut State,
    pub(crate) progress: &'a mut Progress,
    /// How many entities are on their way at once.
    pub(crate) lanes: usize,
}

impl<T: Target> Delivery<'_, T> {
    /// Sends what the targets lack of these entities. One answer for each, in the same order.
    pub(crate) async fn send(mut self, entities: &[Consignment<'_>]) -> Vec<Delivered> {
        let blank = Delivered { everywhere: true, ..Delivered::default() };
        let mut delivered = vec![blank; entities.len()];
        let parcels = self.pack(entities, &mut delivered);
        let targets = self.targets;
        let on_their_way = parcels.into_iter().filter_map(|parcel| {
            let target = targets.get(parcel.target)?;
            Some(carry(target, parcel))
        });
        let receipts: Vec<Receipt> =
            stream::iter(on_their_way).buffer_unordered(self.lanes).collect().await;
        for receipt in receipts {
            self.note(receipt, &mut delivered);
        }
        delivered
    }

    /// What is to be sent where.
    fn pack(&mut self, entities: &[Consignment<'_>], delivered: &mut [Delivered]) -> Vec<Parcel> {
        let (targets, mut parcels) = (self.targets, Vec::new());
        for (entity, (consignment, delivered)) in entities.iter().zip(delivered).enumerate() {
            for (index, target) in targets.iter().enumerate() {
                let writes = self.lacking(target, consignment, &mut delivered.runs);
                if writes.is_empty() {
                    continue;
                }
                if self.standings.get(index).is_some_and(|standing| standing.closed.is_some()) {
                    delivered.everywhere = false;
                    self.progress.missed.insert(target.name().to_owned());
                    continue;
                }
                parcels.push(Parcel { entity, target: index, writes });
            }
        }
        parcels
    }

    /// What a target lacks of an entity. Everything rendered counts as seen, sent or not; the keys of
    /// its runs are added to `runs`.
    fn lacking(
        &mut self,
        target: &T,
        consignment: &Consignment<'_>,
        runs: &mut BTreeSet<String>,
    ) -> Vec<(Write, Fingerprint)> {
        let rendering = target.render(&consignment.published);
        self.progress.totals.skipped_runs += rendering.skipped_runs as u64;
        let memory = self.state.memory.entry(target.name().to_owned()).or_default();
        let round = self.state.round;
        let mut lacks = |write: &Write, fingerprint: &Fingerprint| {
            let Write { key, .. } = write;
            if key.kind == Kind::Run {
                runs.insert(key.id.clone());
                return !consignment
                    .mark
                    .is_some_and(|mark| mark.has(target.name(), &key.id, fingerprint));
            }
            memory.seen(key, round);
            !memory.has(key, fingerprint)
        };
        let rendered = rendering.writes.into_iter().map(|write| {
            let fingerprint = Fingerprint::of(&write.body);
            (write, fingerprint)
        });
        rendered.filter(|(write, fingerprint)| lacks(write, fingerprint)).collect()
    }

    fn note(&mut self, receipt: Receipt, delivered: &mut [Delivered]) {
        let Receipt { parcel: Parcel { entity, target: index, writes }, results } = receipt;
        let got_through = results.iter().all(goes_on) && results.len() == writes.len();
        let parts =
            (self.targets.get(index), self.standings.get_mut(index), delivered.get_mut(entity));
        let (Some(target), Some(standing), Some(delivered)) = parts else { return };
        let name = target.name();
        for ((write, fingerprint), result) in writes.into_iter().zip(results) {
            match result {
                Ok(put) => {
                    standing.took();
                    let totals = &mut self.progress.totals;
                    match put {
                        Put::Written => totals.sent += 1,
                        Put::Unchanged => totals.unchanged += 1,
                    }
                    if write.key.kind == Kind::Run {
                        let run = (name.to_owned(), write.key.id, fingerprint);
                        delivered.sent_runs.push(run);
                    } else {
                        let memory = self.state.memory.entry(name.to_owned()).or_default();
                        memory.sent(&write, fingerprint, self.state.round);
                    }
                }
                Err(error) => {
                    forget_what_ran(self.state, name, &write.key, &error);
                    self.progress.not_taken(name, &write.key, &error, standing);
                }
            }
        }
        if !got_through {
            delivered.everywhere = false;
            self.progress.missed.insert(name.to_owned());
        }
    }
}

/// Runs that are refused because somebody took away what they belong to: it is sent again in the next
/// round, and they with it.
fn forget_what_ran(state: &mut State, target: &str, key: &Key, error: &TargetError) {
    let is_refused = matches!(error, TargetError::Refused { .. });
    let memory = state.memory.get_mut(target);
    let Some(memory) = memory.filter(|_| is_refused && key.kind == Kind::Run) else { return };
    for kind in [Kind::Workflow, Kind::Job] {
        memory.forget(&Key { kind, id: key.id.clone() });
    }
}

/// One write after the other: what comes later may need what came before.
async fn carry<T: Target>(target: &T, parcel: Parcel) -> Receipt {
    let mut results = Vec::with_capacity(parcel.writes.len());
    for (write, _) in &parcel.writes {
        let result = target.put(write).await;
        let ends = !goes_on(&result);
        results.push(result);
        if ends {
            break;
        }
    }
    Receipt { parcel, results }
}

/// Whether the next write may be tried.
fn goes_on(result: &Result<Put, TargetError>) -> bool {
    match result {
        Ok(_) | Err(TargetError::Refused { .. }) => true,
        Err(TargetError::Closed { .. } | TargetError::Unavailable { .. }) => false,
    }
}

impl Progress {
    /// A write or removal that did not get through, or that the target does not take.
    pub(crate) fn not_taken(
        &mut self,
        target: &str,
        key: &Key,
        error: &TargetError,
        standing: &mut Standing,
    ) {
        match error {
            // A table that the filters leave out, or that lies elsewhere, is nothing that is missing.
            TargetError::Refused { .. } if key.kind == Kind::Lineage => {
                tracing::info!(target, %key, reason = %Chain(error), "no such end");
                self.totals.left_out += 1;
                return;
            }
            TargetError::Refused { .. } => self.totals.refused += 1,
            TargetError::Closed { .. } | TargetError::Unavailable { .. } => {
                standing.failed(error);
                self.missed.insert(target.to_owned());
            }
        }
        let failure = error.failure().name();
        tracing::warn!(target, %key, failure, error = %Chain(error), "not taken");
        self.problem(Chain(error).to_string());
    }
}
