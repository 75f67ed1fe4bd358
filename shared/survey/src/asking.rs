//! Which agreements are to be looked at again by the one that may write, and which must wait for a
//! person.

use std::collections::BTreeSet;
use std::str::FromStr;

use clients::queue::{EventQueue, LARGEST_BATCH, QueueError, refusal};
use domain::Failure;
use domain::difference::taken_from;
use domain::event::{EventId, Message};
use domain::ids::AgreementId;
use domain::role::RoleArn;
use time::OffsetDateTime;

use crate::judged::Judged;
use crate::picture::Picture;

/// How many rights one survey may have taken away. A catalog that is wrong, or a wrong setting, must
/// not cost everybody everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevokeLimit(Option<usize>);

impl RevokeLimit {
    const LEAST: usize = 10;
    const PART_OF_ALL: usize = 5;

    /// At most so many.
    pub fn of(most: usize) -> Self {
        Self(Some(most))
    }

    /// The figure for so many `policies` in all: by default the larger of 10 and 20 %.
    pub fn for_policies(self, policies: usize) -> usize {
        self.0.unwrap_or_else(|| Self::LEAST.max(policies / Self::PART_OF_ALL))
    }
}

impl FromStr for RevokeLimit {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self::of)
    }
}

/// What to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asking {
    /// Agreements to look at again, each with a role on which its policy should not be.
    pub hints: Vec<(AgreementId, Option<RoleArn>)>,
    /// Rights that would be taken away if they were not too many.
    pub withheld: usize,
    /// How many may be.
    pub limit: usize,
    /// Agreements of which rights are withheld.
    pub held_back: BTreeSet<AgreementId>,
    /// Agreements that were asked for before, without success, and are not asked for this time.
    pub resting: BTreeSet<AgreementId>,
}

impl Asking {
    /// Chooses. Where too many rights would be taken away, none is. `rests` says of which agreements
    /// enough was asked lately.
    pub fn of(picture: &Picture, limit: RevokeLimit, rests: impl Fn(&Judged) -> bool) -> Self {
        let limit = limit.for_policies(picture.looks.count());
        let mut asking = Self { limit, ..Self::default() };
        let (forgotten, known): (Vec<&Judged>, Vec<&Judged>) = picture
            .judged
            .iter()
            .filter(|judged| !judged.differences.is_empty())
            .partition(|judged| is_forgotten(judged));
        // Whoever may write to one role can invent names. That must not hold up anybody's revocation.
        for class in [known, forgotten] {
            asking.add(&class, &rests);
        }
        asking
    }

    fn add(&mut self, class: &[&Judged], rests: &impl Fn(&Judged) -> bool) {
        let taken: usize = class.iter().map(|judged| taken_from(&judged.differences).len()).sum();
        let withholds = taken > self.limit;
        for judged in class {
            let (id, roles) = (&judged.subject.id, taken_from(&judged.differences));
            if rests(judged) {
                self.resting.insert(id.clone());
            } else if roles.is_empty() {
                self.hints.push((id.clone(), None));
            } else if withholds {
                self.held_back.insert(id.clone());
            } else {
                self.hints.extend(roles.into_iter().map(|role| (id.clone(), Some(role.clone()))));
            }
        }
        self.withheld += if withholds { taken } else { 0 };
    }
}

/// Whether only the name of a policy speaks of the agreement.
fn is_forgotten(judged: &Judged) -> bool {
    judged.subject.agreement.is_none() && judged.subject.entry.is_none()
}

/// Why not everything was asked for. Whoever comes next asks again.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The queue did not take the messages.
    #[error("the events queue takes no message")]
    Queue(#[source] QueueError),
    /// The queue did not take one of the messages.
    #[error("the events queue refuses the message about agreement {agreement}: {code}")]
    Message {
        /// What it is about.
        agreement: AgreementId,
        /// SQS's code.
        code: String,
    },
}

impl Refusal {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Queue(source) => source.failure(),
            Self::Message { code, .. } => refusal(code),
        }
    }
}

/// Asks. `started` makes the messages of one survey different from those of the one before. What one
/// message meets keeps no other from being sent.
pub async fn send(
    queue: &impl EventQueue,
    hints: &[(AgreementId, Option<RoleArn>)],
    started: OffsetDateTime,
) -> Result<(), Refusal> {
    let mut first_refusal = None;
    for (batch, about) in hints.chunks(LARGEST_BATCH).enumerate() {
        let message = |(place, (agreement, role)): (usize, &(AgreementId, Option<RoleArn>))| {
            let id = EventId::of_hint(started, batch * LARGEST_BATCH + place);
            Message::hint_about(agreement, role.as_ref(), &id)
        };
        let messages: Vec<Message> = about.iter().enumerate().map(message).collect();
        let refused = match queue.send(&messages).await {
            Ok(refused) => refused,
            Err(error) => return Err(first_refusal.unwrap_or(Refusal::Queue(error))),
        };
        let first = refused.first().and_then(|refused| {
            let (agreement, _) = about.get(refused.index)?;
            Some(Refusal::Message { agreement: agreement.clone(), code: refused.code.clone() })
        });
        first_refusal = first_refusal.or(first);
    }
    first_refusal.map_or(Ok(()), Err)
}
