//! A document's own texts, once what they stand for is put in.

use clients::secrets::Secrets;
use domain::Failure;
use serde_json::Value;

use crate::expand::{self, Unset};
use crate::mask::{self, Masked};
use crate::secret::{self, UnresolvedError};

/// Why a document's texts cannot be used. Names fields, variables and secrets, never values.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// Variables are not set.
    #[error(transparent)]
    Unset(Unset),
    /// A secret cannot be used.
    #[error(transparent)]
    Secret(UnresolvedError),
    /// A mask stands where a secret belongs.
    #[error(transparent)]
    Masked(Masked),
}

impl ResolveError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Unset(unset) => unset.failure(),
            Self::Secret(error) => error.failure(),
            Self::Masked(masked) => masked.failure(),
        }
    }
}

/// Expands variables, then reads secrets, then refuses masks, wherever they came from.
pub async fn resolved(
    document: Value,
    lookup: impl Fn(&str) -> Option<String>,
    secrets: &impl Secrets,
) -> Result<Value, ResolveError> {
    let document = expand::expand(document, lookup).map_err(ResolveError::Unset)?;
    let document = secret::resolve(document, secrets).await.map_err(ResolveError::Secret)?;
    mask::refused(document).map_err(ResolveError::Masked)
}

#[cfg(test)]
mod tests {
    use clients::fake::{FakeSecrets, Faults};
    use serde_json::json;

    use super::*;

    fn environment(name: &str) -> Option<String> {
        (name == "STAGE").then(|| "test".to_owned())
    }

    #[tokio::test]
    async fn a_variable_may_name_the_secret() {
        let secrets = FakeSecrets::new(Faults::default(), "text");
        let document = json!({"key": "secret:sales/${STAGE}", "stage": "${STAGE}"});
        let resolved = resolved(document, environment, &secrets).await.unwrap();
        assert_eq!(resolved, json!({"key": "text", "stage": "test"}));
    }

    #[tokio::test]
    async fn what_a_secret_holds_is_not_expanded() {
        let secrets = FakeSecrets::new(Faults::default(), "pa${STAGE}");
        let resolved = resolved(json!("secret:key"), environment, &secrets).await.unwrap();
        assert_eq!(resolved, "pa${STAGE}");
    }

    #[tokio::test]
    async fn c7_a_mask_that_comes_out_of_a_secret_is_refused_too() {
        let secrets = FakeSecrets::new(Faults::default(), "*********");
        let refused = resolved(json!({"key": "secret:key"}), environment, &secrets).await;
        assert!(matches!(refused, Err(ResolveError::Masked(_))), "{refused:?}");
    }
}
