//! One tick: every connection that is due goes on with its round, one after the other.

use std::time::Duration as StdDuration;

use aws_config::SdkConfig;
use clients::http::CatalogError;
use clients::json_api::JsonApi;
use clients::objects::S3Objects;
use clients::secrets::SecretsManager;
use clients::snapshot::Snapshot;
use ingestion::config::{Configuration, Connection};
use ingestion::configured::configuration;
use ingestion::opened::{Opened, Opener};
use ingestion::progress::{State, Summary};
use ingestion::round::{Rounds, Tick, is_due};
use lambda::chain::Chain;
use lambda::deadline::Deadline;
use time::OffsetDateTime;

use crate::config::Config;
use crate::error::IngestError;

/// A connection is begun only with so much time left: opening it alone takes seconds.
const LEAST: StdDuration = StdDuration::from_secs(15);

/// The client of Data Mesh Manager, or why there is none.
type Api = Result<JsonApi<SecretsManager>, CatalogError>;

/// Everything a tick needs. Made once, at cold start.
#[derive(Debug)]
pub struct Ingest {
    /// Settings.
    pub config: Config,
    /// AWS by the function's own role: for state, configuration, secrets, logs and metrics whatever a
    /// connection says.
    pub own: SdkConfig,
}

impl Ingest {
    /// Goes on with the rounds that are due.
    pub async fn tick(
        &self,
        deadline: Deadline,
        now: fn() -> OffsetDateTime,
    ) -> Result<(), IngestError> {
        let configuration = self.configuration().await.inspect_err(|error| failed("", error))?;
        let mut failures = Vec::new();
        let mut waiting = u32::try_from(configuration.connections.len()).unwrap_or(u32::MAX);
        for (name, connection) in &configuration.connections {
            // Each gets its part of what is left: a large one does not hold up those after it.
            let part = deadline.left() / waiting.max(1);
            waiting = waiting.saturating_sub(1);
            if part < LEAST {
                tracing::warn!(connection = name, "no time left; raise the function's timeout");
                continue;
            }
            let deadline = Deadline::within(part);
            let opener = Opener {
                own: &self.own,
                default: configuration.aws_config.as_ref(),
                catalog: || self.catalog(),
            };
            let ticked = Box::pin(self.connection(name, connection, &opener, (deadline, now)));
            if let Err(error) = ticked.await {
                failed(name, &error);
                failures.push(name.as_str());
            }
        }
        if failures.is_empty() {
            return Ok(());
        }
        let (failed, all) = (failures.len(), configuration.connections.len());
        Err(IngestError::Connections { failed, all, names: failures.join(", ") })
    }

    async fn configuration(&self) -> Result<Configuration, IngestError> {
        let Config { document, variables, catalog, .. } = &self.config;
        let objects = |bucket: &str| self.objects(bucket.to_owned());
        let configuration = configuration(&self.own, document, objects, variables).await;
        let configuration = configuration.map_err(IngestError::Load)?;
        if configuration.needs_data_mesh_manager() && catalog.is_none() {
            return Err(IngestError::NoCatalog);
        }
        Ok(configuration)
    }

    fn objects(&self, bucket: String) -> S3Objects {
        S3Objects::new(&self.own, bucket, self.config.custom_endpoint)
    }

    fn catalog(&self) -> Api {
        match &self.config.catalog {
            Some(catalog) => catalog.clone().api(&self.own),
            None => Err(CatalogError::Unreadable("DMM_BASE_URL is not set".to_owned())),
        }
    }

    async fn connection(
        &self,
        name: &str,
        connection: &Connection,
        opener: &Opener<'_, impl Fn() -> Api>,
        (deadline, now): (Deadline, fn() -> OffsetDateTime),
    ) -> Result<(), IngestError> {
        let objects = self.objects(self.config.bucket.clone()).bulky();
        let key = self.config.state_key(name);
        let snapshot: Snapshot<State> =
            Snapshot::load(&objects, &key).await.map_err(IngestError::Snapshot)?;
        if !is_due(&snapshot.value, self.config.interval, now()) {
            tracing::debug!(connection = name, "the next round is not due");
            return Ok(());
        }
        let Opened { glue, identity, targets } =
            opener.open(connection).await.map_err(IngestError::Open)?;
        tracing::info!(connection = name, reader = %identity, "reading Glue");
        let rounds = Rounds {
            place: glue.place().clone(),
            source: &glue,
            reader: identity.to_string(),
            targets,
            objects: &objects,
            key,
            scope: &connection.source_config,
        };
        let ticked = rounds.tick(snapshot, deadline, now).await.map_err(IngestError::Round)?;
        told(name, &ticked, glue.calls().total());
        Ok(())
    }
}

fn failed(connection: &str, error: &IngestError) {
    metrics::counter!("IngestRoundFailed").increment(1);
    tracing::error!(
        connection, failure = error.failure().name(), error = %Chain(error),
        "not finished; the next tick goes on"
    );
}

fn told(connection: &str, tick: &Tick, calls: u64) {
    match tick {
        Tick::Overtaken => tracing::info!(connection, "another tick goes on with the round"),
        Tick::Continued => {
            tracing::info!(connection, calls, "the round goes on at the next tick");
        }
        Tick::Finished(summary) => finished(connection, summary, calls),
    }
}

fn finished(connection: &str, summary: &Summary, calls: u64) {
    let totals = &summary.totals;
    metrics::counter!("IngestRoundsCompleted").increment(1);
    metrics::counter!("IngestRoundsIncomplete").increment(u64::from(!summary.complete));
    metrics::counter!("EntitiesSent").increment(totals.sent);
    metrics::counter!("EntitiesRefused").increment(totals.refused);
    metrics::counter!("EntitiesRemoved").increment(totals.removed);
    metrics::counter!("DeletionsWithheld").increment(totals.deletions_withheld);
    metrics::counter!("RunsSkipped").increment(totals.skipped_runs);
    tracing::info!(
        connection,
        reader = summary.reader,
        entities = totals.entities,
        runs = totals.runs,
        sent = totals.sent,
        unchanged = totals.unchanged,
        refused = totals.refused,
        removed = totals.removed,
        in_use = totals.in_use,
        deletions_withheld = totals.deletions_withheld,
        skipped_runs = totals.skipped_runs,
        complete = summary.complete,
        problems = summary.problems.join("; "),
        seconds = summary.seconds,
        glue_calls = calls,
        "round finished"
    );
}
