//! The `poll_feed` Lambda function: builds its clients once and runs at each schedule.

use clients::cursor::Cursor;
use clients::objects::S3Objects;
use clients::queue::SqsQueue;
use lambda::chain::Chain;
use lambda::settings::Settings;
use lambda::telemetry::{Telemetry, configured};
use lambda::{clock, deadline::Deadline};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use poll_feed::{config::Config, handler::handle, poll::Poller};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut settings = Settings::from_env();
    let telemetry = Telemetry::start("poll_feed", &mut settings);
    let config = configured(settings, Config::read)?;
    let aws = clients::aws::configuration().await;
    let poller = &Poller {
        feed: config.catalog.open(&aws)?,
        queue: SqsQueue::new(aws_sdk_sqs::Client::new(&aws), config.queue_url),
        cursor: Cursor::new(
            S3Objects::new(&aws, config.bucket, config.custom_endpoint),
            config.cursor,
        ),
        follow: config.follow,
        own_principal: config.own_principal,
    };
    poller.feed.warm_up().await;
    run(service_fn(async |event: LambdaEvent<serde_json::Value>| {
        let deadline = Deadline::before(event.context.deadline(), clock::system());
        let result = Box::pin(handle(poller, deadline, clock::utc())).await;
        telemetry.flush();
        // As text: what an error carries along is not for Lambda to print.
        result.map_err(|error| Error::from(Chain(&error).to_string()))
    }))
    .await
}
