//! `ceval.h`'s evaluation of frames that C code has made.

use core::ffi::c_int;
use interp::{eval, frame};
use objects::types::frame::Frame;
use objects::{Instance, Ref, Result, raise, state};

/// Runs the code of a frame of `PyFrame_New` with what its variables hold, or raises the pending exception there. A frame that somebody
/// runs already is a mistake of the caller.
///
/// # Safety
/// A C function: a frame.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_EvalFrameEx(own: &Frame, throwing: c_int) -> Result<Ref> {
    if !own.owns_data() {
        return Err(raise::bad_internal_call());
    }
    if throwing != 0 {
        return Err(raise::pending());
    }
    let data = own.activation();
    let code = data.code();
    let function = data.function();
    if code.co_nfreevars.get() > 0 && function.func_closure.is_empty() {
        return Err(raise::bad_internal_call());
    }
    let fresh = frame::push(state::current(), function.to_ref(), data.f_locals.get(), 0)?;
    // SAFETY: both frames have the code's fast locals, which nothing runs to change.
    unsafe {
        for index in 0..code.co_nlocalsplus.get() as usize {
            (*fresh).local(index).set(data.local(index).get());
        }
        eval::run(fresh, false)
    }
}

/// # Safety
/// As [`PyEval_EvalFrameEx`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyEval_EvalFrame(own: &Frame) -> Result<Ref> {
    // SAFETY: the caller's promise.
    unsafe { PyEval_EvalFrameEx(own, 0) }
}
