//! Settings that several programs share, read into what they are made of.

mod assessment;
mod connections;

use std::time::Duration;

use clients::api_key::KeyHeader;
use clients::dmm::Connection;
use lambda::settings::Settings;

pub use assessment::{Assessment, OwnAccountUnknown};
pub use connections::{ConnectError, ConnectedIam, Connections, Ways};

/// Where the catalog is and how to log in there: `DMM_BASE_URL`, `DMM_API_KEY_SECRET_NAME`,
/// `DMM_API_KEY_TTL_SECONDS` and `DMM_API_KEY_HEADER`. `None` when something is wrong, which
/// `settings` remembers.
pub fn catalog(settings: &mut Settings) -> Option<Connection> {
    let base_url = settings.required("DMM_BASE_URL");
    let secret_name = settings.required("DMM_API_KEY_SECRET_NAME");
    let time_to_live = settings.optional("DMM_API_KEY_TTL_SECONDS", 300);
    let key_header = settings.optional("DMM_API_KEY_HEADER", KeyHeader::default());
    Some(Connection {
        base_url: base_url?,
        secret_name: secret_name?,
        key_time_to_live: Duration::from_secs(time_to_live?),
        key_header: key_header?,
    })
}

/// Whether S3 is not AWS's own: `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3` is set.
pub fn uses_custom_s3(settings: &Settings) -> bool {
    ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"].iter().any(|name| settings.is_set(name))
}

/// `GRANTS_PREFIX`: the ledger's part of the bucket.
pub fn grants_prefix(settings: &mut Settings) -> Option<String> {
    settings.optional("GRANTS_PREFIX", "grants/".to_owned())
}
