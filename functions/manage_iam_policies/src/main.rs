//! The `manage_iam_policies` Lambda function: builds its clients once and handles batches.

use access::{Access, RoleTurns};
use clients::iam::Iam;
use clients::ledger::Ledger;
use clients::objects::S3Objects;
use clients::tables::Glue;
use lambda::chain::Chain;
use lambda::settings::Settings;
use lambda::telemetry::{Telemetry, configured};
use lambda::{clock, deadline::Deadline};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use manage_iam_policies::{config::Config, handler::handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut settings = Settings::from_env();
    let telemetry = Telemetry::start("manage_iam_policies", &mut settings);
    let config = configured(settings, Config::read)?;
    let aws = clients::aws::configuration().await;
    let objects = S3Objects::new(&aws, config.bucket, config.custom_endpoint);
    let (assessment, iam) = config.assessment.connect(&aws, Iam::new).await?;
    let catalog = config.catalog.open(&aws)?;
    let access = &Access {
        assessor: assessment.assessor(catalog, iam, Glue::new(aws_sdk_glue::Client::new(&aws))),
        ledger: Ledger::new(objects, config.grants_prefix),
        mode: config.mode,
        write_back: config.write_back,
        now: clock::utc,
        turns: RoleTurns::default(),
    };
    access.assessor.catalog.warm_up().await;
    run(service_fn(async |event: LambdaEvent<serde_json::Value>| {
        let deadline = Deadline::before(event.context.deadline(), clock::system());
        let response = handle(access, event.payload, deadline).await;
        telemetry.flush();
        // As text: what an error carries along is not for Lambda to print.
        response.map_err(|error| Error::from(Chain(&error).to_string()))
    }))
    .await
}
