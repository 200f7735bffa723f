//! The eval breaker: what other threads, signals and the collector ask of the running code.

use core::sync::atomic::Ordering;
use objects::object::refs::Ref;
use objects::state::ThreadState;
use objects::{Result, raise};

/// Another thread waits for the GIL.
pub const GIL_DROP_REQUEST: usize = 1 << 0;
pub const SIGNALS_PENDING: usize = 1 << 1;
pub const CALLS_TO_DO: usize = 1 << 2;
pub const ASYNC_EXCEPTION: usize = 1 << 3;
pub const GC_SCHEDULED: usize = 1 << 4;
/// Compiled code is to be left, as it knows nothing of a function in the place of the evaluation loop.
pub const FRAME_HOOK_SET: usize = 1 << 5;
/// The bits that ask for something; above them is the instrumentation version.
pub const EVENTS: usize = 0xff;

/// Does what is asked. Whether the code may go on; if not, an exception is pending.
#[cold]
#[inline(never)]
pub fn handle(ts: &ThreadState) -> bool {
    match handle_pending(ts) {
        Ok(()) => true,
        Err(raised) => {
            raised.leave();
            false
        }
    }
}

/// Does what is asked, if anything is, after the call of a native function.
///
/// # Errors
/// As [`handle_pending`].
#[inline(always)]
pub fn look(ts: &ThreadState) -> Result<()> {
    match ts.eval_breaker.load(Ordering::Relaxed) & EVENTS {
        0 => Ok(()),
        _ => handle_pending(ts),
    }
}

/// [`handle`] for native code.
///
/// # Errors
/// What a signal handler raises; an exception that another thread has set.
#[cold]
#[inline(never)]
pub fn handle_pending(ts: &ThreadState) -> Result<()> {
    let take = |bit: usize| ts.eval_breaker.fetch_and(!bit, Ordering::AcqRel) & bit != 0;
    take(FRAME_HOOK_SET);
    if take(SIGNALS_PENDING) {
        crate::signals::run_handlers(ts)?;
    }
    if ts.eval_breaker.load(Ordering::Acquire) & CALLS_TO_DO != 0 {
        crate::pending::run(ts)?;
    }
    if take(GC_SCHEDULED) {
        objects::object::gc::collect::run_scheduled(&crate::modules::gc::Watch);
    }
    if ts.eval_breaker.load(Ordering::Acquire) & GIL_DROP_REQUEST != 0 {
        crate::gil::yield_now(ts);
    }
    if take(ASYNC_EXCEPTION)
        && let Some(class) = ts.async_exc.take()
    {
        return Err(raise_async(class));
    }
    Ok(())
}

fn raise_async(class: Ref) -> raise::Raised {
    match class.cast::<objects::TypeObject>() {
        Some(class) => raise::set_class(class),
        None => raise::restore(class),
    }
}
