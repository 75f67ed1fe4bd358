//! `--keep`: everything stays, and what happens goes on being printed.

use super::{API_KEY, ingestion::Neighbours, sample::WITH_OWN_FIELDS, watch::Watch};
use crate::{
    aws::REGION,
    failure::Failure,
    page, signals,
    terminal::{say, title},
};

/// Prints how to look around, then what happens, until the person has seen enough.
pub(super) async fn stay(
    watch: &mut Watch,
    neighbours: &Neighbours,
    catalog_url: &str,
) -> Result<(), Failure> {
    let agreements = format!("{catalog_url}{}", watch.catalog.generation().path());
    let endpoint = watch.emulator.endpoint().to_owned();
    let key = format!("-H 'x-api-key: {API_KEY}'");
    let query = "Action=ListRolePolicies&RoleName=churn&Version=2010-05-08";
    let page = page::start(watch.catalog.clone(), watch.world.clone()).await?;
    title("Everything is still running, and what happens is shown below. Ctrl-C ends it.");
    for (purpose, command) in [
        ("a page with all of it, and buttons", page),
        ("all agreements", format!("curl {key} {agreements}")),
        (
            "end one, and see its policy go within a minute",
            format!("curl -X POST {key} {agreements}/{WITH_OWN_FIELDS}/cancel"),
        ),
        (
            "the policies of a role",
            format!("curl --user test:test --aws-sigv4 aws:amz:{REGION}:iam '{endpoint}/?{query}'"),
        ),
        (
            "or with the AWS command line",
            format!(
                "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws --region {REGION} \
                 --endpoint-url {endpoint} iam list-role-policies --role-name churn"
            ),
        ),
    ] {
        say(&format!("  {purpose}:\n    {command}"));
    }
    let assets = format!("curl {key} {catalog_url}/api/assets");
    let published = [("what Glue is in the catalog", assets)];
    for (purpose, command) in published.into_iter().chain(neighbours.addresses()) {
        say(&format!("  {purpose}:\n    {command}"));
    }
    say("");
    watch.begin(|_| {});
    tokio::select! {
        biased;
        ended = signals::interruption() => ended,
        failure = watch.forever() => Err(failure),
    }
}
