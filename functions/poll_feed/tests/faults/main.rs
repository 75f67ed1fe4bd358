//! The real poller while everything around it goes wrong: it is killed, its calls fail in every way,
//! another one runs beside it.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "whoever runs these tests wants to know the seed and may give it"
)]

mod every_call;
mod killed;
mod sample;
mod two_pollers;
