//! `pycore_intrinsics.h`: what `CALL_INTRINSIC_1` and `CALL_INTRINSIC_2` do, by their arguments.

use core::ffi::c_char;
use interp::intrinsics;
use objects::state::ThreadState;
use objects::{Instance, Object, Ref, Result, interpreter_frame, raise};

type Unary = unsafe extern "C" fn(&ThreadState, &Object) -> Result<Ref>;
type Binary = unsafe extern "C" fn(&ThreadState, &Object, &Object) -> Result<Ref>;

/// A function and its name.
#[repr(C)]
pub struct Row<F> {
    func: F,
    name: *const c_char,
}

// SAFETY: never written to.
unsafe impl<F> Sync for Row<F> {}

fn run_unary(number: u32, value: &Object) -> Result<Ref> {
    let frame = interpreter_frame::current().ok_or_else(raise::bad_internal_call)?;
    intrinsics::unary(frame, number, value.to_ref())
}

unsafe extern "C" fn no_unary(_ts: &ThreadState, _value: &Object) -> Result<Ref> {
    Err(raise!(SystemError, "invalid intrinsic function"))
}

unsafe extern "C" fn no_binary(_ts: &ThreadState, _first: &Object, _second: &Object) -> Result<Ref> {
    Err(raise!(SystemError, "invalid intrinsic function"))
}

macro_rules! unary {
    ($($number:literal $name:literal)*) => { [
        Row { func: no_unary as Unary, name: c"INTRINSIC_1_INVALID".as_ptr() },
        $(Row {
            func: {
                unsafe extern "C" fn function(_ts: &ThreadState, value: &Object) -> Result<Ref> {
                    run_unary($number, value)
                }
                function as Unary
            },
            name: $name.as_ptr(),
        },)*
    ] };
}

macro_rules! binary {
    ($($number:literal $name:literal)*) => { [
        Row { func: no_binary as Binary, name: c"INTRINSIC_2_INVALID".as_ptr() },
        $(Row {
            func: {
                unsafe extern "C" fn function(_ts: &ThreadState, first: &Object, second: &Object) -> Result<Ref> {
                    intrinsics::binary($number, first.to_ref(), second.to_ref())
                }
                function as Binary
            },
            name: $name.as_ptr(),
        },)*
    ] };
}

#[unsafe(no_mangle)]
pub static _PyIntrinsics_UnaryFunctions: [Row<Unary>; 12] = unary! {
    1 c"INTRINSIC_PRINT"
    2 c"INTRINSIC_IMPORT_STAR"
    3 c"INTRINSIC_STOPITERATION_ERROR"
    4 c"INTRINSIC_ASYNC_GEN_WRAP"
    5 c"INTRINSIC_UNARY_POSITIVE"
    6 c"INTRINSIC_LIST_TO_TUPLE"
    7 c"INTRINSIC_TYPEVAR"
    8 c"INTRINSIC_PARAMSPEC"
    9 c"INTRINSIC_TYPEVARTUPLE"
    10 c"INTRINSIC_SUBSCRIPT_GENERIC"
    11 c"INTRINSIC_TYPEALIAS"
};

#[unsafe(no_mangle)]
pub static _PyIntrinsics_BinaryFunctions: [Row<Binary>; 6] = binary! {
    1 c"INTRINSIC_PREP_RERAISE_STAR"
    2 c"INTRINSIC_TYPEVAR_WITH_BOUND"
    3 c"INTRINSIC_TYPEVAR_WITH_CONSTRAINTS"
    4 c"INTRINSIC_SET_FUNCTION_TYPE_PARAMS"
    5 c"INTRINSIC_SET_TYPEPARAM_DEFAULT"
};
