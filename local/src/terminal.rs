//! Plain lines on standard output; colours and a moving line only where a person is looking.

use std::{
    io::{IsTerminal, Write},
    time::Duration,
};

/// Meaning of a piece of text.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    /// Something now is as it should be.
    Good,
    /// Something is not as it should be.
    Bad,
    /// A name of what follows.
    Label,
    /// Less important than the rest.
    Faint,
    /// The beginning of a part.
    Title,
}

/// Whether somebody is looking, rather than a file or a pipe.
pub(crate) fn is_watched() -> bool {
    std::io::stdout().is_terminal()
}

/// The text in the tone's colour, if colours are wanted.
pub(crate) fn paint(tone: Tone, text: &str) -> String {
    if !is_watched() || std::env::var_os("NO_COLOR").is_some() {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Good => "32",
        Tone::Bad => "31",
        Tone::Label => "36",
        Tone::Faint => "2",
        Tone::Title => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// Prints one line. That nobody reads any more (`| head`) is not an error.
pub(crate) fn say(text: &str) {
    let clear = if is_watched() { "\r\u{1b}[K" } else { "" };
    let _ = writeln!(std::io::stdout(), "{clear}{text}");
}

/// Prints the title of a part of the demonstration.
pub(crate) fn title(text: &str) {
    say("");
    say(&paint(Tone::Title, text));
}

/// Prints what happened how long after the part began.
pub(crate) fn happened(after: Duration, label: &str, tone: Tone, text: &str) {
    let label = paint(tone, &format!("{label:<9}"));
    say(&format!("{:>8.2} s  {label} {text}", after.as_secs_f64()));
}

/// Shows what is being waited for, on a line that the next one replaces.
pub(crate) fn progress(text: &str) {
    if is_watched() {
        let mut out = std::io::stdout();
        let _ = write!(out, "\r\u{1b}[K{}", paint(Tone::Faint, text));
        let _ = out.flush();
    }
}
