//! A server that runs on this machine until it is dropped.

use std::{io, net::SocketAddr};

use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};

/// A server on a free port of 127.0.0.1. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Starts to answer.
    pub async fn start(router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, task })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
