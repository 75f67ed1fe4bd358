//! The functions over stateful doubles: what the world looks like after events were delivered.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod audit_lines;
mod batches;
mod both_generations;
mod both_generations_over_http;
mod catalog_forms;
mod configuration;
mod consent;
mod crashes_and_faults;
mod decommissioning;
mod documented_shapes;
mod documents;
mod exactness;
mod feed;
mod fixture;
mod generation;
mod grants;
mod ingest;
mod ingest_targets;
mod model;
mod operator_doctor;
mod operator_explain;
mod operator_plan;
mod operator_queue;
mod other_accounts;
mod poll_counts;
mod reconcile_at_scale;
mod reconcile_rounds;
mod refusals;
mod requests;
mod revocations;
mod rounds;
mod second_permissions;
mod shapes;
mod soak;
mod unsteady;
mod world;
mod write_back;
