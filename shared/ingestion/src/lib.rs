//! What AWS Glue knows, read, compared with what was sent, and sent to the catalogs people look at.
//! Read ([`source`]), plan ([`target::Target::render`], [`memory`](crate::target)), apply ([`target`]).

pub mod assets;
pub mod console;
mod hive_text;
pub mod model;
pub mod open_metadata;
pub mod source;
pub mod target;
