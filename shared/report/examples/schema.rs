//! Writes the schema of `report.json`:
//! `cargo run -p report --features schema --example schema -- docs/report.schema.json`.

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: schema <file>")?;
    Ok(fs::write(file, report::schema()?)?)
}
