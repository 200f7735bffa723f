//! `pycore_ceval.h` and `pycore_frame.h`: what instructions do, for code that stands in for the evaluation loop.

use crate::abstract_::number;
use crate::object::{PyObject_ASCII, PyObject_Repr, PyObject_Str};
use core::ffi::{c_int, c_void};
use core::ptr;
use interp::pending::{self, PendingFunc};
use interp::{call, exceptions, frame};
use objects::interpreter_frame::InterpreterFrame;
use objects::state::{Interpreter, ThreadState};
use objects::types::function::Function;
use objects::types::tuple::Tuple;
use objects::{Object, Ref};

type Binary = unsafe extern "C" fn(Option<&Object>, Option<&Object>) -> Option<Ref>;
type Conversion = unsafe extern "C" fn(Option<&Object>) -> Option<Ref<objects::types::str::Str>>;

unsafe extern "C" fn power(left: Option<&Object>, right: Option<&Object>) -> Option<Ref> {
    // SAFETY: the operator's operands.
    unsafe { number::PyNumber_Power(left, right, Some(objects::types::none::none())) }
}

unsafe extern "C" fn in_place_power(left: Option<&Object>, right: Option<&Object>) -> Option<Ref> {
    // SAFETY: as above.
    unsafe { number::PyNumber_InPlacePower(left, right, Some(objects::types::none::none())) }
}

/// What `BINARY_OP` does, by its argument.
#[unsafe(no_mangle)]
pub static _PyEval_BinaryOps: [Binary; 26] = [
    number::PyNumber_Add,
    number::PyNumber_And,
    number::PyNumber_FloorDivide,
    number::PyNumber_Lshift,
    number::PyNumber_MatrixMultiply,
    number::PyNumber_Multiply,
    number::PyNumber_Remainder,
    number::PyNumber_Or,
    power,
    number::PyNumber_Rshift,
    number::PyNumber_Subtract,
    number::PyNumber_TrueDivide,
    number::PyNumber_Xor,
    number::PyNumber_InPlaceAdd,
    number::PyNumber_InPlaceAnd,
    number::PyNumber_InPlaceFloorDivide,
    number::PyNumber_InPlaceLshift,
    number::PyNumber_InPlaceMatrixMultiply,
    number::PyNumber_InPlaceMultiply,
    number::PyNumber_InPlaceRemainder,
    number::PyNumber_InPlaceOr,
    in_place_power,
    number::PyNumber_InPlaceRshift,
    number::PyNumber_InPlaceSubtract,
    number::PyNumber_InPlaceTrueDivide,
    number::PyNumber_InPlaceXor,
];

/// What `CONVERT_VALUE` does, by its argument.
#[unsafe(no_mangle)]
pub static _PyEval_ConversionFuncs: [Option<Conversion>; 4] =
    [None, Some(PyObject_Str), Some(PyObject_Repr), Some(PyObject_ASCII)];

/// Has the main thread call a function, or whichever comes first; -1 when too many calls wait.
///
/// # Safety
/// A C function: a function for that argument.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_AddPendingCall(
    interpreter: &Interpreter,
    function: PendingFunc,
    argument: *mut c_void,
    flags: c_int,
) -> c_int {
    const MAIN_THREAD_ONLY: c_int = 1;
    let added = match flags & MAIN_THREAD_ONLY != 0 {
        true => pending::add(function, argument),
        false => pending::add_for_any(interpreter, function, argument),
    };
    if added { 0 } else { -1 }
}

/// What `except*` takes of an exception, and what is left of it.
///
/// # Safety
/// A C function: an exception, a class or a tuple, and two places.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_ExceptionGroupMatch(
    exception: &Object,
    class: &Object,
    matched: *mut *mut Object,
    rest: *mut *mut Object,
) -> c_int {
    match exceptions::split_group(exception, class) {
        Ok((left, taken)) => {
            let place = |value: Option<Ref>| value.unwrap_or_else(objects::object::refs::none).into_ptr();
            // SAFETY: the caller's promise.
            unsafe {
                matched.write(place(taken));
                rest.write(place(left));
            }
            0
        }
        Err(raised) => {
            raised.leave();
            -1
        }
    }
}

/// Pushes the frame of a call: takes over the function, the namespace and the arguments. NULL with an exception.
///
/// # Safety
/// A C function: as many owned arguments as `count` and the names say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEvalFramePushAndInit(
    ts: &ThreadState,
    function: Ref,
    locals: Option<Ref>,
    args: *const *mut Object,
    count: usize,
    kwnames: Option<&Object>,
) -> *mut InterpreterFrame {
    let kwnames = kwnames.and_then(|names| names.cast::<Tuple>());
    // SAFETY: the caller's promise.
    unsafe {
        let function = function.downcast_unchecked::<Function>();
        call::push_bound(ts, function, locals, args, count, kwnames).unwrap_or(ptr::null_mut())
    }
}

/// A frame has ended: drops what it holds, and gives back its memory.
///
/// # Safety
/// A C function: the topmost frame, off the thread's chain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyEval_FrameClearAndPop(ts: &ThreadState, ended: *const InterpreterFrame) {
    // SAFETY: the caller's promise.
    unsafe { frame::clear_and_pop(ts, ended) };
}

/// Gives back a frame's memory.
///
/// # Safety
/// A C function: the topmost frame, which holds nothing any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _PyThreadState_PopFrame(ts: &ThreadState, ended: *const InterpreterFrame) {
    // SAFETY: the caller's promise.
    unsafe { frame::release(ts, ended) };
}
