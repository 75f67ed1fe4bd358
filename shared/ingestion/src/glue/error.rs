//! What a call that did not succeed means.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use clients::aws::{AwsError, code};

use crate::source::{Page, Paged, SourceError};

/// What Glue calls a next token that it does not know (any more).
const REFUSED: [&str; 2] = ["InvalidInputException", "ValidationException"];

/// Classifies a failed call; `page` is what the list was continued with.
pub(super) fn failed<E>(
    action: &'static str,
    page: Option<&str>,
    error: SdkError<E, HttpResponse>,
) -> SourceError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    if page.is_some() && code(&error).is_some_and(|code| REFUSED.contains(&code)) {
        return SourceError::Expired { action };
    }
    match AwsError::of(action, error) {
        AwsError::Denied { action, source } => SourceError::Denied { action, source },
        AwsError::CredentialsRefused { action, source } => {
            SourceError::CredentialsRefused { action, source }
        }
        AwsError::Unavailable { action, source } => SourceError::Unavailable { action, source },
    }
}

/// Whether what was asked for does not exist.
pub(super) fn is_gone<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    code(error) == Some("EntityNotFoundException")
}

/// A page with its way on. A list that leads to where it came from would be read for ever.
pub(super) fn turned<T>(
    action: &'static str,
    page: Option<&str>,
    items: Vec<T>,
    next: Option<String>,
) -> Paged<T> {
    let next = next.filter(|next| !next.is_empty());
    if next.is_some() && next.as_deref() == page {
        let source = "the list leads from one place to the same place".into();
        return Err(SourceError::Unavailable { action, source });
    }
    Ok(Page { items, next })
}

/// The list of something that is gone.
pub(super) fn empty<T>() -> Page<T> {
    Page { items: Vec::new(), next: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_token_ends_the_list() {
        let page = turned("glue:GetTables", Some("a"), vec![1], Some(String::new())).unwrap();
        assert_eq!(page, Page { items: vec![1], next: None });
    }

    #[test]
    fn a_list_that_goes_in_a_circle_is_an_error() {
        let page = turned("glue:GetTables", Some("a"), vec![1], Some("a".to_owned()));
        assert!(matches!(page, Err(SourceError::Unavailable { .. })));
    }
}
