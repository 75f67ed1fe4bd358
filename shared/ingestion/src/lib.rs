//! What AWS Glue knows, read, compared with what was sent, and sent to the catalogs people look at.
//! Read ([`source`]), plan ([`target::Target::render`]), apply ([`target::Target::put`]); [`round`] keeps
//! the order.

pub mod assets;
pub mod config;
pub mod console;
mod delivery;
pub mod filter;
mod hive_text;
mod hive_type;
mod marks;
mod memory;
pub mod model;
pub mod open_metadata;
pub mod progress;
mod removal;
pub mod round;
pub mod scope;
pub mod source;
pub mod target;
