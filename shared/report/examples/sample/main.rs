//! Writes the report of an invented catalog, for the browser tests and to look at:
//! `cargo run -p report --example sample -- out.html [rows | calm | hostile]`. A name that ends in
//! `.json` gets the JSON.

mod invented;

use std::error::Error;
use std::fs;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: sample <file> [rows | calm | hostile]")?;
    let report = match arguments.next().as_deref() {
        None => invented::report(14),
        Some("calm") => invented::calm(),
        Some("hostile") => invented::hostile(),
        Some(rows) => invented::report(rows.parse()?),
    };
    let is_json = file.rsplit_once('.').is_some_and(|(_, ending)| ending == "json");
    let text = if is_json { report.to_json() } else { report.to_html() }?;
    Ok(fs::write(file, text)?)
}
