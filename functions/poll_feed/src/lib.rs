//! `poll_feed`: reads the catalog's event feed from where it was left and queues what may change
//! access. The cursor moves only past events that the queue has taken.

mod batch;
pub mod config;
pub mod error;
mod follow;
pub mod handler;
mod lanes;
pub mod poll;
