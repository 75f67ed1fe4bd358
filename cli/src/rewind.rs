//! What is read again when the place in the feed moves back.

use std::collections::BTreeSet;

use clients::cursor::{Cursor, CursorError, Position};
use clients::feed::{Feed, FeedError};
use clients::objects::{Removal, VersionedObjects};
use domain::event::{Event, EventId, read_body};
use serde::Serialize;

use crate::arguments::Place;

/// Most pages that are counted, of usually a thousand events each.
const MOST_PAGES: usize = 1000;

/// Events that will be read again, or, where the place moves forward, for the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reread {
    /// Events behind the new place.
    pub events: usize,
    /// How many of them can change access.
    pub about_access: usize,
    /// How many agreements they are about.
    pub agreements: usize,
    /// When the first of them happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// Whether the place that was is among them: if not, events between are passed over.
    pub is_back: bool,
    /// Whether that is all, or counting was given up.
    pub is_all: bool,
}

/// Counts the events behind a place, to the end of the feed.
pub async fn reread(
    feed: &impl Feed,
    place: &Place,
    now: Option<&EventId>,
) -> Result<Reread, FeedError> {
    let mut found = Reread { is_back: now.is_none(), ..Reread::default() };
    let mut agreements = BTreeSet::new();
    let mut last = match place {
        Place::Beginning => None,
        Place::Behind(event) => Some(event.clone()),
    };
    // The place itself is where it was: nothing is passed over.
    found.is_back |= last.as_ref() == now;
    for _ in 0..MOST_PAGES {
        let page = feed.after(last.as_ref()).await?;
        let Some(end) = page.last().map(|event| event.id.clone()) else {
            found.is_all = true;
            break;
        };
        if found.first.is_none() {
            found.first = page.first().and_then(|event| event.time.clone());
        }
        for event in &page {
            found.events += 1;
            found.is_back |= Some(&event.id) == now;
            found.about_access += usize::from(event.message.is_some());
            agreements.extend(agreement(event));
        }
        // A feed that stays where it is has no end.
        if last.as_ref() == Some(&end) {
            break;
        }
        last = Some(end);
    }
    found.agreements = agreements.len();
    Ok(found)
}

fn agreement(event: &Event) -> Option<String> {
    let message = event.message.as_ref()?;
    Some(read_body(&message.body).ok()??.agreement.to_string())
}

/// Moves the place, unless a poller moved it since it was read.
pub async fn rewind<O: VersionedObjects + Removal>(
    cursor: &Cursor<O>,
    from: &Position,
    place: &Place,
) -> Result<(), CursorError> {
    match place {
        Place::Beginning => cursor.rewind(from).await,
        Place::Behind(event) => cursor.save(from, event.clone()).await.map(|_| ()),
    }
}
