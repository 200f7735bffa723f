//! `Py_FatalError`: the end of a process that cannot go on, with what it was doing.

use crate::modules::faulthandler::{self, dump};
use crate::threads;
use core::sync::atomic::{AtomicBool, Ordering};
use objects::state;

static STARTED: AtomicBool = AtomicBool::new(false);

/// Says what went wrong (in a function, if that is told), where the threads are, and aborts.
pub fn error(function: Option<&str>, message: &str) -> ! {
    dump::write(2, b"Fatal Python error: ");
    if let Some(function) = function {
        dump::write(2, function.as_bytes());
        dump::write(2, b": ");
    }
    dump::write(2, message.as_bytes());
    dump::write(2, b"\nPython runtime state: ");
    let stage: &[u8] = if state::interpreter().is_finalizing() { b"finalizing" } else { b"initialized" };
    dump::write(2, stage);
    dump::write(2, b"\n");
    // Telling of an error may fail in its turn.
    if !STARTED.swap(true, Ordering::AcqRel) {
        show();
    }
    faulthandler::silence();
    std::process::abort()
}

/// The exception that is pending, or where all threads are.
fn show() {
    let pending = state::try_current().and_then(|_| objects::raise::take_pending());
    match pending {
        Some(exception) => {
            if let Err(raised) = crate::traceback_print::print_exception(&exception, None) {
                raised.clear();
            }
            crate::streams::flush(false);
        }
        None => {
            dump::write(2, b"\n");
            dump::all_threads(2, threads::own());
        }
    }
    dump::extension_modules(2);
}
