//! A server that speaks AWS Glue's JSON protocol about an account kept in memory: real paging with
//! tokens and limits, newest runs first, errors as Glue puts them, and a record of who asked what.

mod account;
mod answers;
mod faults;
mod paging;
mod record;
mod refusal;
mod sample;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::account::{Account, Database, Tables};
pub use self::record::Asked;
pub use self::sample::sample;

use self::faults::Faults;
use self::record::Record;
use self::refusal::{JSON, Refusal};

#[derive(Debug, Default)]
struct World {
    account: Account,
    faults: Faults,
    record: Record,
}

/// Glue on this machine. It ends when it is dropped.
#[derive(Debug)]
pub struct GlueServer {
    address: SocketAddr,
    world: Arc<Mutex<World>>,
    serving: JoinHandle<()>,
}

impl GlueServer {
    /// Listens on a free port of the loopback interface.
    pub async fn start(account: Account) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let world = Arc::new(Mutex::new(World { account, ..World::default() }));
        let router = Router::new().route("/", post(call)).with_state(Arc::clone(&world));
        let serving = tokio::spawn(async move {
            // Only ends with the process or when it is dropped.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, world, serving })
    }

    /// For `AWS_ENDPOINT_URL_GLUE`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at the account or changes it; the next answer knows.
    pub fn account<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut open(&self.world).account)
    }

    /// The newest 10,000 calls, oldest first, those that went wrong included.
    pub fn asked(&self) -> Vec<Asked> {
        open(&self.world).record.newest()
    }

    /// How often `action` (such as `GetTables`) was asked for, attempts that went wrong included.
    pub fn count(&self, action: &str) -> usize {
        open(&self.world).record.count(action)
    }

    /// From now on, `action` is not allowed.
    pub fn deny(&self, action: &str) {
        open(&self.world).faults.denied.insert(action.to_owned());
    }

    /// `action` is allowed again.
    pub fn allow(&self, action: &str) {
        open(&self.world).faults.denied.remove(action);
    }

    /// The next calls of `action` are throttled.
    pub fn throttle(&self, action: &str, times: usize) {
        open(&self.world).faults.throttled.insert(action.to_owned(), times);
    }

    /// The next calls of `action` meet an error of the service.
    pub fn fail(&self, action: &str, times: usize) {
        open(&self.world).faults.broken.insert(action.to_owned(), times);
    }

    /// No token given so far is valid any more.
    pub fn expire_tokens(&self) {
        let mut world = open(&self.world);
        world.faults.time = world.faults.time.wrapping_add(1);
    }

    /// Every answer waits so long.
    pub fn answer_after(&self, latency: Duration) {
        open(&self.world).faults.latency = latency;
    }
}

impl Drop for GlueServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn open(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn call(State(world): State<Arc<Mutex<World>>>, headers: HeaderMap, body: Bytes) -> Response {
    calls::note("POST", "/", &headers, &body);
    let latency = open(&world).faults.latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    match answer(&mut open(&world), &headers, &body) {
        Ok(answer) => ([(CONTENT_TYPE, JSON)], Json(answer)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn answer(world: &mut World, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let action = target.and_then(|target| target.strip_prefix("AWSGlue."));
    let action = action.ok_or_else(|| Refusal::of("UnknownOperationException", "no target"))?;
    let input: Value = serde_json::from_slice(body)
        .map_err(|_| Refusal::of("SerializationException", "the body is not JSON"))?;
    let asked = Asked::read(action, input.clone(), headers).ok_or_else(|| {
        Refusal::of("MissingAuthenticationTokenException", "Missing Authentication Token")
    })?;
    world.record.add(asked);
    world.faults.strike(action)?;
    answers::answer(&world.account, action, &input, world.faults.time)
}
