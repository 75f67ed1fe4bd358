//! Events, each converged as soon as it comes.

use access::Documents;
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
            if Box::pin(self.access.converge(&hint, &documents)).await.is_err() {
                kept.push(place);
            }
        }
        kept
    }
}
