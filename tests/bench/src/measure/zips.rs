//! How large the packages are that Lambda has to fetch and unpack.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::{POLLER, WRITER};
use crate::figure::{Figure, Unit};

const LARGEST: f64 = 4e6;

pub(super) fn all(zips: &Path, architecture: &str) -> anyhow::Result<Vec<Figure>> {
    let size = |function: &str| {
        let zip = zips.join(format!("{function}.zip"));
        let size = fs::metadata(&zip).with_context(|| format!("{}", zip.display()))?.len();
        let size = f64::from(u32::try_from(size)?);
        let name = format!("{function}: zip for {architecture}");
        Ok(Figure::of(name, Unit::Bytes, &[size]).at_most(LARGEST))
    };
    [POLLER, WRITER].into_iter().map(size).collect()
}
