//! A secret in memory.

use std::sync::{Arc, Mutex};

use super::Faults;
use crate::secrets::{SecretError, Secrets};

/// One secret that can be replaced.
#[derive(Clone, Debug)]
pub struct FakeSecrets {
    faults: Faults,
    text: Arc<Mutex<String>>,
}

impl FakeSecrets {
    /// A secret that holds `text`.
    pub fn new(faults: Faults, text: &str) -> Self {
        Self { faults, text: Arc::new(Mutex::new(text.to_owned())) }
    }

    /// Replaces the text.
    pub fn rotate(&self, text: &str) {
        text.clone_into(&mut self.text.lock().expect("lock"));
    }
}

impl Secrets for FakeSecrets {
    async fn read(&self, name: &str) -> Result<String, SecretError> {
        let failed = |source| SecretError::Aws { name: name.to_owned(), source };
        let read = || Ok(self.text.lock().expect("lock").clone());
        self.faults.run("secretsmanager:GetSecretValue", failed, read).await
    }
}
