//! The real `reconcile` while everything around it goes wrong.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod every_call;
mod rounds;
mod sample;
