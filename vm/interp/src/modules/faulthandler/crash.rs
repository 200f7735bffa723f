//! Ways to crash, for tests of the handler.

use core::ffi::c_int;
use core::hint::black_box;
use objects::{Result, raise, state};

fn raise_signal(number: c_int) {
    // SAFETY: ends the process unless it is handled.
    unsafe { libc::raise(number) };
}

/// Calls itself until the native stack is used up. The depth, should it come back.
#[inline(never)]
#[allow(unconditional_recursion, reason = "that is what it is for")]
fn overflow(depth: usize) -> usize {
    let room = black_box([depth as u8; 4096]);
    let below = overflow(black_box(depth + 1));
    // The room is in use until the call is over.
    below + usize::from(black_box(&room)[0])
}

#[macros::pymodule(name = "faulthandler", part)]
pub mod part {
    use super::*;

    #[function("_read_null($module, /)")]
    fn read_null() -> i64 {
        let place: *const c_int = black_box(core::ptr::null());
        // SAFETY: none: the fault is what the caller wants.
        unsafe { place.read_volatile().into() }
    }

    #[function("_sigsegv($module, release_gil=False, /)")]
    fn sigsegv(release_gil: bool) {
        match release_gil {
            true => state::detached(|| raise_signal(libc::SIGSEGV)),
            false => raise_signal(libc::SIGSEGV),
        }
    }

    #[function("_sigabrt($module, /)")]
    fn sigabrt() -> Result<()> {
        std::process::abort()
    }

    #[function("_sigfpe($module, /)")]
    fn sigfpe() {
        raise_signal(libc::SIGFPE);
    }

    #[function("_fatal_error_c_thread($module, /)")]
    fn fatal_error_c_thread() -> Result<()> {
        let thread = std::thread::Builder::new()
            .spawn(|| crate::fatal::error(Some("faulthandler_fatal_error_thread"), "in new thread"));
        match thread {
            Ok(thread) => {
                let _ = state::detached(|| thread.join());
                Ok(())
            }
            Err(_) => Err(raise!(RuntimeError, "unable to start the thread")),
        }
    }

    #[function("_stack_overflow($module, /)")]
    fn stack_overflow() -> Result<()> {
        let depth = overflow(0);
        Err(raise!(RuntimeError, "unable to raise a stack overflow ({depth} recursive calls)"))
    }
}
