//! What AWS Glue knows, read, compared with what was sent, and sent to the catalogs people look at.
//! Read ([`source`]), plan ([`target::Target::render`], [`memory`](crate::target)), apply ([`target`]).

pub mod filter;
mod hive_type;
pub mod model;
pub mod source;
pub mod target;
