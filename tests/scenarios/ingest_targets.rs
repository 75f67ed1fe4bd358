//! What is made of Glue in the two catalogs. Names begin with the row of the feature table they hold.

mod assets;
mod open_metadata;
mod sample;
