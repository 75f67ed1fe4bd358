//! The `reconcile` Lambda function: builds its clients once and goes on with its round at each tick.

use clients::iam::Iam;
use clients::ledger::Ledger;
use clients::objects::S3Objects;
use clients::queue::SqsQueue;
use clients::tables::Glue;
use lambda::chain::Chain;
use lambda::settings::Settings;
use lambda::telemetry::{Telemetry, configured};
use lambda::{clock, deadline::Deadline};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use reconcile::{config::Config, handler::handle, round::Rounds};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut settings = Settings::from_env();
    let telemetry = Telemetry::start("reconcile", &mut settings);
    let config = configured(settings, Config::read)?;
    let aws = clients::aws::configuration().await;
    let objects = S3Objects::new(&aws, config.bucket, config.custom_endpoint);
    let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&aws), config.queue_url);
    let catalog = config.catalog.open(&aws)?;
    let glue = Glue::new(aws_sdk_glue::Client::new(&aws));
    let ledger = Ledger::new(objects.clone(), config.grants_prefix);
    let (comparison, iam) = config.comparison.connect(&aws, Iam::patient).await?;
    let mut survey = comparison.survey(catalog, iam, glue, ledger);
    // A round tells the owners nothing, so it does not ask Glue for what to tell.
    survey.assessor.notes = false;
    let rounds = &Rounds { survey, queue, objects: objects.bulky(), rules: config.rules };
    run(service_fn(async |event: LambdaEvent<serde_json::Value>| {
        let deadline = Deadline::before(event.context.deadline(), clock::system());
        let result = Box::pin(handle(rounds, deadline, clock::utc)).await;
        telemetry.flush();
        // As text: what an error carries along is not for Lambda to print.
        result.map_err(|error| Error::from(Chain(&error).to_string()))
    }))
    .await
}
