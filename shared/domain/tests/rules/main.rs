//! What the values of this crate promise to all others: how they print, where their bounds lie, what they refuse.
//! The tests beside the code say what each rule is for; these hold its edges, which mutants found unheld.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod absence;
mod bounds;
mod events;
mod parts;
mod plans;
mod printing;
