//! The `ingest_glue` function: publishes what AWS Glue knows to the catalogs people look at. It reads
//! Glue with each connection's own credentials, and keeps logs, metrics and state with its own role.

pub mod config;
pub mod error;
pub mod handler;
