//! `completions`: a script for a shell.

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};

use crate::Ended;
use crate::arguments::Arguments;
use crate::screen::say;

pub(crate) fn run(shell: Shell) -> anyhow::Result<Ended> {
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "dmm-aws", &mut script);
    say(String::from_utf8(script)?.trim_end())?;
    Ok(Ended::Well)
}
