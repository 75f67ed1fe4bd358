//! What the documents say about tests, where these tests lie, and what a run of `./cicd.sh test` printed
//! about them.
//!
//! [`document`] finds names, [`source`] finds definitions and the stage that runs each, [`log`] finds what
//! passed; [`verdict`] compares the three. [`secret`] reads the same logs for what must never be printed.

pub mod document;
pub mod log;
pub mod secret;
pub mod source;
pub mod verdict;
