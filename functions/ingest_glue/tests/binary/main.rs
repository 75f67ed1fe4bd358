//! The real binary, started as Lambda starts it, with all that it talks to on this machine.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod configuration;
mod connections;
mod crashes;
mod function;
mod metrics;
mod printed;
mod rights;
mod rounds;
mod scale;
mod shown;
