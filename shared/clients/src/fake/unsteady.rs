//! Doubles that answer as AWS does on its way: what is written to IAM counts after a while, and answers of S3 are lost
//! between the SDK's attempts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::consent::Role;
use domain::ids::PolicyName;
use domain::policy::Document;
use domain::role::{RoleArn, RoleReference};
use fastrand::Rng;
use serde_json::Value;
use tokio::time::Instant;

use super::{FakeIam, FakeObjects};
use crate::iam::{IamError, Receipt, RolePolicies, Roles};
use crate::objects::{ObjectError, ObjectNames, Removal, Stored, Version, VersionedObjects};
use crate::publication::Publication;
use crate::role_inventory::{RoleInventory, RolePage};

/// A write of IAM counts everywhere after this long at most.
const PROPAGATION: Duration = Duration::from_mins(1);

/// A policy, or that there is none, which some servers still show.
#[derive(Debug)]
struct Earlier {
    until: Instant,
    text: Option<String>,
}

/// IAM in which a policy counts 0 to 60 seconds after it was written, in tokio's time. Until then a read shows now the
/// new one, now what was there before. Writes themselves meet what is true, one after the other.
#[derive(Clone, Debug)]
pub struct UnsteadyIam {
    iam: FakeIam,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    random: Rng,
    earlier: BTreeMap<(RoleArn, String), Vec<Earlier>>,
    stale_reads: usize,
}

impl UnsteadyIam {
    /// The same account, seen through servers that do not agree yet.
    pub fn new(iam: FakeIam, seed: u64) -> Self {
        let random = Rng::with_seed(seed);
        let state = State { random, earlier: BTreeMap::new(), stale_reads: 0 };
        Self { iam, state: Arc::new(Mutex::new(state)) }
    }

    /// How many reads showed what was no longer so.
    pub fn stale_reads(&self) -> usize {
        self.state.lock().expect("lock").stale_reads
    }

    fn written(&self, role: &RoleArn, name: &str, before: Option<String>) {
        let mut state = self.state.lock().expect("lock");
        let longest = u64::try_from(PROPAGATION.as_millis()).unwrap_or_default();
        let delay = Duration::from_millis(state.random.u64(0..=longest));
        let earlier = Earlier { until: Instant::now() + delay, text: before };
        state.earlier.entry((role.clone(), name.to_owned())).or_default().push(earlier);
    }

    /// What one of the servers shows.
    fn shown(&self, role: &RoleArn, name: &str) -> Option<String> {
        let now = self.iam.text(role, name);
        let mut state = self.state.lock().expect("lock");
        let State { random, earlier, stale_reads } = &mut *state;
        let Some(earlier) = earlier.get_mut(&(role.clone(), name.to_owned())) else { return now };
        earlier.retain(|earlier| earlier.until > Instant::now());
        let shown = match earlier.get(random.usize(0..=earlier.len())) {
            Some(earlier) => earlier.text.clone(),
            None => now.clone(),
        };
        *stale_reads += usize::from(shown != now);
        shown
    }

    /// The names of policies that are there, or were a while ago.
    fn known_names(&self, role: &RoleArn) -> Vec<String> {
        let held = self.iam.snapshot().remove(role).unwrap_or_default();
        let state = self.state.lock().expect("lock");
        let earlier = state.earlier.keys().filter(|(of, _)| of == role).map(|(_, name)| name);
        let mut names: Vec<String> = held.keys().chain(earlier).cloned().collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Roles for UnsteadyIam {
    async fn role(&self, reference: &RoleReference) -> Result<Option<Role>, IamError> {
        self.iam.role(reference).await
    }
}

impl RolePolicies for UnsteadyIam {
    async fn policy(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Value>, IamError> {
        self.iam.policy(role, name).await?;
        let text = self.shown(role, name.as_str());
        Ok(text.map(|text| serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    async fn put(
        &self,
        role: &RoleArn,
        name: &PolicyName,
        document: &Document,
    ) -> Result<Receipt, IamError> {
        let before = self.iam.text(role, name.as_str());
        let put = self.iam.put(role, name, document).await;
        self.written(role, name.as_str(), before);
        put
    }

    async fn delete(&self, role: &RoleArn, name: &PolicyName) -> Result<Option<Receipt>, IamError> {
        let before = self.iam.text(role, name.as_str());
        let gone = self.iam.delete(role, name).await;
        self.written(role, name.as_str(), before);
        gone
    }

    async fn used(&self, role: &RoleArn, except: &PolicyName) -> Result<usize, IamError> {
        self.iam.used(role, except).await
    }
}

impl RoleInventory for UnsteadyIam {
    async fn roles(&self, page: Option<&str>) -> Result<RolePage, IamError> {
        self.iam.roles(page).await
    }

    async fn policy_names(&self, role: &RoleArn) -> Result<Option<Vec<String>>, IamError> {
        let Some(_) = self.iam.policy_names(role).await? else { return Ok(None) };
        let mut names = self.known_names(role);
        names.retain(|name| self.shown(role, name).is_some());
        Ok(Some(names))
    }

    async fn policy_text(&self, role: &RoleArn, name: &str) -> Result<Option<String>, IamError> {
        self.iam.policy_text(role, name).await?;
        Ok(self.shown(role, name))
    }
}

/// A bucket on whose way answers are lost: a write is done, the SDK repeats it, and what the repetition meets is the
/// answer. Or another writer is at the object (409), and nothing is done.
#[derive(Clone, Debug)]
pub struct UnsteadyObjects {
    objects: FakeObjects,
    random: Arc<Mutex<Rng>>,
}

impl UnsteadyObjects {
    /// The same bucket, less well connected.
    pub fn new(objects: FakeObjects, seed: u64) -> Self {
        Self { objects, random: Arc::new(Mutex::new(Rng::with_seed(seed))) }
    }

    /// One of so many times.
    fn happens_once_in(&self, times: u8) -> bool {
        self.random.lock().expect("lock").u8(0..times) == 0
    }
}

impl VersionedObjects for UnsteadyObjects {
    async fn get(&self, key: &str) -> Result<Option<Stored>, ObjectError> {
        self.objects.get(key).await
    }

    async fn put(
        &self,
        key: &str,
        body: Vec<u8>,
        expected: Option<&Version>,
    ) -> Result<Version, ObjectError> {
        if self.happens_once_in(8) {
            return Err(ObjectError::Conflict { key: key.to_owned() });
        }
        if self.happens_once_in(4) {
            drop(self.objects.put(key, body.clone(), expected).await);
        }
        self.objects.put(key, body, expected).await
    }
}

impl Removal for UnsteadyObjects {
    async fn remove(&self, key: &str, expected: &Version) -> Result<(), ObjectError> {
        self.objects.remove(key, expected).await
    }
}

impl Publication for UnsteadyObjects {
    async fn publish(&self, key: &str, body: String, kind: &str) -> Result<(), ObjectError> {
        self.objects.publish(key, body, kind).await
    }
}

impl ObjectNames for UnsteadyObjects {
    async fn names(&self, prefix: &str) -> Result<Vec<String>, ObjectError> {
        self.objects.names(prefix).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Faults;

    #[tokio::test(start_paused = true)]
    async fn reads_go_back_and_forth_for_less_than_a_minute_after_a_write() {
        let iam = FakeIam::new(Faults::default());
        let role = iam.create_role("arn:aws:iam::123456789012:role/churn");
        let name = PolicyName::of(&"a".parse().unwrap());
        iam.set(&role, name.as_str(), r#"{"is":"old"}"#);
        let unsteady = UnsteadyIam::new(iam, 1);
        unsteady.delete(&role, &name).await.unwrap();
        let mut seen = Vec::new();
        for _ in 0..20 {
            seen.push(unsteady.policy(&role, &name).await.unwrap().is_some());
        }
        assert!(seen.contains(&true) && seen.contains(&false), "{seen:?}");
        assert!(unsteady.stale_reads() > 0);
        tokio::time::advance(PROPAGATION).await;
        for _ in 0..20 {
            assert_eq!(unsteady.policy(&role, &name).await.unwrap(), None);
            assert!(unsteady.policy_names(&role).await.unwrap().unwrap().is_empty());
        }
    }
}
