//! Settings of this function; one field for each variable in `terraform/poll_feed.tf`.

use clients::dmm::Connection;
use lambda::settings::Settings;

/// Settings of this function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `DMM_BASE_URL`, `DMM_API_KEY_SECRET_NAME`, `DMM_API_KEY_TTL_SECONDS`, `DMM_API_KEY_HEADER`.
    pub catalog: Connection,
    /// `BUCKET_NAME`: where the cursor lies.
    pub bucket: String,
    /// `LAST_EVENT_ID_OBJECT_NAME`: the cursor's name.
    pub cursor: String,
    /// `SQS_QUEUE_URL`: where events go.
    pub queue_url: String,
    /// `FOLLOW_CHANGES`: whether a changed product, contract or team is a hint about its agreements.
    pub follow: bool,
    /// `OWN_PRINCIPAL`: who the integration is in the catalog's events, such as `api-key:<id>`.
    pub own_principal: Option<String>,
    /// Whether S3 is not AWS's own: set by `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3`.
    pub custom_endpoint: bool,
}

impl Config {
    /// Reads them; `None` when something is wrong, which `settings` remembers.
    pub fn read(settings: &mut Settings) -> Option<Self> {
        let catalog = setup::catalog(settings);
        let bucket = settings.required("BUCKET_NAME");
        let cursor =
            settings.optional("LAST_EVENT_ID_OBJECT_NAME", "poll_feed/last_event_id".to_owned());
        let queue_url = settings.required("SQS_QUEUE_URL");
        let follow = settings.optional("FOLLOW_CHANGES", true);
        let own_principal = settings.optional("OWN_PRINCIPAL", String::new());
        Some(Self {
            catalog: catalog?,
            bucket: bucket?,
            cursor: cursor?,
            queue_url: queue_url?,
            follow: follow?,
            own_principal: own_principal.filter(|text| !text.is_empty()),
            custom_endpoint: setup::uses_custom_s3(settings),
        })
    }
}
