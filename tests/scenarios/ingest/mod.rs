//! `ingest_glue`: rounds over a Glue and targets that hold state.

mod deletions;
mod resumption;
mod rounds;
mod world;
