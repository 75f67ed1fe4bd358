//! The API key: replaced, revoked, and in the secret too late or too early. Who asks the catalog does it
//! with the `ApiKeys` of the real client, its memory and its second look at the secret.

use std::time::Duration;

use clients::api_key::ApiKeys;
use clients::fake::{FakeCatalog, FakeSecrets, Faults};

/// As the functions have it unless told otherwise.
const TIME_TO_LIVE: Duration = Duration::from_mins(5);

#[derive(Debug)]
pub(super) struct Keys {
    secret: FakeSecrets,
    newest: usize,
    in_secret: usize,
    accepted: Option<usize>,
    /// How often the catalog began to accept another key.
    pub(super) rotations: usize,
    /// How often the catalog and the secret began to disagree.
    pub(super) outages: usize,
}

impl Keys {
    /// One key, good everywhere.
    pub(super) fn new(faults: Faults, catalog: &FakeCatalog) -> Self {
        let secret = FakeSecrets::new(faults, "");
        let (newest, in_secret) = (1, 1);
        let keys = Self { secret, newest, in_secret, accepted: Some(1), rotations: 0, outages: 0 };
        keys.tell(catalog);
        keys
    }

    /// The catalog as a process sees it that has just started.
    pub(super) fn process(&self, catalog: &FakeCatalog) -> FakeCatalog {
        catalog.asked_with(ApiKeys::new(self.secret.clone(), "key".to_owned(), TIME_TO_LIVE))
    }

    /// Whether the secret holds what the catalog accepts.
    pub(super) fn fit(&self) -> bool {
        self.accepted == Some(self.in_secret)
    }

    pub(super) fn change(&mut self, catalog: &FakeCatalog, kind: u8) -> &'static str {
        self.newest += 1;
        let new = self.newest;
        let said = match kind {
            0 => {
                self.accepted = None;
                "the key is revoked before there is another"
            }
            1 => {
                self.accepted = Some(new);
                "the catalog takes another key than the secret has"
            }
            2 => {
                self.in_secret = new;
                "the secret has a key that the catalog does not take yet"
            }
            _ => {
                (self.accepted, self.in_secret) = (Some(new), new);
                "the key is replaced"
            }
        };
        self.outages += usize::from(!self.fit());
        self.rotations += usize::from(self.accepted == Some(new));
        self.tell(catalog);
        said
    }

    /// Both sides have the newest key.
    pub(super) fn put_right(&mut self, catalog: &FakeCatalog) {
        self.rotations += usize::from(self.accepted != Some(self.newest));
        (self.accepted, self.in_secret) = (Some(self.newest), self.newest);
        self.tell(catalog);
    }

    fn tell(&self, catalog: &FakeCatalog) {
        let text = |number: usize| format!("key-{number}");
        self.secret.rotate(&text(self.in_secret));
        catalog.accept_key(self.accepted.map(text).as_deref());
    }
}
