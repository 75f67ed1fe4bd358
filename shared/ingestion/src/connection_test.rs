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

/// Every step, in the order in which a round needs them. Nothing is changed anywhere.
pub async fn steps<S, F>(opener: &Opener<'_, F>, connection: &Connection) -> Vec<Step>
where
    S: Secrets,
    F: Fn() -> Result<JsonApi<S>, CatalogError>,
{
    let targets = opener.targets(connection);
    let mut steps = match opener.open(connection).await {
        Ok(ready) => {
            let has_tags = connection.source_config.owner.tag.is_some();
            let mut steps = vec![
                Step::passed(CREDENTIALS, &ready.identity.source),
                Step::passed(CALLER, &ready.identity.caller.arn),
            ];
            steps.extend(of_glue(&ready.glue, ready.glue.place(), has_tags).await);
            steps
        }
        Err(error) => without_glue(&error),
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
    let tried = match error {
        OpenError::Connection(ConnectionError::Caller { .. }) => {
            vec![Step::passed(CREDENTIALS, "there are some"), Step::failed(CALLER, error)]
        }
        OpenError::Connection(
            ConnectionError::Assume { .. }
            | ConnectionError::Incomplete { .. }
            | ConnectionError::WrongAccount { .. }
            | ConnectionError::Profile { .. }
            | ConnectionError::ProfileUnavailable { .. },
        )
        | OpenError::Target(_)
        | OpenError::Catalog(_)
        | OpenError::Stored { .. }
        | OpenError::Ambiguous { .. }
        | OpenError::NoRegion => vec![
            Step::failed(CREDENTIALS, error),
            Step::skipped(CALLER, "there are no credentials to ask with"),
        ],
    };
    let glue = Step::skipped("Glue", "there is nobody to read it as");
    tried.into_iter().chain([glue]).collect()
}

async fn reached<S: Secrets>(target: &AnyTarget<S>) -> Step {
    let what = format!("target {}", target.name());
    match target.reach().await {
        Ok(()) => Step::passed(&what, "reached"),
        Err(error) => Step::failed(&what, &error),
    }
}
