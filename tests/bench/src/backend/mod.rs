//! One server on this machine that plays AWS, the catalog and the Lambda Runtime API. Each call to
//! AWS or the catalog takes the same time and is counted by its kind; those of the runtime are free.

mod answer;
mod catalog;
mod iam;
mod json;
mod objects;
mod runtime;
mod world;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::figure::Calls;

pub(crate) use runtime::Invocations;
pub(crate) use world::{World, event};

/// Larger than anything the functions send.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// What was asked.
struct Asked {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    /// Path and query.
    fn target(&self) -> &str {
        self.uri.path_and_query().map_or("/", PathAndQuery::as_str)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

struct Shared {
    latency: Duration,
    world: Mutex<World>,
    runtime: runtime::Runtime,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running backend for one process.
pub(crate) struct Backend {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

impl Backend {
    /// Starts one that behaves like `world`, and what hands its process events.
    pub(crate) async fn start(
        latency: Duration,
        world: World,
    ) -> anyhow::Result<(Self, Invocations)> {
        let (runtime, invocations) = runtime::Runtime::new();
        let shared = Arc::new(Shared { latency, world: Mutex::new(world), runtime });
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port on loopback")?;
        let address = listener.local_addr()?;
        // Without this a small answer may wait 40 ms for an acknowledgement.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the backend ended: {error}");
            }
        });
        Ok((Self { address, shared, serving }, invocations))
    }

    /// The calls since the last time.
    pub(crate) fn take_calls(&self) -> Calls {
        std::mem::take(&mut self.shared.world().calls)
    }

    /// The policies that IAM was given since the last time.
    pub(crate) fn take_documents(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.world().documents)
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return answer::unknown("body") };
    let asked = Asked { method: head.method, uri: head.uri, headers: head.headers, body };
    if asked.uri.path().starts_with(runtime::PREFIX) {
        return shared.runtime.answer(&asked).await;
    }
    calls::note(asked.method.as_str(), asked.target(), &asked.headers, &asked.body);
    tokio::time::sleep(shared.latency).await;
    let mut world = shared.world();
    if let Some(target) = asked.header("x-amz-target") {
        return json::answer(&mut world, target, &asked);
    }
    match asked.uri.path() {
        "/" => iam::answer(&mut world, &asked),
        path if path.starts_with("/api/") => catalog::answer(&mut world, &asked),
        _ => objects::answer(&mut world, &asked),
    }
}
