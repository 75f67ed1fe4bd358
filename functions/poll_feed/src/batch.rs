//! Cuts a page into batches that SQS takes.

use clients::queue::{LARGEST_BATCH, LARGEST_BATCH_BYTES};
use domain::event::{Event, Message};

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
}

/// The messages of a page in order, in as few batches as possible.
pub(crate) fn batches(page: &[Event]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for (place, event) in page.iter().enumerate() {
        let Some(message) = &event.message else { continue };
        match batches.last_mut() {
            Some(last) if last.takes(message) => last.push(place, message),
            Some(_) | None => {
                let mut next = Batch::default();
                next.push(place, message);
                batches.push(next);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let batches = batches(&page);
        let sizes: Vec<usize> = batches.iter().map(|batch| batch.messages.len()).collect();
        assert_eq!(sizes, [10, 10, 1]);
        assert_eq!(batches[0].places, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn a_batch_holds_at_most_one_mebibyte() {
        let page: Vec<Event> = (0..5).map(|id| event(id, "AccessUpdated", 250_000)).collect();
        let sizes: Vec<usize> = batches(&page).iter().map(|batch| batch.messages.len()).collect();
        assert_eq!(sizes, [4, 1]);
    }
}
