//! The ways in which a person or a system asks this program to end.

use tokio::signal::unix::{SignalKind, signal};

use crate::failure::{Explain, Failure};

/// Returns when Ctrl-C is pressed or the program is told to terminate.
pub(crate) async fn interruption() -> Result<(), Failure> {
    let what = "signals cannot be received";
    let mut terminated = signal(SignalKind::terminate()).explain(what, "")?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.explain(what, ""),
        _ = terminated.recv() => Ok(()),
    }
}

/// Does the work unless it is interrupted. Work that is dropped ends every process it started.
pub(crate) async fn interruptible<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        outcome = work => outcome,
        interrupted = interruption() => interrupted.and_then(|()| Err(Failure::interruption())),
    }
}
