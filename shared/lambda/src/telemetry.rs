//! JSON lines on standard output: what happened, and the metrics of one invocation.

use std::panic;

use metrics_cloudwatch_embedded::{Builder, Collector};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::settings::{Settings, SettingsError};

/// The namespace of all metrics.
const NAMESPACE: &str = "DataMeshManagerAws";
/// Our own crates: the only ones whose details are logged, because libraries print what they carry.
pub const OURS: [&str; 12] = [
    "access",
    "clients",
    "connections",
    "domain",
    "ingest_glue",
    "ingestion",
    "lambda",
    "manage_iam_policies",
    "poll_feed",
    "reconcile",
    "setup",
    "survey",
];

/// Collects the metrics of an invocation.
#[derive(Clone, Copy)]
pub struct Telemetry {
    metrics: Option<&'static Collector>,
}

impl std::fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Telemetry")
    }
}

impl Telemetry {
    /// Starts logs and metrics. The level comes from `AWS_LAMBDA_LOG_LEVEL`; the metrics carry the
    /// deployed function's name, so that two installations in one account stay apart.
    pub fn start(function: &'static str, settings: &mut Settings) -> Self {
        let deployed = settings.optional("AWS_LAMBDA_FUNCTION_NAME", function.to_owned());
        let deployed = deployed.unwrap_or_else(|| function.to_owned());
        let level: Option<LevelFilter> =
            settings.optional("AWS_LAMBDA_LOG_LEVEL", LevelFilter::INFO);
        let level = level.unwrap_or(LevelFilter::INFO);
        // A second start in one process, as in tests, keeps the first.
        let _ = tracing_subscriber::fmt()
            .json()
            .with_span_list(false)
            .with_max_level(LevelFilter::TRACE)
            .finish()
            .with(filter(level))
            .try_init();
        panic::set_hook(Box::new(|info| {
            // The message may repeat a value; the place is enough to find the fault.
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(panic.place = place, "panicked");
        }));
        let metrics = Builder::new().cloudwatch_namespace(NAMESPACE);
        let metrics = metrics.with_dimension("function", deployed).init();
        Self { metrics: metrics.ok() }
    }

    /// Prints the metrics collected since the last time.
    pub fn flush(self) {
        let Some(metrics) = self.metrics else { return };
        if let Err(error) = metrics.flush(std::io::stdout()) {
            tracing::warn!(%error, "metrics of this invocation are lost");
        }
    }
}

/// By target only: filtering by values would bring a machine for regular expressions along.
fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(LevelFilter::WARN)
        // The runtime prints a returned error in full and a second time; the handler has logged it.
        .with_target("lambda_runtime::layers", LevelFilter::OFF)
        .with_targets(OURS.map(|name| (name, level)))
}

/// Reads the settings of a function, or ends with the one message that says all that is wrong.
pub fn configured<C>(
    mut settings: Settings,
    read: impl FnOnce(&mut Settings) -> Option<C>,
) -> Result<C, SettingsError> {
    let config = read(&mut settings);
    let checked = settings.finish(config);
    if let Err(error) = &checked {
        tracing::error!(failure = "halt", %error, "cannot start");
    }
    checked
}
