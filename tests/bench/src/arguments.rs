//! What the program can be told.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// The command line.
#[derive(Parser)]
#[command(about, version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Measure, print the table, and write it as Markdown and JSON.
    Measure(Wanted),
    /// Fail if a figure that repeats on any machine is more than a tenth above its baseline.
    Check {
        /// What `measure` wrote.
        report: PathBuf,
        /// What was accepted before.
        baseline: PathBuf,
    },
    /// Make the figures that repeat on any machine the new baseline.
    Accept {
        /// What `measure` wrote.
        report: PathBuf,
        /// What is replaced.
        baseline: PathBuf,
    },
    /// Put the table between the two markers of a document.
    Paste {
        /// The Markdown that `measure` wrote.
        table: PathBuf,
        /// The document.
        document: PathBuf,
    },
}

/// What to measure.
#[derive(Args, Clone, Debug)]
pub(crate) struct Wanted {
    /// Where the functions' binaries lie.
    #[arg(long)]
    pub(crate) binaries: PathBuf,
    /// Where the functions' zips lie; without it they are not measured.
    #[arg(long)]
    pub(crate) zips: Option<PathBuf>,
    /// Processor the zips are for.
    #[arg(long, default_value = "")]
    pub(crate) architecture: String,
    /// The program that plans one agreement; without it no instructions are counted.
    #[arg(long)]
    pub(crate) planning: Option<PathBuf>,
    /// Where the report goes.
    #[arg(long, default_value = ".build/bench")]
    pub(crate) out: PathBuf,
    /// How long each call to AWS and to the catalog takes, in milliseconds.
    #[arg(long, default_value_t = 5)]
    pub(crate) latency_milliseconds: u64,
    /// How often each measurement is repeated.
    #[arg(long, default_value_t = 7)]
    pub(crate) runs: usize,
    /// Only what repeats on any machine and takes no time: calls and bytes of policy.
    #[arg(long)]
    pub(crate) only_calls: bool,
}
