//! Keeps what arrives at the servers that stand in for AWS in tests and in the local run, for
//! `tests/judges/calls.py`, which compares it with AWS's service models.
//!
//! A server calls [`note`] with each request; a mock is made by [`mock_server`]. Nothing is kept
//! unless [`FOLDER`] names a folder, which `./cicd.sh test` does. Calls of one shape are kept once by
//! each process: a random walk makes millions of them.
#![expect(clippy::expect_used, reason = "a test whose calls cannot be kept must not pass")]

#[cfg(feature = "mocks")]
mod mocks;
mod record;
mod shape;

use std::env;
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use http::HeaderMap;

#[cfg(feature = "mocks")]
pub use crate::mocks::mock_server;
use crate::record::Record;

/// The environment variable that names the folder. Not `AWS_…`: those are taken away from tests.
pub const FOLDER: &str = "RECORDED_CALLS";

/// Keeps a request if it is signed as AWS wants it. `target` is its path with its query.
///
/// # Panics
///
/// When the folder cannot be written: a call that is not kept would not be judged.
pub fn note(method: &str, target: &str, headers: &HeaderMap, body: &[u8]) {
    static RECORD: OnceLock<Option<Mutex<Record>>> = OnceLock::new();
    let record = RECORD.get_or_init(|| {
        let folder = env::var_os(FOLDER)?;
        let record = Record::in_folder(Path::new(&folder)).expect("calls can be kept");
        Some(Mutex::new(record))
    });
    if let Some(record) = record {
        let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
        record.note(method, target, headers, body).expect("a call can be kept");
    }
}
