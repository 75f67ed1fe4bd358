//! The page of `--keep`: agreements with buttons, and beside them what comes of it in AWS.
//!
//! It is served on loopback, to itself only: another origin can neither read it nor press a button.

mod action;
mod consumer;
mod guard;
mod look;
mod routes;

use crate::{
    catalog::Catalog,
    demo::world::World,
    failure::{Explain, Failure},
};

use tokio::net::TcpListener;

/// What the page shows and changes.
#[derive(Clone)]
struct Page {
    catalog: Catalog,
    world: World,
}

/// Serves the page until this program ends, and says where.
pub(crate) async fn start(catalog: Catalog, world: World) -> Result<String, Failure> {
    let what = "the page cannot be served";
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.explain(what, "")?;
    let port = listener.local_addr().explain(what, "")?.port();
    let routes = routes::router(Page { catalog, world }, port);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(format!("http://127.0.0.1:{port}/"))
}
