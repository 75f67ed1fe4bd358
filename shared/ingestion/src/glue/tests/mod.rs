//! The real SDK against a Glue on this machine.

mod lists;
mod pipelines;
mod rights;
mod server;

use aws_config::SdkConfig;
use aws_sdk_glue::config::{
    BehaviorVersion, Credentials, Region, SharedAsyncSleep, SharedCredentialsProvider,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use local_servers::glue::{Account, GlueServer, sample};

use super::Glue;
use crate::model::Place;
use crate::source::Page;

const ACCOUNT: &str = "123456789012";
/// 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

/// A server with the sample, and its reader.
async fn sampled() -> (GlueServer, Glue) {
    serving(sample(ACCOUNT, "eu-central-1", NOW)).await
}

async fn serving(account: Account) -> (GlueServer, Glue) {
    let server = GlueServer::start(account).await.unwrap();
    let credentials =
        Credentials::new("AKIDEXAMPLE", "not-a-secret", Some("a-token".to_owned()), None, "test");
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .endpoint_url(server.url())
        .build();
    let glue = Glue::new(&aws, Place::of("eu-central-1", ACCOUNT));
    (server, glue)
}

/// Reads a list to its end.
macro_rules! all {
    ($page:ident => $read:expr) => {{
        let mut items = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let $page = next.as_deref();
            let page = $read.await.unwrap();
            items.extend(page.items);
            next = page.next;
            if next.is_none() {
                break items;
            }
        }
    }};
}
use all;

fn empty<T>() -> Page<T> {
    Page { items: Vec::new(), next: None }
}
