//! What AWS Glue knows, read, compared with what was sent, and sent to the catalogs people look at.
//! Read ([`source`]), plan ([`target::Target::render`]), apply ([`target::Target::put`]); [`round`] keeps
//! the order.

pub mod any_target;
pub mod assets;
pub mod config;
pub mod configured;
pub mod connection_test;
pub mod console;
mod definition;
mod delivery;
#[cfg(test)]
mod documentation;
pub mod filter;
pub mod glue;
mod hive_type;
pub mod least_privilege;
mod marks;
mod memory;
pub mod model;
pub mod open_metadata;
pub mod opened;
pub mod progress;
mod removal;
pub mod round;
mod run_state;
pub mod scope;
pub mod script;
mod shrinkage;
pub mod source;
pub mod steps;
pub mod target;
#[cfg(test)]
mod tests;
