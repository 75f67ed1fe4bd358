//! The one HTTP client for catalogs, and what their answers mean.

use std::time::Duration;

use domain::Failure;
use reqwest::header::{
    CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LINK, LOCATION, RETRY_AFTER,
};
use reqwest::{Client, Method, Response, StatusCode, redirect};
use url::Url;

use crate::base_url::BaseUrl;
use crate::secrets::SecretError;

/// Longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest single exchange, body included. reqwest's own default is to wait for ever.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection that was idle for longer may be dead: Lambda freezes the process between events.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(20);
/// Largest answer taken: a page of 1000 events is well below 1 MiB.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;
/// How much of a refusal is read, in bytes.
const LARGEST_REFUSAL: usize = 16 * 1024;
/// How much of a server's words is repeated, in characters.
const LONGEST_WORDS: usize = 300;

/// Why the catalog did not answer as asked. Never carries the key or a body.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// No connection, or none that lasted.
    #[error("the catalog cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// Too busy or broken: 408, 425, 429, 5xx.
    #[error("the catalog answered {status}")]
    Busy {
        /// The status.
        status: u16,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// 401 or 403, also with a key read just now.
    #[error(
        "the catalog refuses the API key ({status}); check the key in the secret and its rights"
    )]
    KeyRefused {
        /// The status.
        status: u16,
    },
    /// It sends the key elsewhere. Not followed: only `Authorization` would be taken off.
    #[error("the catalog redirects to {location}; set DMM_BASE_URL to the catalog's own address")]
    Redirected {
        /// The host it names, if it can be read.
        location: String,
    },
    /// Any other status that is no success.
    #[error("the catalog answered {status} to {method} {path}")]
    Rejected {
        /// The status.
        status: u16,
        /// The request's method.
        method: Method,
        /// The request's path.
        path: String,
    },
    /// A success that holds something else than asked for, such as a log-in page.
    #[error("the catalog's answer cannot be read: {0}")]
    Unreadable(String),
    /// More than any real answer.
    #[error("the catalog's answer is larger than {LARGEST_ANSWER} bytes")]
    TooLarge,
    /// There is no key to ask with.
    #[error("no API key (DMM_API_KEY_SECRET_NAME)")]
    Key(#[source] SecretError),
}

impl CatalogError {
    /// What to do about it.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Unreachable(_) | Self::Busy { .. } | Self::Unreadable(_) | Self::TooLarge => {
                Failure::Retry
            }
            Self::KeyRefused { .. } | Self::Redirected { .. } => Failure::Halt,
            Self::Rejected { .. } => Failure::Reject,
            Self::Key(source) => source.failure(),
        }
    }

    /// Whether trying again at once can help, and how long to wait when the catalog says so.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            // Whoever let us wait once would do so again.
            Self::Unreachable(error) => !error.is_timeout() || error.is_connect(),
            Self::Busy { status, .. } => *status != 501,
            Self::KeyRefused { .. }
            | Self::Redirected { .. }
            | Self::Rejected { .. }
            | Self::Unreadable(_)
            | Self::TooLarge
            | Self::Key(_) => false,
        }
    }

    /// Whether a server may say so of what it does not have at all. That there is no key to ask with is
    /// no server's word.
    pub fn may_mean_absence(&self) -> bool {
        match self {
            Self::KeyRefused { .. } | Self::Redirected { .. } | Self::Rejected { .. } => true,
            Self::Unreachable(_)
            | Self::Busy { .. }
            | Self::Unreadable(_)
            | Self::TooLarge
            | Self::Key(_) => false,
        }
    }

    /// How long the catalog asked to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            Self::Unreachable(_)
            | Self::KeyRefused { .. }
            | Self::Redirected { .. }
            | Self::Rejected { .. }
            | Self::Unreadable(_)
            | Self::TooLarge
            | Self::Key(_) => None,
        }
    }
}

/// What most exchanges are made in.
const JSON: &str = "application/json";

/// One exchange to make.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// What the answer may be written in.
    pub accept: &'static str,
    /// JSON to send.
    pub body: Option<String>,
}

impl Request {
    /// Asks for JSON.
    pub fn get(url: Url) -> Self {
        Self::json(Method::GET, url, None)
    }

    /// JSON there and back.
    pub fn json(method: Method, url: Url, body: Option<String>) -> Self {
        Self { method, url, accept: JSON, body }
    }
}

/// The HTTP client: timeouts, no redirects, no clear text beyond this machine, one TLS stack.
pub fn client(base: &BaseUrl) -> Result<Client, CatalogError> {
    // Another caller in the same process may have installed it; either is the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .https_only(!base.is_loopback())
        .user_agent(concat!("dmm-aws-integration/", env!("CARGO_PKG_VERSION")));
    let builder = if base.is_loopback() { builder.no_proxy() } else { builder };
    builder.build().map_err(CatalogError::Unreachable)
}

/// What a server answered to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body; of a refusal no more than its beginning.
    pub text: String,
    /// Whether a list goes on: `Link: <…>; rel="next"` (RFC 8288).
    pub has_next: bool,
}

impl Reply {
    /// Whether it did what was asked.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The status and the server's own words, on one line of bounded length.
    pub fn words(&self) -> String {
        let body: Option<serde_json::Value> = serde_json::from_str(&self.text).ok();
        let said = body.as_ref().and_then(|body| {
            let fields = ["message", "detail", "error", "title"].into_iter();
            fields.filter_map(|field| body.get(field)?.as_str()).find(|text| !text.is_empty())
        });
        let violations = body.as_ref().and_then(|body| body.get("violations"));
        let violations = violations.map(|list| format!(" {list}")).unwrap_or_default();
        let all = format!("{}{violations}", said.unwrap_or(&self.text));
        let line = all.split(|c: char| c.is_whitespace() || c.is_control());
        let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        format!("{}: {}", self.status, line.chars().take(LONGEST_WORDS).collect::<String>())
    }
}

/// The address itself is not followed: the next page's number is known.
fn has_next(headers: &HeaderMap) -> bool {
    let links = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    links.flat_map(|value| value.split(',')).any(|link| {
        let mut parameters = link.split(';').skip(1).map(str::trim);
        parameters.any(|parameter| matches!(parameter, "rel=\"next\"" | "rel=next"))
    })
}

/// Makes one exchange. What is wrong with the server or the key is an error, not a reply.
pub(crate) async fn send(
    client: &Client,
    request: &Request,
    (name, key): (HeaderName, HeaderValue),
) -> Result<Reply, CatalogError> {
    let call = client.request(request.method.clone(), request.url.clone());
    let call = call.header(name, key).header(reqwest::header::ACCEPT, request.accept);
    let call = match &request.body {
        Some(body) => call.header(CONTENT_TYPE, JSON).body(body.clone()),
        None => call,
    };
    let answer = call.send().await.map_err(|err| CatalogError::Unreachable(err.without_url()))?;
    let status = answer.status();
    if let Some(error) = refusal(status, answer.headers()) {
        return Err(error);
    }
    let (number, has_next) = (status.as_u16(), has_next(answer.headers()));
    if !status.is_success() {
        let text = String::from_utf8_lossy(&beginning(answer).await).into_owned();
        return Ok(Reply { status: number, text, has_next });
    }
    let text = String::from_utf8(whole(answer).await?);
    let text = text.map_err(|_| CatalogError::Unreadable("not UTF-8".to_owned()))?;
    Ok(Reply { status: number, text, has_next })
}

async fn whole(mut answer: Response) -> Result<Vec<u8>, CatalogError> {
    let mut body = Vec::new();
    while let Some(chunk) =
        answer.chunk().await.map_err(|err| CatalogError::Unreachable(err.without_url()))?
    {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(CatalogError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The status counts; words that are cut off or do not come are no other failure.
async fn beginning(mut answer: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let (true, Ok(Some(chunk))) = (body.len() < LARGEST_REFUSAL, answer.chunk().await) {
        body.extend_from_slice(&chunk);
    }
    body.truncate(LARGEST_REFUSAL);
    body
}

fn refusal(status: StatusCode, headers: &HeaderMap) -> Option<CatalogError> {
    let status = status.as_u16();
    match status {
        401 | 403 => Some(CatalogError::KeyRefused { status }),
        300..=399 => Some(CatalogError::Redirected { location: redirect_host(headers) }),
        408 | 425 | 429 | 500..=599 => {
            Some(CatalogError::Busy { status, retry_after: retry_after(headers) })
        }
        _ => None,
    }
}

/// Only the host: the rest of a redirect may hold anything.
fn redirect_host(headers: &HeaderMap) -> String {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let host = location.and_then(|text| Url::parse(text).ok()?.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "another place".to_owned())
}

/// Seconds, or a date relative to the answer's own, so that our clock does not matter.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = httpdate::parse_http_date(headers.get(reqwest::header::DATE)?.to_str().ok()?).ok()?;
    until.duration_since(now).ok()
}
