//! What an agreement allows and what must change, as values and pure functions.
//!
//! Text from the catalog comes in as `&str` and leaves as a type that cannot hold a wildcard, a
//! variable, a foreign partition or somebody else's role; see [`arn`]. [`plan::plan`] compares what
//! is wanted with what is recorded and found, and says what to do. Nothing here does I/O.

pub mod absence;
pub mod account;
pub mod agreement;
pub mod arn;
pub mod canonical;
pub mod chain;
pub mod consent;
pub mod console;
pub mod contract;
pub mod definition;
pub mod difference;
pub mod event;
pub mod failure;
mod field_problem;
pub mod fields;
pub mod glue;
pub mod ids;
pub mod ledger;
mod message;
pub mod output_port;
pub mod pattern;
pub mod plan;
pub mod policy;
pub mod product;
pub mod reason;
pub mod rejection;
pub mod resource_scope;
pub mod role;
pub mod role_field;
pub mod s3;
pub mod second_permission;
pub mod server;
pub mod write_back;

pub use failure::Failure;
pub use rejection::Rejection;
