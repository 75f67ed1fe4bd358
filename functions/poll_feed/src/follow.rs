//! Turns a page of events into messages. A changed data product, contract or team becomes one hint
//! for each agreement that depends on it.

use std::collections::HashSet;

use clients::agreements::Agreements;
use clients::http::CatalogError;
use domain::Failure;
use domain::definition::Definition;
use domain::event::{Event, Message};
use domain::ids::AgreementId;
use lambda::chain::Chain;
use lambda::deadline::Deadline;

use crate::poll::{PollError, within};

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

/// A list that cannot be had, however often it is asked for, must not hold up every other event.
fn not_followed(event: &Event, error: &CatalogError) {
    metrics::counter!("FollowFailed").increment(1);
    tracing::error!(
        event.id = %event.id, error = %Chain(error),
        "the agreements that this change concerns are not known; each is looked at when it changes itself"
    );
}

/// All changes in a page happened before it was read. So one look at an agreement after that is
/// enough for all of them: it is asked for once a page.
pub(crate) async fn messages<A: Agreements>(
    agreements: Option<&A>,
    page: &[Event],
    deadline: Deadline,
) -> PageMessages {
    let mut messages = PageMessages::default();
    let mut asked: HashSet<&Definition> = HashSet::new();
    let mut hinted: HashSet<AgreementId> = HashSet::new();
    for (place, event) in page.iter().enumerate() {
        if let Some(message) = event.message.clone() {
            messages.outgoing.push(Outgoing { place, message, is_hint: false });
        }
        let (Some(agreements), Some(definition)) = (agreements, &event.definition) else {
            continue;
        };
        if !asked.insert(definition) {
            continue;
        }
        let listed = within(deadline, "listing agreements", agreements.around(definition)).await;
        let listed = match listed {
            Ok(Ok(listed)) => listed,
            Ok(Err(error)) if error.failure() != Failure::Retry => {
                not_followed(event, &error);
                continue;
            }
            Ok(Err(error)) => {
                messages.broken = Some((place, PollError::Agreements(error)));
                return messages;
            }
            Err(error) => {
                messages.broken = Some((place, error));
                return messages;
            }
        };
        let concerned = listed.into_iter().filter(|one| one.active && definition.concerns(one));
        for agreement in concerned.map(|listed| listed.id) {
            if hinted.insert(agreement.clone()) {
                let message = Message::hint(&agreement, &event.id.about(&agreement));
                messages.outgoing.push(Outgoing { place, message, is_hint: true });
            }
        }
    }
    messages
}
