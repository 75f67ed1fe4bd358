//! One agreement after the other is converged over doubles of every outside system: what the world looks like
//! afterwards. How messages come and go is the business of the functions (`tests/scenarios`).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod absent;
mod audit_lines;
mod catalog_forms;
mod consent;
mod counted;
mod delivery;
mod grants;
mod hints;
mod leaving;
mod reading;
mod refusals;
mod revocations;
mod second_permissions;
mod settings;
mod world;
mod write_back;
