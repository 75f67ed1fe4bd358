//! The `ingest_glue` Lambda function: goes on with its rounds at each tick.

use ingest_glue::config::Config;
use ingest_glue::handler::Ingest;
use lambda::chain::Chain;
use lambda::settings::Settings;
use lambda::telemetry::{Telemetry, configured};
use lambda::{clock, deadline::Deadline};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut settings = Settings::from_env();
    let telemetry = Telemetry::start("ingest_glue", &mut settings);
    let config = configured(settings, Config::read)?;
    let ingest = &Ingest { config, own: clients::aws::configuration().await };
    run(service_fn(async |event: LambdaEvent<serde_json::Value>| {
        let deadline = Deadline::before(event.context.deadline(), clock::system());
        let ticked = Box::pin(ingest.tick(deadline, clock::utc)).await;
        telemetry.flush();
        // As text: what an error carries along is not for Lambda to print.
        ticked.map_err(|error| Error::from(Chain(&error).to_string()))
    }))
    .await
}
