//! The `reconcile` function: compares everything once an hour, has differences looked at again by the
//! one function that may write, and writes the access report. It never changes IAM itself.

pub mod checkpoint;
pub mod config;
pub mod error;
pub mod handler;
pub mod round;
mod summary;
