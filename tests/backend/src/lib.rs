//! For tests: everything that the functions talk to, as one server on this machine. It keeps feed,
//! catalog, bucket, queue, secret, tables and roles; it starts the real binaries under a Lambda Runtime API; and
//! any call can be made to fail, to be cut off or to end the process that made it.
#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::missing_panics_doc,
    reason = "a test that meets the unexpected is to fail where it stands, and Lambda's deadline is a time of day"
)]

mod answer;
mod bucket;
mod call;
mod catalog;
mod glue;
mod iam;
mod list;
mod matrix;
mod mishap;
mod program;
mod queue;
mod runtime_api;
mod server;
mod watch;
mod world;

pub use bucket::{CURSOR, Due};
pub use matrix::{Case, Lasting, cases, side_by_side};
pub use mishap::Mishap;
pub use program::{Ended, Program, assert_no_secret_in, environment};
pub use queue::{Send, Sent};
pub use runtime_api::Answered;
pub use server::Backend;
pub use world::{KEY, World};
