//! The real writer of IAM while everything around it goes wrong, and while there are two of it.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod every_call;
mod key;
mod parallel;
mod sample;
mod stories;
mod story;
