//! The functions over stateful doubles: what the world looks like after events were delivered.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

mod absent_tables;
mod batches;
mod both_generations;
mod both_generations_over_http;
mod callers_environment;
mod cicd;
mod configuration;
mod crashes_and_faults;
mod decommissioning;
mod deleted_roles;
mod delivery;
mod denied_roles;
mod documented_shapes;
mod documents;
mod exactness;
mod feed;
mod fixture;
mod generation;
mod ingest;
mod ingest_targets;
mod ledger_guard;
mod model;
mod operator_doctor;
mod operator_explain;
mod operator_plan;
mod operator_queue;
mod other_accounts;
mod poll_counts;
mod provider_versions;
mod reconcile_at_scale;
mod reconcile_rounds;
mod requests;
mod rounds;
mod shapes;
mod soak;
mod unsteady;
#[path = "../../shared/access/tests/converge/world.rs"]
mod world;
