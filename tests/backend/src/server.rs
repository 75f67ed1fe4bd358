//! The server: takes requests, lets them go wrong, ends processes.

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use axum::http::uri::PathAndQuery;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::answer::Answer;
use crate::call::{Call, Service};
use crate::mishap::{Cut, Mishap};
use crate::runtime_api::{accepted, invocation};
use crate::world::World;

/// Most bytes of a request.
const LARGEST: usize = 4 * 1024 * 1024;
const RUNTIME: &str = "/2018-06-01/runtime/";

/// Everything that functions talk to. It ends when it is dropped.
#[derive(Debug)]
pub struct Backend {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Shared {
    world: Mutex<World>,
    /// Somebody is to be ended.
    kill: Notify,
    /// There is another answer or invocation.
    news: Notify,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend {
    /// Listens on a free port of the loopback interface.
    pub async fn start(world: World) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        // What is closed before its time is a reset, not an end.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_zero_linger();
        });
        let shared = Arc::new(Shared { world: Mutex::new(world), ..Shared::default() });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { address, shared, serving }
    }

    /// `127.0.0.1:<port>`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Looks at the world or changes it.
    pub fn world<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        let result = act(&mut self.shared.world());
        self.shared.news.notify_waiters();
        result
    }

    /// Waits for a call whose maker is to be ended. The call waits too.
    pub async fn kill_is_due(&self) {
        self.shared.kill.notified().await;
    }

    /// Waits until the world is as wanted, which the next answer of a function may bring about.
    pub async fn until(&self, mut wanted: impl FnMut(&World) -> bool) {
        loop {
            let news = self.shared.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if wanted(&self.shared.world()) {
                return;
            }
            news.await;
        }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else { return cut(&shared, Cut::Reset).await };
    if parts.uri.path().starts_with(RUNTIME) {
        return runtime(&shared, parts.uri.path(), &body).await;
    }
    let target = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    calls::note(parts.method.as_str(), target, &parts.headers, &body);
    let call = Call::read(&parts, body.to_vec());
    let mishap = shared.world().note(&call);
    if let Some(instead) = mishap.and_then(Mishap::instead) {
        return cut(&shared, instead).await;
    }
    if let Some(refusal) = mishap.and_then(|mishap| Answer::refusal(call.service, mishap)) {
        return refusal.whole();
    }
    let answer = match written_role(&call) {
        Some(role) => in_turn(&shared, role, &call, mishap).await,
        None => shared.world().answer(&call, mishap),
    };
    if let Some(afterwards) = mishap.and_then(Mishap::afterwards) {
        return cut(&shared, afterwards).await;
    }
    if mishap != Some(Mishap::HalfAnswer) {
        return answer.whole();
    }
    match answer.half() {
        Some(half) => half,
        None => cut(&shared, Cut::Reset).await,
    }
}

async fn cut(shared: &Shared, how: Cut) -> Response<Body> {
    match how {
        // Ends the task of this connection, and so closes it.
        Cut::Reset => resume_unwind(Box::new("reset, as asked")),
        Cut::Stall => pending().await,
        Cut::Kill => {
            shared.kill.notify_one();
            pending().await
        }
    }
}

fn written_role(call: &Call) -> Option<&str> {
    let writes = matches!(call.name.as_str(), "iam:PutRolePolicy" | "iam:DeleteRolePolicy");
    (call.service == Service::Iam && writes).then(|| call.parameter("RoleName"))
}

/// IAM takes one write to a role at a time.
async fn in_turn(shared: &Shared, role: &str, call: &Call, mishap: Option<Mishap>) -> Answer {
    let time = shared.world().role_write;
    if time > Duration::ZERO {
        {
            let mut world = shared.world();
            if !world.busy_roles.insert(role.to_owned()) {
                world.collisions += 1;
                return Answer::error(Service::Iam, 409, "ConcurrentModification");
            }
        }
        tokio::time::sleep(time).await;
        shared.world().busy_roles.remove(role);
    }
    shared.world().answer(call, mishap)
}

async fn runtime(shared: &Shared, path: &str, body: &[u8]) -> Response<Body> {
    if !path.ends_with("/invocation/next") {
        shared.world().invocations.take(path, body);
        shared.news.notify_waiters();
        return accepted();
    }
    loop {
        let news = shared.news.notified();
        tokio::pin!(news);
        news.as_mut().enable();
        {
            let mut world = shared.world();
            if let Some((event, is_scheduled)) = world.invocations.next() {
                world.minute += u64::from(is_scheduled);
                return invocation(&event, world.invocations.time);
            }
        }
        news.await;
    }
}
