//! What a person sees: lines, colours where a terminal shows them, progress, questions.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// What is given.
pub(crate) const GIVEN: Style = AnsiColor::Green.on_default();
/// What is taken, or wrong.
pub(crate) const TAKEN: Style = AnsiColor::Red.on_default();
/// What is uncertain.
pub(crate) const DOUBT: Style = AnsiColor::Yellow.on_default();
/// What is the same as before.
pub(crate) const ASIDE: Style = Style::new().dimmed();
/// What the next lines are about.
pub(crate) const TITLE: Style = Style::new().bold();

/// The text in a style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints text to standard output; colours only where a terminal shows them and `NO_COLOR` is not
/// set. That nobody reads on is no error.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("standard output cannot be written"),
    }
}

/// Prints a value as JSON to standard output.
pub(crate) fn say_json(value: &impl Serialize) -> anyhow::Result<()> {
    say(&serde_json::to_string_pretty(value)?)
}

/// Prints a remark to standard error.
pub(crate) fn remark(text: &str) {
    // When the terminal is gone there is nobody to tell.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// Asks for a yes. Without a terminal nobody can answer: the answer has to be given beforehand.
pub(crate) fn confirmed(question: &str, yes: bool) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(NeedsYes.into());
    }
    // On standard error, so that standard output stays what it is.
    let mut err = anstream::stderr().lock();
    write!(err, "{question} [y/N] ").and_then(|()| err.flush()).context("standard error")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).context("standard input")?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Nobody is there to be asked.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("this changes something, and no terminal is there to ask whether to: say --yes")]
pub struct NeedsYes;

/// Shows how far long work is: on standard error, and only on a terminal.
pub(crate) fn progress(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{spinner} {msg} {pos}/{len}  {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
