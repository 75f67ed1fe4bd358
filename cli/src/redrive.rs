//! Looks at what could not be handled, and moves it back to the events queue.

use std::collections::BTreeMap;
use std::time::Duration;

use clients::dead_letters::{DeadLetter, DeadLetterError, DeadLetters, Moving};
use clients::queue::{EventQueue, QueueError};
use domain::event::read_body;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::Instant;

/// Calls that look for more letters. Each brings up to ten; those of a group that is longer stay
/// behind its first ones.
const MOST_LOOKS: usize = 100;

/// Why letters are still there.
#[derive(Debug, thiserror::Error)]
pub enum RedriveError {
    /// The dead-letter queue did not do as asked.
    #[error("the dead-letter queue does not answer as asked")]
    DeadLetters(#[from] DeadLetterError),
    /// The events queue takes nothing.
    #[error(
        "the events queue takes no message; {moved} were moved, the others are where they were"
    )]
    Queue {
        /// How many were moved before.
        moved: u64,
        /// Why.
        #[source]
        source: QueueError,
    },
    /// The events queue does not take this one.
    #[error(
        "the events queue refuses a message of group {group}: {code}; {moved} were moved, the \
         others are where they were"
    )]
    Refused {
        /// The group.
        group: String,
        /// SQS's code.
        code: String,
        /// How many were moved before.
        moved: u64,
    },
    /// SQS stopped.
    #[error(
        "SQS stopped moving: {status}: {problem}; {moved} were moved, the others are still there"
    )]
    Stopped {
        /// SQS's word.
        status: String,
        /// SQS's reason.
        problem: String,
        /// How many were moved.
        moved: u64,
    },
    /// Time is up.
    #[error("SQS still moves messages after {seconds} s; it goes on by itself")]
    StillMoving {
        /// How long it was waited.
        seconds: u64,
    },
}

/// What is in the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// About how many there are.
    pub messages: u64,
    /// How many of them were looked at: of each agreement the oldest ten, at least.
    pub looked_at: usize,
    /// By agreement and event type.
    pub rows: Vec<Row>,
}

/// Messages of one agreement and one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The agreement; absent where the message cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// The event's type; absent where the message cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// How many.
    pub messages: usize,
    /// How long the oldest has been in the queue, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_seconds: Option<i64>,
}

/// Looks at what is there, and leaves it there.
pub async fn summary(
    letters: &impl DeadLetters,
    now: OffsetDateTime,
) -> Result<Summary, RedriveError> {
    let messages = letters.count().await?;
    let mut seen: Vec<DeadLetter> = Vec::new();
    let looked = look(letters, &mut seen).await;
    // Whatever happened: nothing is to stay hidden because somebody looked.
    for letter in seen.iter().rev() {
        letters.give_back(letter).await?;
    }
    looked?;
    let mut rows: BTreeMap<Subject, (usize, Option<i64>)> = BTreeMap::new();
    for letter in &seen {
        let (count, oldest) = rows.entry(subject(letter)).or_default();
        *count += 1;
        *oldest = (*oldest).max(letter.since_milliseconds.map(|since| age(since, now)));
    }
    let row = |((agreement, event_type), (messages, oldest_seconds))| Row {
        agreement,
        event_type,
        messages,
        oldest_seconds,
    };
    Ok(Summary { messages, looked_at: seen.len(), rows: rows.into_iter().map(row).collect() })
}

async fn look(
    letters: &impl DeadLetters,
    seen: &mut Vec<DeadLetter>,
) -> Result<(), DeadLetterError> {
    for _ in 0..MOST_LOOKS {
        let more = letters.take().await?;
        if more.is_empty() {
            break;
        }
        seen.extend(more);
    }
    Ok(())
}

fn age(since_milliseconds: i64, now: OffsetDateTime) -> i64 {
    (now.unix_timestamp() - since_milliseconds / 1000).max(0)
}

/// Agreement and event type, where they can be read.
type Subject = (Option<String>, Option<String>);

fn subject(letter: &DeadLetter) -> Subject {
    let event: Option<Value> = serde_json::from_str(&letter.body).ok();
    let event_type = event.as_ref().and_then(|event| event.get("type")?.as_str());
    let short = event_type.and_then(|text| text.rsplit('.').next()).map(str::to_owned);
    let hint = read_body(&letter.body).ok().flatten();
    (hint.map(|hint| hint.agreement.to_string()), short)
}

/// Moves letters back.
#[derive(Debug)]
pub struct Redrive<'a, D, Q> {
    /// Where they lie.
    pub letters: &'a D,
    /// Where they came from.
    pub queue: &'a Q,
    /// How long to wait for SQS's own move before giving up.
    pub patience: Duration,
    /// How long to wait between two looks.
    pub pause: Duration,
}

impl<D: DeadLetters, Q: EventQueue> Redrive<'_, D, Q> {
    /// Moves all of them, and returns how many. SQS does it where it can; else each is sent and
    /// only then deleted, so that one that is interrupted is there twice at most, never not at all.
    pub async fn run(&self) -> Result<u64, RedriveError> {
        match self.letters.move_all().await? {
            Moving::Begun => self.watch().await,
            Moving::NotOffered => self.one_by_one().await,
        }
    }

    async fn watch(&self) -> Result<u64, RedriveError> {
        let begun = Instant::now();
        loop {
            let progress = self.letters.progress().await?.unwrap_or_default();
            match progress.status.as_str() {
                "COMPLETED" => return Ok(progress.moved),
                "FAILED" | "CANCELLED" | "CANCELLING" => {
                    return Err(RedriveError::Stopped {
                        status: progress.status,
                        problem: progress.problem.unwrap_or_else(|| "no reason given".to_owned()),
                        moved: progress.moved,
                    });
                }
                _ if begun.elapsed() >= self.patience => {
                    return Err(RedriveError::StillMoving { seconds: self.patience.as_secs() });
                }
                _ => tokio::time::sleep(self.pause).await,
            }
        }
    }

    async fn one_by_one(&self) -> Result<u64, RedriveError> {
        let mut moved = 0;
        loop {
            let taken = self.letters.take().await?;
            if taken.is_empty() {
                return Ok(moved);
            }
            for (place, letter) in taken.iter().enumerate() {
                if let Err(error) = self.move_one(letter, moved).await {
                    for left in taken.iter().skip(place).rev() {
                        // The first error counts; what is not shown now is shown in a minute.
                        let _ = self.letters.give_back(left).await;
                    }
                    return Err(error);
                }
                moved += 1;
            }
        }
    }

    async fn move_one(&self, letter: &DeadLetter, moved: u64) -> Result<(), RedriveError> {
        let sent = self.queue.send(&[letter.message()]).await;
        let refused = sent.map_err(|source| RedriveError::Queue { moved, source })?;
        if let Some(refused) = refused.into_iter().next() {
            let (group, code) = (letter.group.clone(), refused.code);
            return Err(RedriveError::Refused { group, code, moved });
        }
        Ok(self.letters.delete(letter).await?)
    }
}
