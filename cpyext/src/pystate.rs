//! `pystate.h` and `cpython/pystate.h`: the interpreter, the states of its threads, and the GIL for threads that are not its own.

use core::ffi::{c_int, c_ulong};
use core::ptr;
use core::sync::atomic::Ordering;
use interp::breaker::ASYNC_EXCEPTION;
use interp::frame_hook::EvalFunc;
use interp::{eval, fatal, frame_hook, threads};
use objects::interpreter_frame::{self, InterpreterFrame};
use objects::state::{self, Interpreter, ThreadState};
use objects::types::dict::Dict;
use objects::types::frame::Frame;
use objects::{Instance, Object, Ref, Result, raise};

const NO_STATE: &str = "the function must be called with the GIL held, after Python initialization and before Python \
                        finalization, but the GIL is released (the current Python thread state is NULL)";

/// The calling thread's state; without one the process ends, naming the function that wanted it.
pub fn current(function: &str) -> &'static ThreadState {
    state::try_current().unwrap_or_else(|| fatal::error(Some(function), NO_STATE))
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThreadState_Get() -> &'static ThreadState {
    current("PyThreadState_Get")
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyThreadState_GetCurrent() -> &'static ThreadState {
    current("_PyThreadState_GetCurrent")
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThreadState_GetUnchecked() -> Option<&'static ThreadState> {
    state::try_current()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyGILState_Ensure() -> c_int {
    (!threads::ensure()).into()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyGILState_Release(before: c_int) {
    threads::release(before == 0);
}

#[unsafe(no_mangle)]
pub extern "C" fn PyGILState_GetThisThreadState() -> Option<&'static ThreadState> {
    threads::own()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyGILState_Check() -> c_int {
    threads::own().is_some_and(threads::is_current).into()
}

/// # Safety
/// A C function: the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_New(interpreter: &Interpreter) -> *mut ThreadState {
    Box::into_raw(threads::create(interpreter))
}

/// # Safety
/// As [`PyThreadState_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThreadState_New(interpreter: &Interpreter, whence: c_int) -> *mut ThreadState {
    // SAFETY: the caller's promise; the state is fresh.
    unsafe {
        let ts = PyThreadState_New(interpreter);
        (*ts).whence.set(whence);
        ts
    }
}

/// # Safety
/// As [`PyThreadState_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThreadState_NewBound(
    interpreter: &Interpreter,
    whence: c_int,
) -> *mut ThreadState {
    // SAFETY: the caller's promise.
    unsafe { _PyThreadState_New(interpreter, whence) }
}

/// # Safety
/// As [`PyThreadState_New`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThreadState_Prealloc(interpreter: &Interpreter) -> *mut ThreadState {
    // SAFETY: the caller's promise.
    unsafe { PyThreadState_New(interpreter) }
}

/// States are whole when they are made.
///
/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThreadState_Init(_ts: &ThreadState) {}

/// # Safety
/// A C function: a state that is not used by another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_Clear(ts: &ThreadState) {
    threads::clear(ts);
}

/// # Safety
/// A C function: a cleared state that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_Delete(ts: &ThreadState) {
    if threads::is_current(ts) {
        fatal::error(Some("PyThreadState_Delete"), &format!("tstate {ts:p} is still current"));
    }
    // SAFETY: the caller's promise.
    unsafe { threads::delete(ts) };
}

/// # Safety
/// A C function: the calling thread's state is cleared and not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_DeleteCurrent() {
    current("PyThreadState_DeleteCurrent");
    // SAFETY: the caller's promise.
    unsafe { threads::delete_current() };
}

/// Puts the calling thread's state down, takes up another, and returns the first.
///
/// # Safety
/// A C function: a state that no other thread uses, or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_Swap(
    new: Option<&'static ThreadState>,
) -> Option<&'static ThreadState> {
    threads::swap(new)
}

/// The dictionary of the state, borrowed; NULL when none can be made.
///
/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThreadState_GetDict(ts: &ThreadState) -> *mut Dict {
    if ts.dict.is_empty() {
        match Dict::new() {
            Ok(dict) => ts.dict.set(Some(dict)),
            Err(raised) => raised.clear(),
        }
    }
    ts.dict.as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyThreadState_GetDict() -> *mut Dict {
    // SAFETY: the calling thread's state.
    state::try_current().map_or(ptr::null_mut(), |ts| unsafe { _PyThreadState_GetDict(ts) })
}

/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_GetInterpreter(ts: &ThreadState) -> *const Interpreter {
    ts.interp.get()
}

/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_GetID(ts: &ThreadState) -> u64 {
    ts.id.get()
}

/// The innermost frame, a new reference.
///
/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_GetFrame(ts: &ThreadState) -> Option<Ref<Frame>> {
    let frame = interpreter_frame::first_complete(ts.current_frame.get().cast())?;
    match Frame::of(frame) {
        Ok(object) => Some(object),
        Err(raised) => {
            raised.clear();
            None
        }
    }
}

/// Has the thread with that identity raise the exception; how many threads that were.
///
/// # Safety
/// A C function: an exception class or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_SetAsyncExc(ident: c_ulong, exception: Option<&Object>) -> c_int {
    let Some(ts) = threads::of(state::interpreter()).find(|ts| ts.thread_id.get() == ident) else { return 0 };
    let old = ts.async_exc.replace(exception.map(Instance::to_ref));
    ts.eval_breaker.fetch_or(ASYNC_EXCEPTION, Ordering::AcqRel);
    drop(old);
    1
}

/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_EnterTracing(ts: &ThreadState) {
    ts.tracing.set(ts.tracing.get() + 1);
}

/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_LeaveTracing(ts: &ThreadState) {
    ts.tracing.set(ts.tracing.get() - 1);
}

/// # Safety
/// A C function: a state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyThreadState_Next(ts: &ThreadState) -> *mut ThreadState {
    ts.next.get()
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyThread_CurrentFrames() -> Result<Ref> {
    let sys = objects::state::sys_get("_current_frames").ok_or_else(raise::null_result)?;
    objects::protocol::call::call_no_args(&sys)
}

#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_Get() -> *const Interpreter {
    current("PyInterpreterState_Get").interp.get()
}

#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_Main() -> &'static Interpreter {
    &state::MAIN
}

#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_Head() -> Option<&'static Interpreter> {
    state::interpreters().next()
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInterpreterState_Next(interpreter: &Interpreter) -> *const Interpreter {
    interpreter.next.get()
}

/// # Safety
/// A C function: the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInterpreterState_ThreadHead(interpreter: &Interpreter) -> *mut ThreadState {
    interpreter.thread_head.get()
}

/// # Safety
/// A C function: the interpreter or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInterpreterState_GetID(interpreter: Option<&Interpreter>) -> i64 {
    let Some(interpreter) = interpreter else {
        objects::raise!(RuntimeError, "no interpreter provided").leave();
        return -1;
    };
    interpreter.id
}

/// The dictionary in which extensions keep what belongs to the interpreter, borrowed; NULL when none can be made.
///
/// # Safety
/// A C function: the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInterpreterState_GetDict(interpreter: &Interpreter) -> *mut Dict {
    if interpreter.dict.is_empty() {
        match Dict::new() {
            Ok(dict) => interpreter.dict.set(Some(dict)),
            Err(raised) => raised.clear(),
        }
    }
    interpreter.dict.as_ptr()
}

/// `__main__`, a new reference.
///
/// # Safety
/// A C function: the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyUnstable_InterpreterState_GetMainModule(interpreter: &Interpreter) -> Result<Ref> {
    let main = match interpreter.modules.get() {
        Some(modules) => modules.get_str(objects::id!("__main__"))?,
        None => return Err(raise!(RuntimeError, "interpreter not initialized")),
    };
    main.ok_or_else(|| raise!(RuntimeError, "interpreter has no __main__"))
}

/// What runs frames: the evaluation loop, unless an extension has set something else.
///
/// # Safety
/// A C function: the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_GetEvalFrameFunc(_interpreter: &Interpreter) -> EvalFunc {
    frame_hook::get().unwrap_or(_PyEval_EvalFrameDefault)
}

/// # Safety
/// A C function: the interpreter, and a function that runs frames.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_SetEvalFrameFunc(
    _interpreter: &Interpreter,
    function: EvalFunc,
) {
    let is_loop = ptr::fn_addr_eq(function, _PyEval_EvalFrameDefault as EvalFunc);
    frame_hook::set((!is_loop).then_some(function));
}

/// Runs a frame by the evaluation loop, to its end or its next `yield`, or raises the pending exception in it.
///
/// # Safety
/// A C function: the calling thread's state, and a frame that is in no chain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_EvalFrameDefault(
    _ts: &ThreadState,
    frame: *mut InterpreterFrame,
    throwing: c_int,
) -> *mut Object {
    // SAFETY: the caller's promise.
    unsafe { eval::run_by_loop(frame, throwing != 0) }.map_or(ptr::null_mut(), Ref::into_ptr)
}
