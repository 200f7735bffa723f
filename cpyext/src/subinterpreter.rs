//! What `pylifecycle.h`, `pystate.h` and `pycore_interp.h` say of interpreters beside the first: made, looked up, held, ended.

use crate::initconfig::Status;
use core::ffi::{CStr, c_int, c_long};
use core::ptr;
use interp::fatal;
use interp::subinterpreter;
use objects::state::{self, Config, Interpreter, ThreadState, whence};
use objects::types::int::new_int;
use objects::{Object, Ref, Result};
use std::ffi::CString;

/// An interpreter that allows what the main one does; the calling thread runs it afterwards. NULL when there is none.
#[unsafe(no_mangle)]
pub extern "C" fn Py_NewInterpreter() -> Option<&'static ThreadState> {
    let made = subinterpreter::create(Config::LEGACY, whence::LEGACY_CAPI);
    made.unwrap_or_else(|why| fatal::error(Some("Py_NewInterpreter"), why)).into()
}

/// # Safety
/// A C function: a place for the new interpreter's first thread, and what the interpreter may do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_NewInterpreterFromConfig(
    place: *mut *const ThreadState,
    config: &Config,
) -> Status {
    let (ts, status) = match subinterpreter::create(*config, whence::CAPI) {
        Ok(ts) => (ptr::from_ref(ts), Status::OK),
        Err(why) => (ptr::null(), failed(why)),
    };
    // SAFETY: the caller's promise.
    unsafe { place.write(ts) };
    status
}

fn failed(why: &str) -> Status {
    // The text lives as long as the process, as that of every status.
    let text: &'static CStr = Box::leak(CString::new(why).unwrap_or_default().into_boxed_c_str());
    Status::error(c"Py_NewInterpreterFromConfig", text)
}

/// # Safety
/// A C function: the calling thread's state, the last one of its interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Py_EndInterpreter(ts: &'static ThreadState) {
    subinterpreter::end(ts);
}

/// An interpreter in which nothing runs yet.
#[unsafe(no_mangle)]
pub extern "C" fn PyInterpreterState_New() -> &'static Interpreter {
    state::new_interpreter(Config::LEGACY, whence::UNKNOWN)
}

const KEPT: &str = "an interpreter ends by Py_EndInterpreter";

/// # Safety
/// A C function: an interpreter in which nothing has run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInterpreterState_Clear(interpreter: &Interpreter) {
    if interpreter.is_main() || interpreter.is_ready.get() {
        fatal::error(Some("PyInterpreterState_Clear"), KEPT);
    }
}

/// # Safety
/// A C function: an interpreter in which nothing has run, and that is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInterpreterState_Delete(interpreter: &'static Interpreter) {
    if interpreter.is_main() || interpreter.is_ready.get() || !interpreter.thread_head.get().is_null() {
        fatal::error(Some("PyInterpreterState_Delete"), KEPT);
    }
    // SAFETY: the caller's promise.
    unsafe { state::free_interpreter(interpreter) };
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_GetIDObject(interpreter: &Interpreter) -> Result<Ref> {
    new_int(interpreter.id)
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_GetWhence(interpreter: &Interpreter) -> c_long {
    interpreter.whence.get()
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_IsReady(interpreter: &Interpreter) -> c_int {
    interpreter.is_ready.get().into()
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_RequiresIDRef(interpreter: &Interpreter) -> c_int {
    interpreter.requires_id_ref.get().into()
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_RequireIDRef(interpreter: &Interpreter, required: c_int) {
    interpreter.requires_id_ref.set(required != 0);
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_IDInitref(_interpreter: &Interpreter) -> c_int {
    0
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_IDIncref(interpreter: &Interpreter) -> c_int {
    subinterpreter::hold(interpreter);
    0
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_IDDecref(interpreter: &'static Interpreter) {
    subinterpreter::release(interpreter);
}

/// The number that an object says an interpreter has, or -1 with an exception.
#[unsafe(no_mangle)]
pub extern "C" fn _PyInterpreterState_ObjectToID(object: &Object) -> i64 {
    interp::modules::interpreters::id_of(object, "interpreter").unwrap_or_else(|raised| {
        raised.leave();
        -1
    })
}

/// The interpreter with a number; NULL with an exception.
#[unsafe(no_mangle)]
pub extern "C" fn _PyInterpreterState_LookUpID(id: i64) -> Option<&'static Interpreter> {
    let found = subinterpreter::find(id);
    if found.is_none() && state::try_current().is_some() {
        interp::modules::interpreters::not_found(id).leave();
    }
    found
}

#[unsafe(no_mangle)]
pub extern "C" fn _PyInterpreterState_LookUpIDObject(object: &Object) -> Option<&'static Interpreter> {
    match interp::modules::interpreters::look_up(object) {
        Ok(interpreter) => Some(interpreter),
        Err(raised) => {
            raised.leave();
            None
        }
    }
}

/// # Safety
/// A C function: an interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_IsRunningMain(interpreter: &Interpreter) -> c_int {
    subinterpreter::is_running(interpreter).into()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_SetRunningMain(_interpreter: &Interpreter) -> c_int {
    objects::args::status(subinterpreter::set_running())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_SetNotRunningMain(_interpreter: &Interpreter) {
    subinterpreter::set_not_running();
}

/// -1 with an exception when code runs in the interpreter's `__main__`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyInterpreterState_FailIfRunningMain(interpreter: &Interpreter) -> c_int {
    objects::args::status(subinterpreter::check_idle(interpreter))
}
