//! Turns a page of events into messages. A changed data product, contract or team becomes one hint
//! for each agreement that depends on it.

use std::collections::HashSet;
use std::time::Duration;

use clients::agreements::Agreements;
use clients::http::CatalogError;
use domain::Failure;
use domain::definition::{Definition, Listed};
use domain::event::{Event, Message};
use domain::ids::AgreementId;
use lambda::chain::Chain;
use lambda::deadline::Deadline;
use time::format_description::well_known::Rfc3339;
use time::{Duration as Span, OffsetDateTime};
use tokio::time::timeout;

use crate::error::PollError;

/// How long a change waits for a list that cannot be had. After that it is passed: no list may hold
/// up every grant and revocation behind it.
const PATIENCE: Span = Span::minutes(15);

/// A message, and the place in its page of the event that asked for it.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) place: usize,
    pub(crate) message: Message,
    /// Whether it is a hint of our own.
    pub(crate) is_hint: bool,
}

/// The messages of a page, up to an event that could not be turned into any.
#[derive(Debug, Default)]
pub(crate) struct PageMessages {
    pub(crate) outgoing: Vec<Outgoing>,
    /// The place of the event that could not, and why.
    pub(crate) broken: Option<(usize, PollError)>,
}

/// Asks for the agreements that changes of one page concern. All of them happened before the page
/// was read. So one look at an agreement after that is enough: each is hinted at once a page.
pub(crate) struct Follower<'a, A> {
    agreements: &'a A,
    deadline: Deadline,
    now: OffsetDateTime,
    /// Kept back for sending what is known.
    reserve: Duration,
    asked: HashSet<&'a Definition>,
    hinted: HashSet<AgreementId>,
    /// The whole list, which contracts and teams are looked up in.
    whole: Option<Vec<Listed>>,
}

impl<'a, A: Agreements> Follower<'a, A> {
    /// For one page. Half of the time that is left is kept back for sending.
    pub(crate) fn new(agreements: &'a A, deadline: Deadline, now: OffsetDateTime) -> Self {
        let (asked, hinted) = (HashSet::new(), HashSet::new());
        let reserve = deadline.left() / 2;
        Self { agreements, deadline, now, reserve, asked, hinted, whole: None }
    }

    /// The agreements to hint at because of `event`. An error means that the event must not be
    /// passed yet.
    async fn concerned(
        &mut self,
        place: usize,
        event: &'a Event,
    ) -> Result<Vec<AgreementId>, PollError> {
        let Some(definition) = &event.definition else { return Ok(Vec::new()) };
        if !self.asked.insert(definition) {
            return Ok(Vec::new());
        }
        let room = self.deadline.left().saturating_sub(self.reserve);
        let listed = match timeout(room, self.list(definition)).await {
            Ok(Ok(listed)) => listed,
            Ok(Err(error)) if is_final(&error) || self.is_old(event) => {
                not_followed(event, &error);
                Vec::new()
            }
            Ok(Err(error)) => return Err(PollError::Agreements(error)),
            // The next run begins with this event, and has all of its time for it.
            Err(_) if place > 0 => return Err(PollError::OutOfTime("listing agreements")),
            Err(_) => {
                not_followed(event, &PollError::OutOfTime("listing agreements"));
                Vec::new()
            }
        };
        let concerned = listed.into_iter().filter(|one| one.active && definition.concerns(one));
        let ids = concerned.map(|listed| listed.id);
        Ok(ids.filter(|agreement| self.hinted.insert(agreement.clone())).collect())
    }

    async fn list(&mut self, definition: &Definition) -> Result<Vec<Listed>, CatalogError> {
        if let Definition::Product(_) = definition {
            return self.agreements.around(definition).await;
        }
        if self.whole.is_none() {
            self.whole = Some(self.agreements.around(definition).await?);
        }
        Ok(self.whole.clone().unwrap_or_default())
    }

    /// An event without a time that can be read counts as old.
    fn is_old(&self, event: &Event) -> bool {
        let time =
            event.time.as_deref().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
        time.is_none_or(|time| self.now - time > PATIENCE)
    }
}

/// Whether the list cannot be had however often it is asked for: refused, not there, not a list.
fn is_final(error: &CatalogError) -> bool {
    matches!(
        error,
        CatalogError::Unreadable(_)
            | CatalogError::TooLarge
            | CatalogError::Busy { status: 501, .. }
    ) || error.failure() != Failure::Retry
}

fn not_followed(event: &Event, error: &dyn std::error::Error) {
    metrics::counter!("FollowFailed").increment(1);
    tracing::error!(
        event.id = %event.id, error = %Chain(error),
        "the agreements that this change concerns are not known; each is looked at when it changes itself"
    );
}

/// The messages of a page; `follower` is `None` where changes of definitions are passed over.
pub(crate) async fn messages<'a, A: Agreements>(
    mut follower: Option<Follower<'a, A>>,
    page: &'a [Event],
) -> PageMessages {
    let mut messages = PageMessages::default();
    for (place, event) in page.iter().enumerate() {
        if let Some(message) = event.message.clone() {
            messages.outgoing.push(Outgoing { place, message, is_hint: false });
        }
        let Some(follower) = follower.as_mut() else { continue };
        let concerned = match follower.concerned(place, event).await {
            Ok(concerned) => concerned,
            Err(error) => {
                messages.broken = Some((place, error));
                return messages;
            }
        };
        let hint = |agreement: AgreementId| {
            let message = Message::hint(&agreement, &event.id.about(&agreement));
            Outgoing { place, message, is_hint: true }
        };
        messages.outgoing.extend(concerned.into_iter().map(hint));
    }
    messages
}
