//! `doctor --connection`: tests one connection of `ingest_glue` with the function's own code.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use clients::functions::LambdaFunctions;
use connections::document::Reference;
use ingestion::config::{Configuration, Connection};
use ingestion::configured::configuration;
use ingestion::connection_test::steps;
use ingestion::opened::Opener;
use ingestion::steps::{Outcome, Step};
use serde::Serialize;

use crate::Ended;
use crate::arguments::Doctor;
use crate::connect::Connected;
use crate::screen::{DOUBT, GIVEN, TAKEN, say, say_json, styled};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    connection: &'a str,
    steps: &'a [Step],
    failed: usize,
}

pub(crate) async fn run(
    asked: &Doctor,
    name: &str,
    connected: &Connected<'_>,
) -> anyhow::Result<Ended> {
    let variables = asked.given.variables(&LambdaFunctions::new(connected.aws)).await?;
    let configuration = loaded(connected, &variables).await?;
    let connection = named(&configuration, name)?;
    let opener = Opener {
        own: connected.aws,
        default: configuration.aws_config.as_ref(),
        catalog: || match connected.read(setup::catalog) {
            Ok(catalog) => catalog.api(connected.aws),
            Err(fault) => Err(clients::http::CatalogError::Unreadable(fault.to_string())),
        },
    };
    if asked.policy {
        let ready = opener.open(connection).await.context("whose account is not known")?;
        let scope = &connection.source_config;
        say_json(&ingestion::least_privilege::policy(ready.glue.place(), scope))?;
        return Ok(Ended::Well);
    }
    let steps = steps(&opener, connection).await;
    let failed = steps.iter().filter(|step| step.has_failed()).count();
    if asked.form.json {
        say_json(&Answer { connection: name, steps: &steps, failed })?;
    } else {
        steps.iter().map(in_words).try_for_each(|line| say(&line))?;
        say(&format!("{} steps: {failed} failed", steps.len()))?;
    }
    Ok(if failed == 0 { Ended::Well } else { Ended::Badly })
}

async fn loaded(
    connected: &Connected<'_>,
    variables: &BTreeMap<String, String>,
) -> anyhow::Result<Configuration> {
    let reference: Reference = connected.read(|settings| settings.required("INGEST_CONFIG"))?;
    let objects = |bucket: &str| connected.objects(bucket.to_owned());
    Ok(configuration(connected.aws, &reference, objects, variables).await?)
}

fn named<'a>(configuration: &'a Configuration, name: &str) -> anyhow::Result<&'a Connection> {
    let Some(connection) = configuration.connections.get(name) else {
        let known: Vec<&str> = configuration.connections.keys().map(String::as_str).collect();
        bail!("there is no connection {name:?}; there are {}", known.join(", "))
    };
    Ok(connection)
}

fn in_words(step: &Step) -> String {
    let (word, style, told) = match &step.outcome {
        Outcome::Passed { found } => ("ok  ", GIVEN, found.clone()),
        Outcome::Failed { reason, missing: None } => ("FAIL", TAKEN, reason.clone()),
        Outcome::Failed { reason, missing: Some(action) } => {
            ("FAIL", TAKEN, format!("{reason}\n     do: allow {action} (--policy prints all)"))
        }
        Outcome::Skipped { reason } => ("?   ", DOUBT, reason.clone()),
    };
    format!("{} {}: {told}", styled(style, word), step.step)
}
