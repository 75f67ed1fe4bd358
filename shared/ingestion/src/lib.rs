//! What AWS Glue knows, read, compared with what was sent, and sent to the catalogs people look at.
//! Read ([`source`]), plan ([`target::Target::render`]), apply ([`target::Target::put`]); [`round`] keeps
//! the order.

mod delivery;
pub mod filter;
mod hive_type;
mod marks;
mod memory;
pub mod model;
pub mod progress;
mod removal;
pub mod round;
pub mod scope;
pub mod source;
pub mod target;
