//! Servers on this machine that speak AWS Glue, the AWS around a function, `OpenMetadata` and the asset
//! API, each with the checks that the real ones make and a record of what was asked.

pub mod assets;
pub mod aws;
pub mod glue;
pub mod journal;
pub mod neighbourhood;
pub mod open_metadata;
pub mod running;
pub mod runtime_api;
pub mod signature;
