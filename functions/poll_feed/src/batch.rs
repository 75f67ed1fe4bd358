//! Cuts a page into batches that SQS takes.

use std::collections::{BTreeSet, HashSet};

use clients::queue::{LARGEST_BATCH, LARGEST_BATCH_BYTES};
use domain::event::Message;

use crate::follow::Outgoing;

/// Messages to send in one call, with the place of each one's event in its page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) messages: Vec<Message>,
    pub(crate) places: Vec<usize>,
    bytes: usize,
}

impl Batch {
    fn takes(&self, message: &Message) -> bool {
        self.messages.len() < LARGEST_BATCH
            && self.bytes + message.body.len() <= LARGEST_BATCH_BYTES
    }

    fn push(&mut self, place: usize, message: &Message) {
        self.bytes += message.body.len();
        self.places.push(place);
        self.messages.push(message.clone());
    }

    /// Keeps what the queue did not take, and what follows it in its group, so that a group stays in
    /// order even where the queue already took a later message: it drops what it already has.
    pub(crate) fn keep(&mut self, refused: &[usize]) {
        let mut held: HashSet<String> = HashSet::new();
        let kept = std::mem::take(&mut self.messages).into_iter().enumerate();
        let kept = kept.zip(std::mem::take(&mut self.places)).filter(|((index, message), _)| {
            let stays = refused.contains(index) || held.contains(&message.group);
            if stays {
                held.insert(message.group.clone());
            }
            stays
        });
        (self.messages, self.places) = kept.map(|((_, message), place)| (message, place)).unzip();
    }

    /// Reduces large messages to their ids; whether there were any.
    pub(crate) fn reduce(&mut self) -> bool {
        let mut reduced = false;
        for message in &mut self.messages {
            if let Some(essence) = message.essence.take() {
                message.body = essence;
                reduced = true;
            }
        }
        reduced
    }

    /// The groups of its messages.
    pub(crate) fn groups(&self) -> Vec<String> {
        let groups: BTreeSet<&String> =
            self.messages.iter().map(|message| &message.group).collect();
        groups.into_iter().cloned().collect()
    }

    /// The place of the first message.
    pub(crate) fn first_place(&self) -> usize {
        self.places.first().copied().unwrap_or_default()
    }
}

/// Messages in their order, in as few batches as possible.
pub(crate) fn batches(outgoing: &[Outgoing]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for Outgoing { place, message, is_hint: _ } in outgoing {
        match batches.last_mut() {
            Some(last) if last.takes(message) => last.push(*place, message),
            Some(_) | None => {
                let mut next = Batch::default();
                next.push(*place, message);
                batches.push(next);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use domain::event::Event;

    use super::*;

    fn outgoing(page: &[Event]) -> Vec<Outgoing> {
        let messages = page.iter().enumerate().filter_map(|(place, event)| {
            let message = event.message.clone()?;
            Some(Outgoing { place, message, is_hint: false })
        });
        messages.collect()
    }

    fn event(id: usize, verb: &str, padding: usize) -> Event {
        let padding = "x".repeat(padding);
        let json = format!(
            r#"{{"id":"e{id}","type":"x.{verb}Event","data":{{"id":"a{id}","p":"{padding}"}}}}"#
        );
        Event::read(&json).unwrap()
    }

    #[test]
    fn a_batch_holds_at_most_ten_messages_and_skips_what_changes_no_access() {
        let mut page: Vec<Event> = (0..21).map(|id| event(id, "AccessUpdated", 0)).collect();
        page.insert(5, event(99, "TeamUpdated", 0));
        let batches = batches(&outgoing(&page));
        let sizes: Vec<usize> = batches.iter().map(|batch| batch.messages.len()).collect();
        assert_eq!(sizes, [10, 10, 1]);
        assert_eq!(batches[0].places, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn what_was_refused_is_kept_with_what_follows_it_in_its_group() {
        let page: Vec<Event> = [1, 2, 1, 3].map(|id| event(id, "AccessUpdated", 0)).to_vec();
        let mut batch = batches(&outgoing(&page)).remove(0);
        batch.keep(&[0]);
        assert_eq!(batch.places, [0, 2]);
        batch.keep(&[1]);
        assert_eq!((batch.places.as_slice(), batch.messages.len()), ([2].as_slice(), 1));
    }

    #[test]
    fn a_batch_holds_at_most_one_mebibyte() {
        let page: Vec<Event> = (0..5).map(|id| event(id, "AccessUpdated", 250_000)).collect();
        let sizes: Vec<usize> =
            batches(&outgoing(&page)).iter().map(|batch| batch.messages.len()).collect();
        assert_eq!(sizes, [4, 1]);
    }
}
