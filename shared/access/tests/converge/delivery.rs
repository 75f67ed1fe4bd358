//! Events, each converged as soon as it comes. What is only due at a first delivery is a matter of the queue, and so of the
//! function that reads it.

use access::{Delivery, Documents};
use domain::event::read_body;

use crate::world::{World, body};

impl World {
    /// Delivers one event about `id` and says whether it is dealt with.
    pub(crate) async fn deliver(&self, event: &str, id: &str) -> bool {
        self.deliver_all(&[(event, id)]).await.is_empty()
    }

    /// Delivers events that remember documents and roles together; returns the places of those that
    /// have to come again.
    pub(crate) async fn deliver_all(&self, events: &[(&str, &str)]) -> Vec<usize> {
        let documents = Documents::new(&self.access.assessor.catalog);
        let mut kept = Vec::new();
        for (place, (event, id)) in events.iter().enumerate() {
            let hint = read_body(&body(event, id, place)).unwrap().unwrap();
            if Box::pin(self.access.converge(&hint, Delivery::Again, &documents)).await.is_err() {
                kept.push(place);
            }
        }
        kept
    }
}
