//! Plain HTTP on loopback: for the emulator's functions and for the tests of the catalog.

use std::time::Duration;

/// A client that asks the addressed process itself, whatever proxy the environment names.
#[expect(clippy::disallowed_methods, reason = "loopback only: no TLS, no proxy, no redirects")]
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // The workspace's TLS stack wants a provider even where no TLS is spoken. That one is
    // already there is no error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_mins(2))
        .build()
}
