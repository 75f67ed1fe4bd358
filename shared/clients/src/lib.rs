//! One file per outside system: a narrow trait named for the domain, the real client, and (with the
//! feature `fakes`) a stateful double in [`fake`]. No AWS type leaves this crate.

pub mod agreements;
pub mod api_key;
mod attempts;
pub mod aws;
pub mod base_url;
pub mod catalog;
pub mod cursor;
pub mod dead_letters;
pub mod dmm;
#[cfg(feature = "fakes")]
pub mod fake;
pub mod feed;
mod followed;
#[cfg(feature = "operator")]
pub mod functions;
pub mod http;
pub mod iam;
pub mod iam_accounts;
mod iam_error;
pub mod json_api;
pub mod ledger;
#[cfg(test)]
mod local_server;
pub mod objects;
pub mod publication;
pub mod queue;
pub mod queue_state;
pub mod rights;
pub mod role_calls;
pub mod role_inventory;
#[cfg(feature = "operator")]
pub mod schedules;
pub mod secrets;
pub mod snapshot;
pub mod tables;
pub mod throttling;
