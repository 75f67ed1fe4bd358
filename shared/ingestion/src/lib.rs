//! What AWS Glue knows, read, compared with what was sent, and sent to the catalogs people look at.
//! Read ([`source`]), plan ([`target::Target::render`], [`memory`](crate::target)), apply ([`target`]).

mod definition;
pub mod filter;
pub mod glue;
mod hive_type;
pub mod model;
mod run_state;
pub mod script;
pub mod source;
pub mod target;
