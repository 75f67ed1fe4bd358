//! Servers on this machine that speak AWS Glue, `OpenMetadata` and the asset API, each with the checks
//! that the real ones make and a record of what was asked.

pub mod glue;
