//! `pycore_crossinterp.h`: data that goes from one interpreter to another, as extensions share the instances of their classes; `session` has
//! a thread's visit to another interpreter.

pub mod excinfo;
pub mod namespace;
pub mod session;

use crate::pymem::{PyMem_RawFree, PyMem_RawMalloc};
use core::ffi::{c_int, c_long, c_void};
use core::ptr;
use interp::crossinterp::{self, Data, GetData, NewObject};
use interp::modules::interpreters;
use interp::{pending, subinterpreter, threads};
use macros::capi;
use objects::args::status;
use objects::state::{self, Config, Interpreter, ThreadState};
use objects::{Instance, Object, TypeObject, raise};

/// Data without contents; NULL with an exception when memory is out.
#[unsafe(no_mangle)]
pub extern "C" fn _PyCrossInterpreterData_New() -> *mut Data {
    // SAFETY: any size may be asked for; the block is large enough.
    unsafe {
        let data = PyMem_RawMalloc(size_of::<Data>()).cast::<Data>();
        match data.is_null() {
            true => raise::no_memory().leave(),
            false => data.write(Data::new()),
        }
        data
    }
}

/// # Safety
/// A C function: data of `_PyCrossInterpreterData_New` of the running interpreter, which is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_Free(data: *mut Data) {
    // SAFETY: the caller's promise.
    unsafe {
        (*data).clear();
        PyMem_RawFree(data.cast());
    }
}

/// # Safety
/// A C function: data without contents, an interpreter or NULL, and what `new_object` expects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_Init(
    data: *mut Data,
    interpreter: Option<&Interpreter>,
    shared: *mut c_void,
    object: Option<&Object>,
    new_object: Option<NewObject>,
) {
    // SAFETY: the caller's promise: nothing is lost.
    unsafe { data.write(Data::new()) };
    // SAFETY: as above.
    let data = unsafe { &*data };
    data.data.set(shared);
    data.obj.set(object.map(Instance::to_ref));
    data.interpreter.set(interpreter.map_or(-1, |interpreter| interpreter.id));
    data.new_object.set(new_object);
}

/// [`_PyCrossInterpreterData_Init`] with room for what is shared; -1 when memory is out.
///
/// # Safety
/// As there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_InitWithSize(
    data: *mut Data,
    interpreter: Option<&Interpreter>,
    size: usize,
    object: Option<&Object>,
    new_object: Option<NewObject>,
) -> c_int {
    unsafe extern "C" fn free(data: *mut c_void) {
        // SAFETY: allocated below.
        unsafe { PyMem_RawFree(data) };
    }
    // SAFETY: the caller's promise.
    unsafe {
        let shared = PyMem_RawMalloc(size);
        _PyCrossInterpreterData_Init(data, interpreter, shared, object, new_object);
        (*data).free.set(Some(free));
        if shared.is_null() { -1 } else { 0 }
    }
}

/// # Safety
/// A C function: data of the running interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_Clear(_interpreter: *const Interpreter, data: &Data) {
    data.clear();
}

/// 0 when an object can be shared, -1 with an exception when not.
#[capi]
pub fn _PyObject_CheckCrossInterpreterData(object: &Object) -> c_int {
    status(crossinterp::check(object))
}

/// # Safety
/// A C function: an object and data without contents.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyObject_GetCrossInterpreterData(object: &Object, data: *mut Data) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { data.write(Data::new()) };
    // SAFETY: as above.
    status(crossinterp::fill(object, unsafe { &*data }))
}

/// # Safety
/// A C function: data that has been filled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_NewObject(data: &Data) -> objects::Result {
    data.object()
}

/// Has the data dropped in the interpreter that it comes from, by `drop_it`; -1 when that is gone.
unsafe fn release(data: *mut Data, drop_it: pending::PendingFunc) -> c_int {
    // SAFETY: the caller's: filled data.
    let id = unsafe { (*data).interpreter.get() };
    let Some(owner) = subinterpreter::find(id) else { return -1 };
    let is_here = ptr::eq(owner, state::interpreter());
    if is_here || !pending::add_for_any(owner, drop_it, data.cast()) {
        // SAFETY: the function is for this argument.
        unsafe { drop_it(data.cast()) };
    }
    0
}

/// # Safety
/// A C function: data that has been filled, and stays until it is dropped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_Release(data: *mut Data) -> c_int {
    unsafe extern "C" fn clear(data: *mut c_void) -> c_int {
        // SAFETY: given by `release`.
        unsafe { &*data.cast::<Data>() }.clear();
        0
    }
    // SAFETY: the caller's promise.
    unsafe { release(data, clear) }
}

/// # Safety
/// A C function: data of `_PyCrossInterpreterData_New` that has been filled and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_ReleaseAndRawFree(data: *mut Data) -> c_int {
    unsafe extern "C" fn free(data: *mut c_void) -> c_int {
        // SAFETY: given by `release`.
        unsafe { _PyCrossInterpreterData_Free(data.cast()) };
        0
    }
    // SAFETY: the caller's promise.
    unsafe { release(data, free) }
}

/// # Safety
/// A C function: a class, and how its instances are shared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_RegisterClass(
    class: &TypeObject,
    get: Option<GetData>,
) -> c_int {
    status(match get {
        Some(get) => crossinterp::register(class, get),
        None => Err(objects::raise!(ValueError, "missing 'getdata' func")),
    })
}

/// How many registrations of the class were taken back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_UnregisterClass(class: &TypeObject) -> c_int {
    crossinterp::unregister(class).into()
}

/// # Safety
/// A C function: an object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyCrossInterpreterData_Lookup(object: &Object) -> Option<GetData> {
    crossinterp::look_up(object)
}

/// A new interpreter; the calling thread goes on where it was unless it asks for the new one's first state and its own.
///
/// # Safety
/// A C function: what the interpreter may do, where it comes from or NULL, and places for two states or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_NewInterpreter(
    config: &Config,
    whence: *const c_long,
    new: *mut *const ThreadState,
    old: *mut *const ThreadState,
) -> Option<&'static Interpreter> {
    // SAFETY: the caller's promise.
    let whence = unsafe { whence.as_ref() }.copied().unwrap_or(state::whence::XI);
    if new.is_null() {
        return interpreters::create(*config, whence).map_err(objects::Raised::leave).ok();
    }
    let before = state::try_current();
    match subinterpreter::create(*config, whence) {
        Ok(ts) => {
            // SAFETY: the caller's places.
            unsafe {
                new.write(ts);
                if !old.is_null() {
                    old.write(before.map_or(ptr::null(), ptr::from_ref));
                }
            }
            Some(ts.interpreter())
        }
        Err(_) => {
            objects::raise!(InterpreterError, "sub-interpreter creation failed").leave();
            None
        }
    }
}

/// Ends an interpreter, by its state `own` if there is one; the calling thread has `before` afterwards.
///
/// # Safety
/// A C function: an interpreter that nothing runs, its last state or NULL, and a place with the state to go back to or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyXI_EndInterpreter(
    interpreter: &'static Interpreter,
    own: Option<&'static ThreadState>,
    before: *mut *const ThreadState,
) {
    let Some(own) = own else { return subinterpreter::destroy(interpreter) };
    let outer = state::try_current();
    threads::swap(Some(own));
    subinterpreter::end(own);
    // SAFETY (both): the caller's promise.
    let before = match unsafe { before.as_ref() } {
        Some(before) => unsafe { before.as_ref() },
        None => outer.filter(|outer| !ptr::eq(*outer, own)),
    };
    if let Some(before) = before {
        threads::attach(before);
    }
}
