//! A JSON API behind a key: every call with the key as it is now, and again where that can help.

use std::fmt;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::Client;
use tokio::time::timeout;

use crate::api_key::{ApiKeys, KeyHeader};
use crate::base_url::BaseUrl;
use crate::http::{CatalogError, Reply, Request, send};
use crate::secrets::{SecretError, Secrets};

/// Longest wait a server can ask for within one call; beyond it, the next run is the retry.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Longest wait for a key that is read ahead; Lambda ends a start after ten seconds.
const WARM_UP: Duration = Duration::from_secs(3);

/// A server that speaks JSON to whoever has a key.
#[derive(Debug)]
pub struct JsonApi<S> {
    http: Client,
    base: BaseUrl,
    pub(crate) keys: ApiKeys<S>,
    patience: ExponentialBuilder,
}

impl<S: Secrets> JsonApi<S> {
    /// `http` comes from [`crate::http::client`].
    pub fn new(http: Client, base: BaseUrl, keys: ApiKeys<S>) -> Self {
        let patience = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(200))
            .with_max_delay(Duration::from_secs(2))
            .with_max_times(2)
            .with_jitter();
        Self { http, base, keys, patience }
    }

    /// Where it is.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Makes an exchange, again where that can help. A status that says something about this one
    /// request (2xx, 404, 409, 422, …) is a reply; one that says something about the server or the
    /// key is an error.
    pub async fn call(&self, request: &Request) -> Result<Reply, CatalogError> {
        let attempt = || self.attempt(request);
        attempt
            .retry(self.patience)
            .when(CatalogError::is_passing)
            .adjust(|error, delay| match (delay, error.retry_after()) {
                (Some(_), Some(asked)) if asked > LONGEST_WAIT => None,
                (Some(delay), Some(asked)) => Some(delay.max(asked)),
                (delay, _) => delay,
            })
            .await
    }

    /// Reads the key before anybody needs it. What fails here is tried again, and told, by the first
    /// call: a process that cannot start says less than one that can.
    pub async fn warm_up(&self) {
        let read = timeout(WARM_UP, self.keys.current()).await;
        let failed = match read {
            Ok(Ok(_)) => return,
            Ok(Err(error)) => error.to_string(),
            Err(late) => late.to_string(),
        };
        tracing::debug!(error = failed, "the key is not read ahead");
    }

    async fn attempt(&self, request: &Request) -> Result<Reply, CatalogError> {
        self.keys.carry(|key| send(&self.http, request, key.header())).await
    }
}

impl JsonApi<GivenKey> {
    /// For a bearer token that is known already.
    pub fn with_token(base: BaseUrl, token: String) -> Result<Self, CatalogError> {
        let keys = ApiKeys::new(GivenKey(token), "token".to_owned(), Duration::MAX);
        let keys = keys.carried_in(KeyHeader::Bearer);
        Ok(Self::new(crate::http::client(&base)?, base, keys))
    }
}

/// A key that was given with the configuration and does not change. Never shown.
#[derive(Clone)]
pub struct GivenKey(String);

impl fmt::Debug for GivenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenKey(…)")
    }
}

impl Secrets for GivenKey {
    async fn read(&self, _: &str) -> Result<String, SecretError> {
        Ok(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use reqwest::Method;
    use wiremock::matchers::{any, header};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::local_server::answering;

    async fn get(server: &MockServer) -> Result<Reply, CatalogError> {
        let base: BaseUrl = server.uri().parse().unwrap();
        let request = Request::json(Method::GET, base.below(&["api"]), None);
        JsonApi::with_token(base, "ey.secret".to_owned()).unwrap().call(&request).await
    }

    #[tokio::test]
    async fn a_given_token_is_carried_as_bearer_and_never_shown() {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(200).set_body_string("{}");
        Mock::given(header("authorization", "Bearer ey.secret"))
            .respond_with(answer)
            .mount(&server)
            .await;
        assert_eq!(get(&server).await.unwrap().text, "{}");
        let api = JsonApi::with_token("https://h".parse().unwrap(), "ey.secret".to_owned());
        assert!(!format!("{api:?}").contains("ey.secret"));
    }

    #[tokio::test]
    async fn a_token_that_stays_refused_is_tried_once_more_and_not_for_ever() {
        let server = answering(ResponseTemplate::new(401)).await;
        assert!(matches!(get(&server).await, Err(CatalogError::KeyRefused { status: 401 })));
        assert_eq!(server.received_requests().await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_is_said_of_one_request_is_a_reply_with_the_servers_words() {
        let long = format!(r#"{{"code":400,"message":"Invalid task name\n{}"}}"#, "x".repeat(9999));
        let server = answering(ResponseTemplate::new(400).set_body_string(long)).await;
        let reply = get(&server).await.unwrap();
        let words = reply.words();
        assert!(words.starts_with("400: Invalid task name x") && words.chars().count() < 400);
        let server = answering(ResponseTemplate::new(422).set_body_bytes(vec![0xff; 99])).await;
        assert!(get(&server).await.unwrap().words().starts_with("422"));
    }

    /// A secret that cannot be read the first time.
    #[derive(Debug, Default)]
    struct LateSecret(AtomicUsize);

    impl Secrets for &LateSecret {
        async fn read(&self, name: &str) -> Result<String, SecretError> {
            match self.0.fetch_add(1, Ordering::Relaxed) {
                0 => Err(SecretError::Missing { name: name.to_owned() }),
                _ => Ok("k".to_owned()),
            }
        }
    }

    #[tokio::test]
    async fn a_key_read_ahead_is_not_read_again_and_one_that_could_not_be_is() {
        let server = answering(ResponseTemplate::new(200)).await;
        let secret = LateSecret::default();
        let base: BaseUrl = server.uri().parse().unwrap();
        let keys = ApiKeys::new(&secret, "dmm".to_owned(), Duration::from_mins(5));
        let api = JsonApi::new(crate::http::client(&base).unwrap(), base, keys);
        for reads in [1, 2, 2] {
            api.warm_up().await;
            assert_eq!(secret.0.load(Ordering::Relaxed), reads);
        }
        let request = Request::json(Method::GET, api.base().below(&["api"]), None);
        assert!(api.call(&request).await.is_ok());
        assert_eq!(secret.0.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_busy_server_is_asked_again() {
        let server = MockServer::start().await;
        for status in [502, 504] {
            let busy = Mock::given(any()).respond_with(ResponseTemplate::new(status));
            busy.up_to_n_times(1).with_priority(1).mount(&server).await;
        }
        Mock::given(any()).respond_with(ResponseTemplate::new(201)).mount(&server).await;
        assert_eq!(get(&server).await.unwrap().status, 201);
    }
}
