//! The grant ledger: one object per agreement, written only in the state it was read in.

use domain::Failure;
use domain::ids::AgreementId;
use domain::ledger::Entry;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::objects::{ObjectError, ObjectNames, Version, VersionedObjects};

/// Entries read side by side.
const READERS: usize = 16;

/// Why an entry could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Not an entry, or one of another agreement. Nobody may revoke by a record nobody can read.
    #[error("ledger entry {key} cannot be read; restore an earlier version of the object")]
    Malformed {
        /// The object.
        key: String,
        /// What is wrong with it.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// The object could not be read or written.
    #[error("ledger")]
    Object(#[source] ObjectError),
}

impl LedgerError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Malformed { .. } => Failure::Halt,
            Self::Object(source) => source.failure(),
        }
    }
}

/// An agreement's entry, with the state of the object it was read from.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// What the ledger says; `None` when it says nothing.
    pub entry: Option<Entry>,
    version: Option<Version>,
}

/// The ledger below a prefix of a bucket.
#[derive(Clone, Debug)]
pub struct Ledger<O> {
    objects: O,
    prefix: String,
}

impl<O: VersionedObjects> Ledger<O> {
    /// `prefix` ends in a slash by convention, for example `grants/`.
    pub fn new(objects: O, prefix: String) -> Self {
        Self { objects, prefix }
    }

    /// What is recorded about an agreement.
    pub async fn load(&self, agreement: &AgreementId) -> Result<Recorded, LedgerError> {
        self.read(&self.key(agreement)).await
    }

    async fn read(&self, key: &str) -> Result<Recorded, LedgerError> {
        let stored = self.objects.get(key).await.map_err(LedgerError::Object)?;
        let Some(stored) = stored else { return Ok(Recorded::default()) };
        let malformed = |source| LedgerError::Malformed { key: key.to_owned(), source };
        let entry: Entry =
            serde_json::from_slice(&stored.body).map_err(|err| malformed(Some(err)))?;
        if self.key(&entry.agreement_id) != key {
            return Err(malformed(None));
        }
        Ok(Recorded { entry: Some(entry), version: Some(stored.version) })
    }

    /// Replaces what was recorded by `entry`.
    pub async fn save(&self, from: &Recorded, entry: Entry) -> Result<Recorded, LedgerError> {
        let key = self.key(&entry.agreement_id);
        let body = serde_json::to_vec(&entry)
            .map_err(|err| LedgerError::Malformed { key: key.clone(), source: Some(err) })?;
        let put = self.objects.put(&key, body, from.version.as_ref()).await;
        let version = put.map_err(LedgerError::Object)?;
        Ok(Recorded { entry: Some(entry), version: Some(version) })
    }

    fn key(&self, agreement: &AgreementId) -> String {
        format!("{}{}", self.prefix, Entry::object_name(agreement))
    }
}

/// The entries of a ledger, and the objects that hold none although their names say so.
#[derive(Clone, Debug, Default)]
pub struct Readable {
    /// What can be read, in no particular order.
    pub entries: Vec<Entry>,
    /// The object names, without the prefix, of entries that cannot.
    pub unreadable: Vec<String>,
}

/// What is not called like an entry, such as the empty object that a console makes for a folder, is
/// none.
fn is_entry(name: &str) -> bool {
    let hash = name.strip_suffix(".json").unwrap_or_default();
    hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl<O: VersionedObjects + ObjectNames> Ledger<O> {
    /// Every entry, in no particular order. One that cannot be read fails the whole: what it may
    /// hold back is not known.
    pub async fn entries(&self) -> Result<Vec<Entry>, LedgerError> {
        let names = self.names().await?;
        let reads = names.iter().map(|name| self.read(name));
        let entries = stream::iter(reads).buffer_unordered(READERS);
        entries.try_filter_map(async |recorded| Ok(recorded.entry)).try_collect().await
    }

    /// Every entry that can be read, and which cannot: one that is damaged says nothing about others.
    pub async fn readable(&self) -> Result<Readable, LedgerError> {
        let names = self.names().await?;
        let reads = names.iter().map(async |name| (name, self.read(name).await));
        let mut reads = std::pin::pin!(stream::iter(reads).buffer_unordered(READERS));
        let mut found = Readable::default();
        while let Some((name, read)) = reads.next().await {
            match read {
                Ok(recorded) => found.entries.extend(recorded.entry),
                Err(
                    LedgerError::Malformed { .. }
                    | LedgerError::Object(ObjectError::TooLarge { .. }),
                ) => {
                    found.unreadable.push(name.trim_start_matches(&self.prefix).to_owned());
                }
                Err(error @ LedgerError::Object(_)) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn names(&self) -> Result<Vec<String>, LedgerError> {
        let names = self.objects.names(&self.prefix).await.map_err(LedgerError::Object)?;
        let ours = |name: &String| name.strip_prefix(&self.prefix).is_some_and(is_entry);
        Ok(names.into_iter().filter(ours).collect())
    }
}
