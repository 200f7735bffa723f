//! The function that extensions may put in the place of the evaluation loop (PEP 523). While there is one, every call of a Python function is
//! a native call of it.

use crate::breaker::FRAME_HOOK_SET;
use core::cell::Cell;
use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, Ordering};
use objects::Object;
use objects::interpreter_frame::InterpreterFrame;
use objects::state::{self, ThreadState};

/// `_PyFrameEvalFunction`: runs a frame, which it takes apart at its end, or raises the pending exception in it; the value it returns or
/// yields, or NULL.
pub type EvalFunc = unsafe extern "C" fn(&ThreadState, *mut InterpreterFrame, c_int) -> *mut Object;

struct Hook {
    is_set: AtomicBool,
    function: Cell<Option<EvalFunc>>,
}

// SAFETY: the function is touched under the GIL.
unsafe impl Sync for Hook {}

objects::per_interpreter! {
    static HOOK: Hook = Hook { is_set: AtomicBool::new(false), function: Cell::new(None) };
}

/// Whether there is such a function.
#[inline(always)]
pub fn is_set() -> bool {
    HOOK.is_set.load(Ordering::Relaxed)
}

/// The function.
pub fn get() -> Option<EvalFunc> {
    HOOK.function.get()
}

/// Sets the function, or takes it away. Compiled code is left, and not entered while there is one.
pub fn set(function: Option<EvalFunc>) {
    HOOK.function.set(function);
    HOOK.is_set.store(function.is_some(), Ordering::Relaxed);
    if function.is_some() {
        state::for_each_thread(|ts| {
            ts.eval_breaker.fetch_or(FRAME_HOOK_SET, Ordering::Relaxed);
        });
    }
}
