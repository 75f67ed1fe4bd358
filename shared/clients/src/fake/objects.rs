//! A bucket in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Faults, cause};
use crate::aws::AwsError;
use crate::objects::{ObjectError, ObjectNames, Removal, Stored, Version, VersionedObjects};
use crate::publication::Publication;

/// A bucket with compare and swap.
#[derive(Clone, Debug, Default)]
pub struct FakeObjects {
    faults: Faults,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Stored>,
    writes: usize,
    /// `None`: everything.
    listable: Option<Vec<String>>,
}

impl State {
    /// Whether S3 would let the caller list with this prefix.
    fn may_list(&self, prefix: &str) -> bool {
        let covers = |pattern: &String| match pattern.strip_suffix('*') {
            Some(beginning) => prefix.starts_with(beginning),
            None => prefix == pattern,
        };
        self.listable.as_ref().is_none_or(|patterns| patterns.iter().any(covers))
    }
}

fn forbidden(key: &str, action: &'static str) -> ObjectError {
    let source = AwsError::Denied { action, source: cause("s3:ListBucket is not allowed") };
    ObjectError::Aws { key: key.to_owned(), source }
}

impl FakeObjects {
    /// An empty bucket.
    pub fn new(faults: Faults) -> Self {
        Self { faults, state: Arc::default() }
    }

    /// From now on only what begins so (`grants/*`), or is called so, may be listed: any other object
    /// that is missing is forbidden instead, as S3 has it.
    pub fn may_list(&self, patterns: &[&str]) {
        let patterns = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        self.state.lock().expect("lock").listable = Some(patterns);
    }

    /// The text of an object.
    pub fn text(&self, key: &str) -> Option<String> {
        let state = self.state.lock().expect("lock");
        state.objects.get(key).map(|stored| String::from_utf8_lossy(&stored.body).into_owned())
    }

    /// The names of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.state.lock().expect("lock").objects.keys().cloned().collect()
    }

    /// Has `look` see every object below `prefix`, by name and without a copy.
    pub fn look(&self, prefix: &str, mut look: impl FnMut(&str, &[u8])) {
        let state = self.state.lock().expect("lock");
        let from = state.objects.range(prefix.to_owned()..);
        let below = from.take_while(|(key, _)| key.starts_with(prefix));
        below.for_each(|(key, stored)| look(key, &stored.body));
    }

    /// Forgets every object below `prefix`, as the bucket itself does with old ones.
    pub fn expire(&self, prefix: &str) {
        self.state.lock().expect("lock").objects.retain(|key, _| !key.starts_with(prefix));
    }

    /// How often an object was written by the code under test.
    pub fn writes(&self) -> usize {
        self.state.lock().expect("lock").writes
    }

    /// Writes an object as somebody else would.
    pub fn set(&self, key: &str, body: impl Into<Vec<u8>>) {
        let mut state = self.state.lock().expect("lock");
        let version = Version(format!("other-{}-{}", state.writes, state.objects.len()));
        state.objects.insert(key.to_owned(), Stored { body: body.into(), version });
    }
}

impl VersionedObjects for FakeObjects {
    async fn get(&self, key: &str) -> Result<Option<Stored>, ObjectError> {
        let failed = |source: AwsError| ObjectError::Aws { key: key.to_owned(), source };
        let read = || {
            let state = self.state.lock().expect("lock");
            match state.objects.get(key) {
                None if !state.may_list(key) => Err(forbidden(key, "s3:GetObject")),
                found => Ok(found.cloned()),
            }
        };
        self.faults.run("s3:GetObject", failed, read).await
    }

    async fn put(
        &self,
        key: &str,
        body: Vec<u8>,
        expected: Option<&Version>,
    ) -> Result<Version, ObjectError> {
        let failed = |source: AwsError| ObjectError::Aws { key: key.to_owned(), source };
        let write = || {
            let mut state = self.state.lock().expect("lock");
            if state.objects.get(key).map(|stored| &stored.version) != expected {
                return Err(ObjectError::Conflict { key: key.to_owned() });
            }
            state.writes += 1;
            let version = Version(state.writes.to_string());
            let stored = Stored { body, version: version.clone() };
            state.objects.insert(key.to_owned(), stored);
            Ok(version)
        };
        self.faults.run("s3:PutObject", failed, write).await
    }
}

impl Removal for FakeObjects {
    async fn remove(&self, key: &str, expected: &Version) -> Result<(), ObjectError> {
        let failed = |source: AwsError| ObjectError::Aws { key: key.to_owned(), source };
        let remove = || {
            let mut state = self.state.lock().expect("lock");
            match state.objects.get(key) {
                Some(stored) if stored.version != *expected => {
                    Err(ObjectError::Conflict { key: key.to_owned() })
                }
                _ => {
                    state.objects.remove(key);
                    Ok(())
                }
            }
        };
        self.faults.run("s3:DeleteObject", failed, remove).await
    }
}

impl Publication for FakeObjects {
    async fn publish(&self, key: &str, body: String, _: &str) -> Result<(), ObjectError> {
        let failed = |source: AwsError| ObjectError::Aws { key: key.to_owned(), source };
        let write = || {
            self.set(key, body.clone());
            self.state.lock().expect("lock").writes += 1;
            Ok(())
        };
        self.faults.run("s3:PutObject", failed, write).await
    }
}

impl ObjectNames for FakeObjects {
    async fn names(&self, prefix: &str) -> Result<Vec<String>, ObjectError> {
        let failed = |source: AwsError| ObjectError::Aws { key: prefix.to_owned(), source };
        let found = || {
            let state = self.state.lock().expect("lock");
            if !state.may_list(prefix) {
                return Err(forbidden(prefix, "s3:ListBucket"));
            }
            Ok(state.objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
        };
        self.faults.run("s3:ListBucket", failed, found).await
    }
}
