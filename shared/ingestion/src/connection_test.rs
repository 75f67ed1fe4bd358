//! Tests one configured connection from end to end: credentials, caller, Glue, targets.

use clients::http::CatalogError;
use clients::json_api::JsonApi;
use clients::secrets::Secrets;
use connections::ConnectionError;

use crate::any_target::AnyTarget;
use crate::config::Connection;
use crate::opened::{OpenError, Opener};
use crate::steps::{Step, of_glue};
use crate::target::Target;

const CREDENTIALS: &str = "credentials";
const CALLER: &str = "GetCallerIdentity";
const GLUE: &str = "Glue";
const NOBODY: &str = "there is nobody to read it as";

/// Every step, in the order in which a round needs them. Nothing is changed anywhere.
pub async fn steps<S, F>(opener: &Opener<'_, F>, connection: &Connection) -> Vec<Step>
where
    S: Secrets,
    F: Fn() -> Result<JsonApi<S>, CatalogError>,
{
    let (mut steps, targets) = match opener.open(connection).await {
        Ok(ready) => {
            let has_tags = connection.source_config.owner.tag.is_some();
            let mut steps = vec![
                Step::passed(CREDENTIALS, &ready.identity.source),
                Step::passed(CALLER, &ready.identity.caller.arn),
            ];
            steps.extend(of_glue(&ready.glue, ready.glue.place(), has_tags).await);
            (steps, Ok(ready.targets))
        }
        Err(error) => (without_glue(&error), opener.targets(connection)),
    };
    match targets {
        Ok(targets) => {
            for target in &targets {
                steps.push(reached(target).await);
            }
        }
        Err(error) => steps.push(Step::failed("targets", &error)),
    }
    steps
}

fn without_glue(error: &OpenError) -> Vec<Step> {
    let (credentials, caller) = match error {
        OpenError::Connection(ConnectionError::Caller { .. }) => {
            (Step::passed(CREDENTIALS, "there are some"), Step::failed(CALLER, error))
        }
        OpenError::Connection(_) | OpenError::Catalog(_) | OpenError::NoRegion => (
            Step::failed(CREDENTIALS, error),
            Step::skipped(CALLER, "there are no credentials to ask with"),
        ),
        // What a target has stored counts more than what is configured: whose they would be is open.
        OpenError::Target(_)
        | OpenError::Stored { .. }
        | OpenError::StoredEndpoint { .. }
        | OpenError::Ambiguous { .. } => {
            let why = "which connection counts is not known";
            return vec![
                Step::failed("stored connection", error),
                Step::skipped(CREDENTIALS, why),
                Step::skipped(CALLER, why),
                Step::skipped(GLUE, NOBODY),
            ];
        }
    };
    vec![credentials, caller, Step::skipped(GLUE, NOBODY)]
}

async fn reached<S: Secrets>(target: &AnyTarget<S>) -> Step {
    let what = format!("target {}", target.name());
    match target.reach().await {
        Ok(()) => Step::passed(&what, "reached"),
        Err(error) => Step::failed(&what, &error),
    }
}
