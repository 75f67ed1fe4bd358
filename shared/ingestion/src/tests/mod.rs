//! Connections and rounds against servers on this machine: STS, Glue, both catalogs.

mod opened;
mod published;
mod steps;
mod world;
