//! Work that needs a deep stack.

use std::future::{Future, poll_fn};
use std::io;
use std::panic::resume_unwind;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread::{Builder, scope};

use tokio::runtime::Handle;

/// Stack in bytes. Only what is used of it becomes memory.
const STACK_BYTES: usize = 32 << 20;

/// Drives `work` on threads that have room for it, one for each time it goes on.
///
/// The SDK reads the nodes of a visual job into a structure of some seventy kinds, each inline, and
/// moves it from field to field: without optimisation that alone overflows the two MiB that a thread
/// usually has, and an overflow ends the process.
pub(super) async fn deeply<T: Send>(work: impl Future<Output = T> + Send) -> io::Result<T> {
    let mut work = pin!(work);
    let runtime = Handle::current();
    poll_fn(|context| {
        let work = work.as_mut();
        let waker: &Waker = context.waker();
        let runtime = &runtime;
        scope(|threads| {
            let step = move || {
                let _inside = runtime.enter();
                work.poll(&mut Context::from_waker(waker))
            };
            let thread = Builder::new().stack_size(STACK_BYTES).spawn_scoped(threads, step);
            match thread.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(step)) => step.map(Ok),
                Ok(Err(panic)) => resume_unwind(panic),
                Err(no_thread) => Poll::Ready(Err(no_thread)),
            }
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::time::Duration;

    use super::*;

    /// Uses 16 KiB of stack for each level.
    fn dig(levels: usize) -> usize {
        let filled = black_box([1_u8; 1 << 14]);
        let below = if levels == 0 { 0 } else { dig(levels - 1) };
        below + usize::from(filled[levels])
    }

    #[tokio::test]
    async fn deep_work_between_waits_is_done() {
        let work = async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let deep = dig(639);
            tokio::task::yield_now().await;
            deep
        };
        assert_eq!(deeply(work).await.unwrap(), 640);
    }
}
