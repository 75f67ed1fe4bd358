//! The facts, asked of the emulator, of the real clients over it, and of the doubles. What a subject cannot show is
//! named in its list, with the reason: nothing passes by not being asked.
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that meets the unexpected is to fail where it stands; what no fact knows is one answer"
)]

mod documents;
mod doubles;
mod emulator;
mod fakes;
mod over_traits;
mod story;
