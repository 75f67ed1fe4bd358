//! Has every grant revoked: asks for each agreement through the queue, and watches the ledger.

use std::collections::BTreeSet;
use std::time::Duration;

use clients::ledger::{Ledger, LedgerError};
use clients::objects::{ObjectNames, VersionedObjects};
use clients::queue::{EventQueue, LARGEST_BATCH, QueueError};
use domain::event::{EventId, Message};
use domain::ids::AgreementId;
use domain::ledger::Entry;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::grants::in_force;

/// Ledger entries read side by side.
const READERS: usize = 16;
/// How long nothing may happen before that is worth a word.
const LONG: Duration = Duration::from_secs(30);

/// Why grants are still in force.
#[derive(Debug, thiserror::Error)]
pub enum RevokeAllError {
    /// The ledger could not be read.
    #[error("the grant ledger cannot be read")]
    Ledger(#[source] LedgerError),
    /// The queue did not take the messages.
    #[error("the events queue takes no message")]
    Queue(#[source] QueueError),
    /// The queue did not take one of the messages.
    #[error("the events queue refuses the message about agreement {agreement}: {code}; try again")]
    Refused {
        /// What it is about.
        agreement: String,
        /// SQS's code.
        code: String,
    },
    /// Time is up.
    #[error(
        "still in force after {seconds} s: {}; see the log of manage_iam_policies, then try again",
        .left.join(", ")
    )]
    Left {
        /// How long it was waited.
        seconds: u64,
        /// The agreements.
        left: Vec<String>,
    },
}

/// What to tell the operator meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The messages are in the queue.
    Asked {
        /// How many grants are in force.
        grants: usize,
    },
    /// Some are gone.
    Left {
        /// How many are not.
        grants: usize,
        /// How many there were.
        of: usize,
    },
    /// None is gone.
    NothingYet {
        /// After so many seconds.
        seconds: u64,
    },
}

/// One run.
#[derive(Debug)]
pub struct RevokeAll<'a, O, Q> {
    /// What is granted.
    pub ledger: &'a Ledger<O>,
    /// The events queue.
    pub queue: &'a Q,
    /// When the run began: part of its messages' ids, so that a second run is no repetition.
    pub started: OffsetDateTime,
    /// How long to wait before giving up.
    pub patience: Duration,
    /// How long to wait between two looks.
    pub pause: Duration,
}

impl<O: VersionedObjects + ObjectNames, Q: EventQueue> RevokeAll<'_, O, Q> {
    /// Returns how many grants were revoked, once none is in force. A second run goes on where the
    /// first one stopped.
    pub async fn run(&self, mut tell: impl FnMut(Progress)) -> Result<usize, RevokeAllError> {
        let begun = Instant::now();
        let mut held = self.held().await?;
        let of = held.len();
        if of == 0 {
            return Ok(0);
        }
        self.ask(&held).await?;
        tell(Progress::Asked { grants: of });
        let mut warned = false;
        while !held.is_empty() {
            if begun.elapsed() >= self.patience {
                let left = held.into_iter().map(|agreement| agreement.as_str().to_owned());
                let seconds = self.patience.as_secs();
                return Err(RevokeAllError::Left { seconds, left: left.collect() });
            }
            tokio::time::sleep(self.pause).await;
            let now = self.still_held(&held).await?;
            if now.len() != held.len() {
                tell(Progress::Left { grants: now.len(), of });
            } else if now.len() == of && begun.elapsed() >= LONG && !warned {
                warned = true;
                tell(Progress::NothingYet { seconds: LONG.as_secs() });
            }
            held = now;
        }
        Ok(of)
    }

    async fn held(&self) -> Result<BTreeSet<AgreementId>, RevokeAllError> {
        let entries: Vec<Entry> = self.ledger.entries().await.map_err(RevokeAllError::Ledger)?;
        Ok(in_force(entries).into_iter().map(|entry| entry.agreement_id).collect())
    }

    async fn still_held(
        &self,
        held: &BTreeSet<AgreementId>,
    ) -> Result<BTreeSet<AgreementId>, RevokeAllError> {
        let looks = held.iter().map(async |agreement| self.ledger.load(agreement).await);
        let recorded = stream::iter(looks).buffer_unordered(READERS);
        let entries = recorded.try_filter_map(async |recorded| Ok(recorded.entry));
        let entries: Vec<Entry> = entries.try_collect().await.map_err(RevokeAllError::Ledger)?;
        Ok(in_force(entries).into_iter().map(|entry| entry.agreement_id).collect())
    }

    async fn ask(&self, held: &BTreeSet<AgreementId>) -> Result<(), RevokeAllError> {
        let messages = held.iter().enumerate();
        let messages: Vec<Message> = messages
            .map(|(n, agreement)| Message::hint(agreement, &EventId::of_hint(self.started, n)))
            .collect();
        let agreements: Vec<&AgreementId> = held.iter().collect();
        for (batch, about) in messages.chunks(LARGEST_BATCH).zip(agreements.chunks(LARGEST_BATCH)) {
            let refused = self.queue.send(batch).await.map_err(RevokeAllError::Queue)?;
            if let Some(refused) = refused.first() {
                let agreement = about.get(refused.index).map(ToString::to_string);
                return Err(RevokeAllError::Refused {
                    agreement: agreement.unwrap_or_default(),
                    code: refused.code.clone(),
                });
            }
        }
        Ok(())
    }
}
