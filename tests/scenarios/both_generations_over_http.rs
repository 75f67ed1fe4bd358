//! What the real HTTP client must make of a catalog of either generation (statements 41 and 54 of
//! `docs/acceptance.md`).

use std::time::Duration;

use clients::api_key::ApiKeys;
use clients::base_url::BaseUrl;
use clients::catalog::Catalog as _;
use clients::cursor::Cursor;
use clients::dmm::Dmm;
use clients::fake::{FakeObjects, FakeQueue, FakeSecrets, Faults};
use clients::http::CatalogError;
use domain::Failure;
use domain::ids::AgreementId;
use lambda::deadline::Deadline;
use poll_feed::error::PollError;
use poll_feed::poll::{Poller, Summary};
use serde_json::json;
use wiremock::matchers::{any, header, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::generation::{CURSOR, Generation, NOW};

const ID: &str = "acc-42";
const SECRET_READ: &str = "secretsmanager:GetSecretValue";

fn client(server: &MockServer, secrets: &FakeSecrets) -> Dmm<FakeSecrets> {
    let base: BaseUrl = server.uri().parse().unwrap();
    let keys = ApiKeys::new(secrets.clone(), "dmm".to_owned(), Duration::from_mins(5));
    Dmm::new(clients::http::client(&base).unwrap(), base, keys)
}

/// `poll_feed` over a catalog on this machine.
struct Feed {
    server: MockServer,
    queue: FakeQueue,
    objects: FakeObjects,
    poller: Poller<Dmm<FakeSecrets>, FakeQueue, FakeObjects>,
}

impl Feed {
    async fn new() -> Self {
        let (server, faults) = (MockServer::start().await, Faults::default());
        let (queue, objects) = (FakeQueue::new(faults.clone()), FakeObjects::new(faults.clone()));
        let poller = Poller {
            feed: client(&server, &FakeSecrets::new(faults, "key")),
            queue: queue.clone(),
            cursor: Cursor::new(objects.clone(), CURSOR.to_owned()),
            follow: true,
            own_principal: None,
        };
        Self { server, queue, objects, poller }
    }

    async fn run(&self) -> Result<Summary, PollError> {
        self.poller.run(Deadline::within(Duration::from_secs(55)), NOW).await
    }

    /// From now on the feed holds one event.
    async fn serve(&self, generation: Generation) {
        self.server.reset().await;
        let page = json!([generation.event("Activated", ID, 0)]);
        for (query, page) in [(None, page), (Some("e0"), json!([]))] {
            let answer = ResponseTemplate::new(200).set_body_json(page);
            let mock = match query {
                None => Mock::given(query_param_is_missing("lastEventId")),
                Some(last) => Mock::given(query_param("lastEventId", last)),
            };
            mock.respond_with(answer).mount(&self.server).await;
        }
    }
}

fn answers(text: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(text)
}

#[tokio::test]
async fn in_both_generations_a_feed_that_cannot_be_read_moves_nothing_and_the_next_run_recovers() {
    for generation in Generation::BOTH {
        let cut = json!([generation.event("Activated", ID, 0)]).to_string();
        for (answer, failure) in [
            (ResponseTemplate::new(429), Failure::Retry),
            (ResponseTemplate::new(503), Failure::Retry),
            (ResponseTemplate::new(403), Failure::Halt),
            (answers("<html>log in</html>"), Failure::Retry),
            (answers(&cut[..cut.len() - 1]), Failure::Retry),
        ] {
            let feed = Feed::new().await;
            Mock::given(any()).respond_with(answer).mount(&feed.server).await;
            let error = feed.run().await.unwrap_err();
            assert_eq!(error.failure(), failure, "{generation:?}: {error}");
            assert!(feed.queue.sent().is_empty() && feed.objects.writes() == 0);
            feed.serve(generation).await;
            assert_eq!(feed.run().await.unwrap().enqueued, 1, "{generation:?} after {error}");
            assert_eq!(feed.objects.text(CURSOR).as_deref(), Some("e0"));
        }
    }
}

/// What the functions ask of the resources of one generation.
async fn read(dmm: &Dmm<FakeSecrets>, generation: Generation) -> Result<(), CatalogError> {
    let id: AgreementId = ID.parse().unwrap();
    dmm.agreement(generation.family(), &id).await.map(|_| ())
}

async fn write(dmm: &Dmm<FakeSecrets>, generation: Generation) -> Result<(), CatalogError> {
    let id: AgreementId = ID.parse().unwrap();
    dmm.put_agreement(generation.family(), &id, "{}".to_owned()).await
}

/// A catalog that takes only the key `new`, a secret that has just been replaced, and a client that
/// still holds the old one.
async fn rotated(refusal: u16) -> (MockServer, Dmm<FakeSecrets>, Faults) {
    let (server, faults) = (MockServer::start().await, Faults::default());
    let secrets = FakeSecrets::new(faults.clone(), "old");
    let dmm = client(&server, &secrets);
    Mock::given(any()).respond_with(answers("{}")).mount(&server).await;
    read(&dmm, Generation::Access).await.unwrap();
    server.reset().await;
    let taken = Mock::given(header("x-api-key", "new")).respond_with(answers("{}"));
    taken.with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(refusal)).mount(&server).await;
    secrets.rotate("new");
    (server, dmm, faults)
}

#[tokio::test]
async fn in_both_generations_a_rotated_key_is_read_again_once_and_the_call_repeated() {
    for generation in Generation::BOTH {
        for refusal in [401, 403] {
            let (server, dmm, faults) = rotated(refusal).await;
            assert!(read(&dmm, generation).await.is_ok(), "{generation:?} {refusal}");
            assert_eq!(faults.count(SECRET_READ), 2, "{generation:?} {refusal}");
            assert_eq!(server.received_requests().await.unwrap().len(), 2);
            let (server, dmm, faults) = rotated(refusal).await;
            assert!(write(&dmm, generation).await.is_ok(), "{generation:?} {refusal}");
            assert_eq!(faults.count(SECRET_READ), 2, "{generation:?} {refusal}");
            assert_eq!(server.received_requests().await.unwrap().len(), 2);
        }
    }
}

#[tokio::test]
async fn in_both_generations_a_key_that_stays_refused_halts_after_one_more_try() {
    for generation in Generation::BOTH {
        let (server, faults) = (MockServer::start().await, Faults::default());
        Mock::given(any()).respond_with(ResponseTemplate::new(403)).mount(&server).await;
        let dmm = client(&server, &FakeSecrets::new(faults.clone(), "key"));
        assert_eq!(read(&dmm, generation).await.unwrap_err().failure(), Failure::Halt);
        assert_eq!(faults.count(SECRET_READ), 2, "{generation:?}");
        assert_eq!(server.received_requests().await.unwrap().len(), 2, "{generation:?}");
        assert_eq!(write(&dmm, generation).await.unwrap_err().failure(), Failure::Halt);
    }
}
